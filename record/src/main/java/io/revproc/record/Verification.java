package io.revproc.record;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

import io.revproc.record.DamageException.Fault;
import io.revproc.record.Entry.Digest;
import io.revproc.record.Finding.Kind;
import io.revproc.record.tlog.TreeBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Reads a record from beginning to end and says what is wrong with it, and where. Finds changed bytes, entries and segments that
 * were removed or moved, and signatures of another key; what was cut off at the end only against checkpoints that were kept
 * outside. Trusts nothing but the public key and those. Used once.
 */
public final class Verification {
    /** More than so many findings are no news. */
    public static final int MAX_FINDINGS = 100;

    /** Twice the largest settings: more than so many entries without a checkpoint were not written by the proxy. */
    private static final int MAX_UNSIGNED = 200_000;
    private static final Duration MAX_UNSIGNED_TIME = Duration.ofHours(2);

    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final int BUFFER = 256 * 1024;
    /** Entries after which it is said how far it is. */
    private static final int BETWEEN_PROGRESS = 65_536;
    /** What is believed only where a checkpoint covers it. */
    static final Set<String> SAYINGS = Set.of(Entry.Event.CUT, Entry.Event.SEGMENTS_REMOVED,
            Entry.Event.CONTINUES_CHAIN, Entry.Event.RECORDS_LOST, Entry.Event.UNPROVEN);
    private static final byte[] CHAIN = "REVPAUD1".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final LongConsumer progress;
    /** Of the segments that were read. */
    private long bytesBefore;
    /** In the order of their use: once a later one has signed, an earlier one counts no more. */
    private final Map<Digest, VerifyingKey> keys = new LinkedHashMap<>();
    /** Place among the keys of the latest that signed; -1 before the first. */
    private int latestKey = -1;
    /** By size. */
    private final TreeMap<Long, List<Checkpoint>> kept = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private final List<RemovedSegments> removed = new ArrayList<>();
    /** What the record says of itself, where no checkpoint covers it yet: anybody can have written it. */
    private final ArrayDeque<Said> unproven = new ArrayDeque<>();
    private final TreeFiles tiles;
    /** How many entries the log has, as far as it was read; -1 where that is not known. */
    private long expected = -1;
    private @Nullable List<byte[]> frontier;
    private long first = -1;
    /** Whether no header could be read before that of {@link #first}. */
    private boolean beginningDamaged;
    private long size;
    private long deliveries;
    private long lost;
    private long aside;
    private int compared;
    private long nextKept;
    private @Nullable Checkpoint lastSigned;
    /** Says how a record in the earlier format ended that the log goes on from; null if it goes on from none. */
    private Entry.@Nullable Event continuesChain;
    private @Nullable Unverified unverified;
    private Instant verifiedTime = Instant.EPOCH;
    /** When the first entry behind the last checkpoint was written; null if there is none. */
    private @Nullable Instant unsignedSince;
    private Instant lastTime = Instant.EPOCH;

    private Verification(Path directory, Collection<VerifyingKey> keys, KeptCheckpoints kept, LongConsumer progress) {
        this.progress = progress;
        this.tiles = new TreeFiles(directory);
        keys.forEach(key -> this.keys.put(key.id(), key));
        kept.log().forEach(
                checkpoint -> this.kept.computeIfAbsent(checkpoint.size(), size -> new ArrayList<>()).add(checkpoint));
        nextKept = nextKept(-1);
    }

    /** Verifies a record, see {@link #of(Path, Collection, KeptCheckpoints, LongConsumer)}. */
    public static Verdict of(Path directory, Collection<VerifyingKey> keys, KeptCheckpoints kept) throws IOException {
        return of(directory, keys, kept, bytes -> {});
    }

