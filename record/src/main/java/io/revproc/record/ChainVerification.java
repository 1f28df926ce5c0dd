package io.revproc.record;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.record.DamageException.Fault;
import io.revproc.record.Entry.Digest;
import io.revproc.record.Finding.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Reads a record of the earlier format from beginning to end and says what is wrong with it, and where. Finds changed bytes, entries and segments that
 * were removed or moved, and signatures of another key; what was cut off at the end only against checkpoints that were kept
 * outside. Trusts nothing but the public key and those. Used once.
 */
final class ChainVerification {
    /** More than so many findings are no news. */
    public static final int MAX_FINDINGS = 100;

    /** Twice the largest settings: more than so many entries without a checkpoint were not written by the proxy. */
    private static final int MAX_UNSIGNED = 200_000;
    private static final Duration MAX_UNSIGNED_TIME = Duration.ofHours(2);

    private static final int BUFFER = 256 * 1024;

    private final Path directory;
    /** In the order of their use: once a later one has signed, an earlier one counts no more. */
    private final Map<Digest, VerifyingKey> keys = new LinkedHashMap<>();
    private int latestKey = -1;
    private final Map<Long, ChainCheckpoint> kept = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private final List<RemovedSegments> removed;
    /** What the record says of itself since the last checkpoint: anybody can have written it. */
    private final List<Said> unproven = new ArrayList<>();
    private long expected;
    private long first;
    /** The last entry that was read. */
    private long last;
    private long deliveries;
    private long lost;
    private long aside;
    private int compared;
    private byte @Nullable [] chainHash;
    private @Nullable ChainCheckpoint lastSigned;
    /** The chain's hash behind that. */
    private Digest signedHash = SegmentHeader.NOTHING;
    /** When the first entry behind the last checkpoint was written; null if there is none. */
    private @Nullable Instant unsignedSince;
    private Instant lastTime = Instant.EPOCH;

    private ChainVerification(Path directory, Collection<VerifyingKey> keys, List<ChainCheckpoint> kept,
            List<RemovedSegments> removed) {
        this.directory = directory;
        this.removed = new ArrayList<>(removed);
        keys.forEach(key -> this.keys.put(key.id(), key));
        kept.forEach(checkpoint -> this.kept.put(checkpoint.sequence(), checkpoint));
    }

    /**
     * Verifies a record.
     *
     * @param directory with the segment files
     * @param keys      the proxy's public key; several if it was replaced
     * @param kept      checkpoints that were kept outside; may be empty
     * @param removed   what the log that goes on from it says of segments that were removed
     * @throws IOException              if a file can't be read
     * @throws IllegalArgumentException if the directory holds no record; the message says so
     */
    static ChainVerdict of(Path directory, Collection<VerifyingKey> keys, List<ChainCheckpoint> kept,
            List<RemovedSegments> removed) throws IOException {
        return new ChainVerification(directory, keys, kept, removed).run();
    }

    /** Returns the segment files of a record that are in this format, or in none, in order. */
    static List<Path> segments(Path directory) throws IOException {
        List<Path> segments = new ArrayList<>();
        for (Path file : Verification.segments(directory)) {
            if (!Verification.isLog(file)) {
                segments.add(file);
            }
        }
        return segments;
    }

    private ChainVerdict run() throws IOException {
        List<Path> files = segments(directory);
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there is no segment file in it");
        }
        long before = 0;
        for (Path file : files) {
            long segment = ChainHeader.segmentOf(file.getFileName().toString());
            if (before > 0 && segment != before + 1) {
                find(Kind.MISSING, name(file), -1, expected, missing(before + 1, segment - 1));
                chainHash = null;
                expected = 0;
            }
            before = segment;
            segment(file, segment, file.equals(files.getLast()));
        }
        if (last == 0 && findings.isEmpty()) {
            find(Kind.INCOMPLETE, name(files.getLast()), ChainHeader.LENGTH, -1,
                    "The record holds no entries: the proxy was killed as it began, or they were cut off");
        }
        checkSigned();
        checkBeginning(ChainHeader.segmentOf(name(files.getFirst())));
        checkKept();
        return last == 0
                ? new ChainVerdict(List.copyOf(findings), files.size(), 0, 0, 0, 0, 0, null, signedHash, compared)
                : new ChainVerdict(List.copyOf(findings), files.size(), first, next() - 1, deliveries, aside, lost,
                        lastSigned, signedHash, compared);
    }

    /** The sequence behind the end, also where damage hides how far the record goes. */
    private long next() {
        return Math.max(expected, last + 1);
    }

    private static String missing(long from, long to) {
        return from == to ? "Segment " + from + " is missing" : "Segments " + from + " to " + to + " are missing";
    }

    private void segment(Path file, long segment, boolean isLast) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            ChainReader reader;
            try {
                reader = new ChainReader(in);
            } catch (DamageException e) {
                boolean cut = Files.size(file) < ChainHeader.LENGTH;
                find(cut && isLast ? Kind.INCOMPLETE : Kind.CHANGED, name(file), 0, expected,
                        "The segment's header is " + (cut ? "not whole" : "not as it was written"));
                chainHash = null;
                expected = 0;
                return;
            }
            header(reader.header(), segment, file);
            entries(reader, file, isLast);
        }
    }

    private void header(ChainHeader header, long segment, Path file) {
        if (header.segment() != segment) {
            find(Kind.MISSING, name(file), 0, expected,
                    "The file holds segment " + header.segment() + " and not segment " + segment);
        }
        if (!keys.containsKey(header.keyId())) {
            find(Kind.SIGNATURE, name(file), 0, header.firstSequence(), "The segment was written under the key "
                    + header.keyId() + ", which was not given");
        } else if (place(header.keyId()) < latestKey) {
            find(Kind.SIGNATURE, name(file), 0, header.firstSequence(), "The segment was written under the key "
                    + header.keyId() + ", which was replaced before: it counts no more");
        }
        byte[] hash = chainHash;
        if (expected > 0 && header.firstSequence() > expected) {
            find(Kind.MISSING, name(file), 0, expected, "Entries " + expected + " to " + (header.firstSequence() - 1)
                    + " are missing at the end of the segment before");
        } else if (hash != null && !header.before().equals(new Digest(hash))) {
            find(Kind.MISSING, name(file), 0, header.firstSequence(),
                    "The segment does not go on where the one before ends");
        }
        if (first == 0) {
            first = header.firstSequence();
        }
        expected = header.firstSequence();
    }

    private int place(Digest keyId) {
        return List.copyOf(keys.keySet()).indexOf(keyId);
    }

    private void entries(ChainReader reader, Path file, boolean isLast) throws IOException {
        boolean damaged = false;
        while (true) {
            try {
                Entry entry = reader.next();
                if (entry == null) {
                    break;
                }
                damaged |= take(entry, reader, file, damaged);
            } catch (DamageException e) {
                if (!damaged || e.fault() != Fault.HASH) {
                    damage(e.fault(), reader, file, isLast);
                }
                damaged = true;
                if (e.fault() != Fault.HASH) {
                    // where the next entry begins is not known
                    chainHash = null;
                    expected = 0;
                    return;
                }
                expected++;
            }
        }
        if (!isLast && unsignedSince != null && !damaged) {
            find(Kind.SIGNATURE, name(file), reader.end(), expected,
                    "The segment does not end with a checkpoint: it was rewritten or cut");
        }
        chainHash = damaged ? null : reader.hash().clone();
    }

    private void damage(Fault fault, ChainReader reader, Path file, boolean isLast) {
        switch (fault) {
            case INCOMPLETE -> find(isLast ? Kind.INCOMPLETE : Kind.TRUNCATED, name(file), reader.position(), expected,
                    "The file ends within entry " + expected + (isLast
                            ? ": the proxy was killed while it wrote, or the file was cut; a start of the proxy puts such bytes aside"
                            : ""));
            case HASH -> find(Kind.CHANGED, name(file), reader.position(), expected, "Entry " + expected
                    + " is not as it was written, or the ones before it were removed or moved");
            default -> find(Kind.CHANGED, name(file), reader.position(), expected,
                    "These bytes are not an entry of the record");
        }
    }

    /** @return whether there is something wrong with it */
    private boolean take(Entry entry, ChainReader reader, Path file, boolean damaged) {
        boolean bad = false;
        if (entry.sequence() != expected) {
            bad = true;
            if (!damaged) {
                find(Kind.MISSING, name(file), reader.position(), expected, "Entry " + entry.sequence()
                        + " stands where entry " + expected + " should: entries were removed or moved");
            }
        }
        switch (entry) {
            case Entry.Delivery delivery -> deliveries++;
            case Entry.Event event -> {
                if (Verification.SAYINGS.contains(event.action()) && unproven.size() < MAX_UNSIGNED) {
                    unproven.add(new Said(event, name(file), reader.position()));
                }
            }
            case Entry.Checkpointed later -> throw new IllegalStateException("the earlier format has none");
            case Entry.Seal seal -> {
                // only the proxy itself can say whether it is right
            }
            case Entry.Signed signed -> {
                ChainCheckpoint checkpoint = signed.checkpoint();
                VerifyingKey key = keys.get(checkpoint.keyId());
                if (key != null && checkpoint.signedBy(key)) {
                    lastSigned = checkpoint;
                    latestKey = Math.max(latestKey, place(key.id()));
                    signedHash = new Digest(reader.hash().clone());
                    unsignedSince = null;
                    unproven.forEach(this::take);
                    unproven.clear();
                } else {
                    find(Kind.SIGNATURE, name(file), reader.position(), entry.sequence(),
                            "The signature of checkpoint " + entry.sequence() + " is not the key's");
                }
            }
        }
        if (!(entry instanceof Entry.Signed)) {
            unsignedSince = unsignedSince == null ? entry.time() : unsignedSince;
            lastTime = entry.time();
        }
        compare(entry, reader, file);
        last = entry.sequence();
        expected = last + 1;
        return bad;
    }

    /** An event by which the record speaks of itself. */
    private record Said(Entry.Event event, String file, long offset) {}

    /** Takes what the record says of itself, since a checkpoint covers it. */
    private void take(Said said) {
        Entry.Event event = said.event();
        if (event.action().equals(Entry.Event.CUT)) {
            find(Kind.TRUNCATED, said.file(), said.offset(), event.sequence(), "The proxy itself says that entries "
                    + event.subject() + ", which it had signed, were gone when it started");
        }
        RemovedSegments segments = RemovedSegments.of(event);
        if (segments != null) {
            removed.add(segments);
        }
        try {
            if (event.action().equals(Entry.Event.RECORDS_LOST)) {
                lost += Long.parseLong(event.detail());
            } else if (event.action().equals(Entry.Event.UNPROVEN)) {
                aside += Long.parseLong(event.subject());
            }
        } catch (NumberFormatException e) {
            // another program's idea of these events: not ours to count
        }
    }

    private void compare(Entry entry, ChainReader reader, Path file) {
        ChainCheckpoint outside = kept.remove(entry.sequence());
        if (outside == null) {
            return;
        }
        compared++;
        if (!(entry instanceof Entry.Signed) || !outside.hash().equals(new Digest(reader.hashBefore()))) {
            find(Kind.CHANGED, name(file), reader.position(), entry.sequence(), "The record up to entry "
                    + entry.sequence() + " is not the one that the kept checkpoint was made of: it was rewritten");
        }
    }

    /** The proxy signs when it starts and, by the bounds of its settings, often enough: whatever else was not written by it. */
    private void checkSigned() {
        Instant since = unsignedSince;
        if (since == null || !findings.isEmpty()) {
            return;
        }
        long from = lastSigned == null ? first : lastSigned.sequence() + 1;
        if (lastSigned == null || expected - from > MAX_UNSIGNED
                || Duration.between(since, lastTime).compareTo(MAX_UNSIGNED_TIME) > 0) {
            find(Kind.SIGNATURE, "", -1, from, "Entries " + from + " to " + (expected - 1)
                    + " are not signed, and the proxy would have signed them: they were rewritten");
        }
    }

    /** The oldest segments may be gone; then a later entry says so, and a checkpoint covers that. */
    private void checkBeginning(long firstSegment) {
        if (firstSegment > 1 && removed.stream().noneMatch(segments -> segments.last() >= firstSegment - 1)) {
            find(Kind.MISSING, "", -1, 1, missing(1, firstSegment - 1)
                    + " at the beginning, and no signed entry says that the proxy removed them");
        }
    }

    private void checkKept() {
        for (ChainCheckpoint checkpoint : kept.values()) {
            if (checkpoint.sequence() >= next()) {
                find(Kind.TRUNCATED, "", -1, next(), "Entries " + next() + " to " + checkpoint.sequence()
                        + " are missing at the end: the kept checkpoint covers them");
            } else if (checkpoint.sequence() >= first) {
                find(Kind.MISSING, "", -1, checkpoint.sequence(),
                        "The entry of the kept checkpoint " + checkpoint.sequence() + " is not in the record");
            } else {
                find(Kind.UNCOMPARED, "", -1, checkpoint.sequence(), "The kept checkpoint " + checkpoint.sequence()
                        + " can't be compared: the record begins with entry " + first);
            }
        }
    }

    private void find(Kind kind, String file, long offset, long sequence, String sentence) {
        if (findings.size() < MAX_FINDINGS) {
            findings.add(new Finding(kind, file, offset, sequence, sentence));
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