    /**
     * Verifies a record.
     *
     * @param directory with the segment files
     * @param keys      the proxy's public key; several, in the order of their use, if it was replaced
     * @param kept      checkpoints that were kept outside
     * @param progress  hears now and then how many bytes of the segments were read in all
     * @throws IOException              if a file can't be read
     * @throws IllegalArgumentException if the directory holds no record; the message says so
     */
    public static Verdict of(Path directory, Collection<VerifyingKey> keys, KeptCheckpoints kept, LongConsumer progress)
            throws IOException {
        try {
            return verdict(directory, keys, kept, progress);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Verdict verdict(Path directory, Collection<VerifyingKey> keys, KeptCheckpoints kept,
            LongConsumer progress) throws IOException {
        List<Path> log = new ArrayList<>(segments(directory));
        if (log.isEmpty()) {
            throw new IllegalArgumentException("there is no segment file in it");
        }
        List<Path> chain = new ArrayList<>();
        while (!log.isEmpty() && isChain(log.getFirst())) {
            chain.add(log.removeFirst());
        }
        Verification verification = new Verification(directory, keys, kept, progress);
        verification.read(log, chain.isEmpty() ? null : chain.getLast());
        ChainVerdict earlier = chain.isEmpty()
                ? null
                : ChainVerification.of(directory, keys, kept.chain(), verification.removed);
        verification.checkChain(earlier, kept.chain().size());
        return verification.verdict(log.size(), earlier);
    }

    /** Returns the segment files of a record, in order. */
    public static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> SegmentHeader.segmentOf(file.getFileName().toString()) > 0).sorted().toList();
        }
    }

    /** Returns whether a segment file is in the earlier format. */
    public static boolean isChain(Path file) throws IOException {
        return Arrays.equals(magic(file), CHAIN);
    }

    static boolean isLog(Path file) throws IOException {
        return SegmentHeader.isOne(magic(file));
    }

    private static byte[] magic(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(CHAIN.length);
        }
    }

    private void read(List<Path> files, @Nullable Path before) throws IOException {
        long last = before == null ? 0 : SegmentHeader.segmentOf(name(before));
        for (Path file : files) {
            long segment = SegmentHeader.segmentOf(name(file));
            if (last > 0 && segment != last + 1) {
                find(Kind.MISSING, name(file), -1, expected, missing(last + 1, segment - 1));
                frontier = null;
                expected = -1;
            }
            last = segment;
            segment(file, segment, file.equals(files.getLast()));
            bytesBefore += Files.size(file);
            progress.accept(bytesBefore);
        }
        if (!files.isEmpty() && size == 0 && findings.isEmpty()) {
            find(Kind.INCOMPLETE, name(files.getLast()), SegmentHeader.length(0), -1,
                    "The record holds no entries: the proxy was killed as it began, or they were cut off");
        }
        checkSigned();
        if (!files.isEmpty()) {
            checkBeginning(SegmentHeader.segmentOf(name(files.getFirst())), before != null);
        }
        checkKept();
    }

    private Verdict verdict(int segments, @Nullable ChainVerdict earlier) {
        return new Verdict(List.copyOf(findings), segments, Math.max(0, first), size, deliveries, aside, lost,
                lastSigned, compared, earlier);
    }

    private static String missing(long from, long to) {
        return from == to ? "Segment " + from + " is missing" : "Segments " + from + " to " + to + " are missing";
    }

    private void segment(Path file, long segment, boolean isLast) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            SegmentReader reader;
            try {
                reader = new SegmentReader(in);
            } catch (DamageException e) {
                boolean cut = Files.size(file) < SegmentHeader.length(Math.max(0, expected));
                find(cut && isLast ? Kind.INCOMPLETE : Kind.CHANGED, name(file), 0, expected,
                        "The segment's header is " + (cut ? "not whole" : "not as it was written"));
                beginningDamaged |= first < 0;
                frontier = null;
                expected = -1;
                return;
            }
            reader.nodesTo((level, firstNode, hashes, offset, count) -> tiles(level, firstNode, hashes, offset, count));
            header(reader.header(), segment, file);
            entries(reader, file, isLast);
            reader.flush();
        }
    }

    private void header(SegmentHeader header, long segment, Path file) {
        if (header.segment() != segment) {
            find(Kind.MISSING, name(file), 0, expected,
                    "The file holds segment " + header.segment() + " and not segment " + segment);
        }
        if (!keys.containsKey(header.keyId())) {
            find(Kind.SIGNATURE, name(file), 0, header.firstIndex(), "The segment was written under the key "
                    + header.keyId() + ", which was not given");
        } else if (place(header.keyId()) < latestKey) {
            find(Kind.SIGNATURE, name(file), 0, header.firstIndex(), "The segment was written under the key "
                    + header.keyId() + ", which was replaced before: it counts no more");
        }
        if (expected >= 0 && header.firstIndex() > expected) {
            find(Kind.MISSING, name(file), 0, expected, "Entries " + expected + " to " + (header.firstIndex() - 1)
                    + " are missing at the end of the segment before");
        } else if (frontier != null && !same(frontier, header.frontier())) {
            find(Kind.MISSING, name(file), 0, header.firstIndex(),
                    "The segment does not go on where the one before ends");
        }
        if (first < 0) {
            first = header.firstIndex();
            size = first;
            nextKept = nextKept(first);
        }
        compareKept(header.firstIndex(), TreeBuilder.rootOf(header.frontier()), file, 0);
        expected = header.firstIndex();
    }

    private int place(Digest keyId) {
        return List.copyOf(keys.keySet()).indexOf(keyId);
    }

    private static boolean same(List<byte[]> one, List<byte[]> other) {
        return one.size() == other.size() && Arrays.deepEquals(one.toArray(), other.toArray());
    }

    private void entries(SegmentReader reader, Path file, boolean isLast) throws IOException {
        boolean damaged = false;
        while (true) {
            try {
                Entry entry = reader.next();
                if (entry == null) {
                    break;
                }
                damaged |= take(entry, reader, file, damaged);
                if (reader.size() % BETWEEN_PROGRESS == 0) {
                    progress.accept(bytesBefore + reader.end());
                }
            } catch (DamageException e) {
                if (!damaged || e.fault() != Fault.HASH) {
                    damage(e.fault(), reader, file, isLast);
                }
                damaged = true;
                if (e.fault() != Fault.HASH) {
                    // where the next entry begins is not known
                    verifySignature();
                    frontier = null;
                    expected = -1;
                    return;
                }
                expected = reader.size();
                size = Math.max(size, expected);
            }
        }
        verifySignature();
        if (!isLast && unsignedSince != null && !damaged) {
            find(Kind.SIGNATURE, name(file), reader.end(), expected,
                    "The segment does not end with a checkpoint: it was rewritten or cut");
        }
        frontier = damaged ? null : reader.frontier();
    }

    private void damage(Fault fault, SegmentReader reader, Path file, boolean isLast) {
        long at = expected;
        switch (fault) {
            case INCOMPLETE -> find(isLast ? Kind.INCOMPLETE : Kind.TRUNCATED, name(file), reader.position(), at,
                    "The file ends within entry " + at + (isLast
                            ? ": the proxy was killed while it wrote, or the file was cut; a start of the proxy puts such bytes aside"
                            : ""));
            case HASH -> find(Kind.CHANGED, name(file), reader.position(), at,
                    "Entry " + at + " is not as it was written");
            default -> find(Kind.CHANGED, name(file), reader.position(), at,
                    "These bytes are not an entry of the record");
        }
    }

    /** @return whether there is something wrong with it */
    private boolean take(Entry entry, SegmentReader reader, Path file, boolean damaged) {
        boolean leaf = entry instanceof Entry.Delivery || entry instanceof Entry.Event;
        boolean bad = entry.sequence() != reader.size() - (leaf ? 1 : 0);
        if (bad && !damaged) {
            find(Kind.MISSING, name(file), reader.position(), expected, "Entry " + entry.sequence()
                    + " stands where entry " + expected + " should: entries were removed or moved");
        }
        switch (entry) {
            case Entry.Delivery delivery -> deliveries++;
            case Entry.Event event -> {
                if (SAYINGS.contains(event.action()) && unproven.size() < MAX_UNSIGNED) {
                    unproven.add(new Said(event, name(file), reader.position(), reader.size()));
                }
            }
            case Entry.Checkpointed signed -> bad |= checkpoint(signed, reader, file, damaged || bad);
            default -> {
                // only the proxy itself can say whether a seal is right
            }
        }
        if (leaf) {
            unsignedSince = unsignedSince == null ? entry.time() : unsignedSince;
            lastTime = entry.time();
            if (reader.size() == nextKept) {
                compareKept(reader.size(), reader.root(), file, reader.position());
            }
        }
        expected = reader.size();
        size = Math.max(size, expected);
        return bad;
    }

    private boolean checkpoint(Entry.Checkpointed signed, SegmentReader reader, Path file, boolean damaged) {
        Checkpoint checkpoint;
        try {
            checkpoint = new Checkpoint(reader.header().segment(), signed.time(), Checkpoint.of(signed.note()).head(),
                    signed.note());
        } catch (IllegalArgumentException e) {
            find(Kind.CHANGED, name(file), reader.position(), signed.sequence(),
                    "The checkpoint behind entry " + signed.sequence() + " can't be read");
            return true;
        }
        boolean fits = checkpoint.size() == reader.size() && Arrays.equals(checkpoint.head().root(), reader.root());
        Unverified found = new Unverified(checkpoint, keys.get(reader.header().keyId()), name(file), reader.position());
        if (fits) {
            unverified = found;
            if (Duration.between(verifiedTime, checkpoint.time()).abs().compareTo(BETWEEN) >= 0) {
                verifySignature();
            }
            unsignedSince = null;
            return false;
        }
        if (!found.right()) {
            wrongSignature(found);
            return false;
        }
        if (!damaged) {
            find(Kind.CHANGED, name(file), reader.position(), signed.sequence(), "The entries up to "
                    + (checkpoint.size() - 1) + " are not those that were signed: they were changed, removed or moved");
        }
        if (Long.bitCount(checkpoint.size()) == signed.frontier().size()
                && Arrays.equals(TreeBuilder.rootOf(signed.frontier()), checkpoint.head().root())) {
            reader.goOnFrom(checkpoint.size(), signed.frontier());
        }
        signed(found);
        unsignedSince = null;
        unproven.clear();
        return true;
    }

    /** A checkpoint that says what the entries before it say; its signature takes as long as thousands of entries. */
    private record Unverified(Checkpoint checkpoint, @Nullable VerifyingKey key, String file, long offset) {
        boolean right() {
            return key != null && checkpoint.signedBy(key);
        }
    }

    /** Of checkpoints that came close to each other only the last one's signature is verified: it covers the others. */
    private void verifySignature() {
        Unverified last = unverified;
        unverified = null;
        if (last == null) {
            return;
        }
        verifiedTime = last.checkpoint().time();
        if (last.right()) {
            signed(last);
            proven(last.checkpoint().size());
        } else {
            wrongSignature(last);
        }
    }

    private void signed(Unverified right) {
        lastSigned = right.checkpoint();
        if (right.key() != null) {
            latestKey = Math.max(latestKey, place(right.key().id()));
        }
    }

    private void wrongSignature(Unverified wrong) {
        Checkpoint checkpoint = wrong.checkpoint();
        find(Kind.SIGNATURE, wrong.file(), wrong.offset(), checkpoint.size(),
                wrong.key() != null && !wrong.key().isOf(checkpoint.head().origin())
                        ? "The checkpoint of " + checkpoint.size() + " entries is of the log "
                                + checkpoint.head().origin() + ", and the key is another log's"
                        : "The signature of the checkpoint of " + checkpoint.size() + " entries is not the key's");
    }

    /**
     * An event by which the record speaks of itself.
     *
     * @param size of the log with it
     */
    private record Said(Entry.Event event, String file, long offset, long size) {}

    /** Takes what the record says of itself up to a size, since a checkpoint covers it. */
    private void proven(long upTo) {
        while (!unproven.isEmpty() && unproven.getFirst().size() <= upTo) {
            take(unproven.removeFirst());
        }
    }

    private void take(Said said) {
        Entry.Event event = said.event();
        try {
            switch (event.action()) {
                case Entry.Event.CUT -> find(Kind.TRUNCATED, said.file(), said.offset(), event.sequence(),
                        "The proxy itself says that entries " + event.subject()
                                + ", which it had signed, were gone when it started");
                case Entry.Event.SEGMENTS_REMOVED -> {
                    RemovedSegments segments = RemovedSegments.of(event);
                    if (segments != null) {
                        removed.add(segments);
                    }
                }
                case Entry.Event.CONTINUES_CHAIN -> continuesChain = event;
                case Entry.Event.RECORDS_LOST -> lost += Long.parseLong(event.detail());
                case Entry.Event.UNPROVEN -> aside += Long.parseLong(event.subject());
                default -> throw new IllegalStateException("nothing is said by " + event.action());
            }
        } catch (NumberFormatException e) {
            // another program's idea of these events: not ours to count
        }
    }

    private void compareKept(long at, byte[] root, Path file, long offset) {
        for (Checkpoint outside : kept.getOrDefault(at, List.of())) {
            compared++;
            if (!Arrays.equals(outside.head().root(), root)) {
                find(Kind.CHANGED, name(file), offset, at, "The record of the first " + at
                        + " entries is not the one that the kept checkpoint was made of: it was rewritten");
            }
        }
        kept.remove(at);
        nextKept = nextKept(at);
    }

    private long nextKept(long above) {
        Long next = kept.higherKey(above);
        return next == null ? Long.MAX_VALUE : next;
    }

    private void tiles(int level, long firstNode, byte[] hashes, int offset, int count) {
        try {
            long wrong = tiles.differs(level, firstNode, hashes, offset, count);
            if (wrong >= 0) {
                find(Kind.CHANGED, TreeFiles.NAME + "/" + TreeFiles.fileName(level / 8, wrong), -1, -1,
                        "Hash " + wrong + " of the tiles of level " + level / 8
                                + " is not that of the entries below it");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The proxy signs when it starts and, by the bounds of its settings, often enough: whatever else was not written by it. */
    private void checkSigned() {
        if (latestKey >= 0 && latestKey < keys.size() - 1) {
            find(Kind.SIGNATURE, "", -1, size, "The last key that was given signed nothing: entries are missing at the"
                    + " end, or the keys are not in the order of their use");
        }
        Instant since = unsignedSince;
        if (since == null || !findings.isEmpty()) {
            return;
        }
        long from = lastSigned == null ? Math.max(0, first) : lastSigned.size();
        if (lastSigned == null || size - from > MAX_UNSIGNED
                || Duration.between(since, lastTime).compareTo(MAX_UNSIGNED_TIME) > 0) {
            find(Kind.SIGNATURE, "", -1, from, "Entries " + from + " to " + (size - 1)
                    + " are not signed, and the proxy would have signed them: they were rewritten");
        }
    }

    /**
     * The oldest segments may be gone; then a later entry says so, and a checkpoint covers that. The numbers of segments prove
     * nothing, since nobody signs them: what counts as well is the index of the first entry.
     */
    private void checkBeginning(long firstSegment, boolean behindChain) {
        boolean begins = (first <= 0 || beginningDamaged)
                && (behindChain || firstSegment == 1 && continuesChain == null);
        boolean allowed = !behindChain
                && removed.stream().anyMatch(segments -> segments.allows(firstSegment, Math.max(0, first)));
        if (!begins && !allowed) {
            find(Kind.MISSING, "", -1, 0, (firstSegment > 1 && !behindChain
                    ? missing(1, firstSegment - 1) + " at the beginning"
                    : first > 0
                            ? "Entries 0 to " + (first - 1) + " are missing at the beginning"
                            : "The record in the earlier format, which the log goes on from, is missing")
                    + ", and no signed entry says that the proxy removed them");
        }
    }

    /** A record in the earlier format must end as the log says that it did. */
    private void checkChain(@Nullable ChainVerdict chain, int keptOfChain) {
        Entry.Event end = continuesChain;
        if (chain == null) {
            if (keptOfChain > 0) {
                find(Kind.UNCOMPARED, "", -1, -1,
                        "Kept checkpoints in the earlier format can't be compared: no segment in that format is there");
            }
        } else if (end != null && chain.intact() && !end.detail().equals(SegmentHeader.NOTHING.hex())
                && !end.detail().equals(chain.signedHash().hex())) {
            find(Kind.CHANGED, "", -1, end.sequence(), "The record in the earlier format does not end as the log says"
                    + " that it did, with " + end.subject() + ": it was cut or rewritten");
        }
    }

    private void checkKept() {
        long before = 0;
        for (long covered : kept.keySet()) {
            if (covered > size) {
                find(Kind.TRUNCATED, "", -1, size, "Entries " + size + " to " + (covered - 1)
                        + " are missing at the end: the kept checkpoint covers them");
            } else if (covered > first && first >= 0) {
                find(Kind.MISSING, "", -1, covered,
                        "The end of the kept checkpoint of " + covered + " entries is not in the record");
            } else {
                before = covered;
            }
        }
        if (before > 0) {
            find(Kind.UNCOMPARED, "", -1, before, "The kept checkpoint of " + before + " entries"
                    + (kept.firstKey() < before ? ", and those before it," : "")
                    + " can't be compared: the record begins with entry " + first
                    + "; give only checkpoints of " + first + " entries and more");
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
