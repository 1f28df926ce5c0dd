package io.revproc.proxy.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

import io.revproc.record.Checkpoint;
import io.revproc.record.DamageException;
import io.revproc.record.DamageException.Fault;
import io.revproc.record.Entry;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SegmentReader;
import io.revproc.record.SigningKey;
import io.revproc.record.tlog.TreeBuilder;
import org.jspecify.annotations.Nullable;

/**
 * How far a segment is proven to be this proxy's own: up to the last checkpoint or seal that was made with its key. The hashes of the
 * entries alone prove nothing, since anybody can compute them.
 *
 * @param end         of the last proven entry, in bytes; 0 if none is proven
 * @param size        of the log there
 * @param frontier    of its tree
 * @param damaged     whether something was changed before it
 * @param behind      whole entries, checkpoints and seals that come behind it
 * @param checkpoints the newest ones up to it
 */
record Proof(long end, long size, List<byte[]> frontier, boolean damaged, long behind, List<Checkpoint> checkpoints) {
    private static final int BUFFER = 256 * 1024;
    /** Checkpoints that wait to be looked at from the last one on; a signature takes a hundred times what a seal takes. */
    private static final int MAX_WAITING = Recovery.MAX_CHECKPOINTS;

    /** A place up to which a segment may be proven. */
    private record Place(long end, long size, List<byte[]> frontier, boolean damaged, long entries,
            @Nullable Checkpoint checkpoint) {}

    /** One look at a segment. Used once. */
    private static final class Look {
        private final SigningKey key;
        private final String origin;
        private final Seals seals;
        private final boolean foreign;
        private final boolean each;
        private final Deque<Place> waiting = new ArrayDeque<>();
        private final Deque<Checkpoint> newest = new ArrayDeque<>();
        private boolean dropped;
        private boolean damaged;
        private long entries;
        private @Nullable Place proven;

        /** @param each whether each checkpoint is looked at as it comes: slow, but it misses none */
        Look(SigningKey key, String origin, boolean foreign, boolean each) {
            this.key = key;
            this.origin = origin;
            this.seals = new Seals(key);
            this.foreign = foreign;
            this.each = each;
        }

        /**
         * Reads until the end, or until nothing more makes sense. One entry whose hash is wrong was changed if the next one is
         * sound; if that is none either, a write was lost there, and what comes behind it is no part of the log.
         */
        void at(SegmentReader reader) throws IOException {
            boolean wrong = false;
            while (true) {
                try {
                    Entry entry = reader.next();
                    if (entry == null) {
                        return;
                    }
                    damaged |= wrong;
                    wrong = false;
                    entries++;
                    entry(entry, reader);
                } catch (DamageException e) {
                    if (e.fault() != Fault.HASH || wrong) {
                        return;
                    }
                    wrong = true;
                }
            }
        }

        private void entry(Entry entry, SegmentReader reader) {
            switch (entry) {
                case Entry.Seal seal when !foreign && seal.sequence() == reader.size()
                        && seals.proves(reader.header().segment(), seal, reader.root()) -> {
                    proven = place(reader, null);
                    waiting.clear();
                    dropped = false;
                }
                case Entry.Checkpointed signed -> checkpoint(signed, reader);
                default -> {
                }
            }
        }

        private void checkpoint(Entry.Checkpointed signed, SegmentReader reader) {
            Checkpoint checkpoint;
            try {
                checkpoint = new Checkpoint(reader.header().segment(), signed.time(),
                        Checkpoint.of(signed.note()).head(), signed.note());
            } catch (IllegalArgumentException e) {
                return;
            }
            if (!checkpoint.head().origin().equals(origin)) {
                return;
            }
            if (checkpoint.size() != reader.size() || !Arrays.equals(checkpoint.head().root(), reader.root())) {
                if (!goesOnBehindDamage(checkpoint, signed, reader)) {
                    return;
                }
            }
            newest.addLast(checkpoint);
            if (newest.size() > 2 * Recovery.MAX_CHECKPOINTS) {
                newest.removeFirst();
            }
            Place place = place(reader, checkpoint);
            if (foreign || each && checkpoint.signedBy(key.publicKey())) {
                proven = place;
            } else if (!each) {
                waiting.addLast(place);
                if (waiting.size() > MAX_WAITING) {
                    waiting.removeFirst();
                    dropped = true;
                }
            }
        }

        /** The log up to its last signature must not be forgotten, whatever happened to the entries. */
        private boolean goesOnBehindDamage(Checkpoint checkpoint, Entry.Checkpointed signed, SegmentReader reader) {
            if (foreign || Long.bitCount(checkpoint.size()) != signed.frontier().size()
                    || !Arrays.equals(TreeBuilder.rootOf(signed.frontier()), checkpoint.head().root())
                    || !checkpoint.signedBy(key.publicKey())) {
                return false;
            }
            damaged = true;
            reader.goOnFrom(checkpoint.size(), signed.frontier());
            return true;
        }

        private Place place(SegmentReader reader, @Nullable Checkpoint checkpoint) {
            return new Place(reader.end(), reader.size(), reader.frontier(), damaged, entries, checkpoint);
        }

        void proveNothing() {
            proven = null;
            waiting.clear();
            dropped = false;
        }

        /** @return whether nothing that may prove more was left out */
        boolean settle() {
            while (!waiting.isEmpty()) {
                Place last = waiting.removeLast();
                if (last.checkpoint() != null && last.checkpoint().signedBy(key.publicKey())) {
                    proven = last;
                    return true;
                }
            }
            return !dropped;
        }

        Proof result() {
            Place place = proven;
            if (place == null) {
                return new Proof(0, 0, List.of(), false, entries, List.of());
            }
            List<Checkpoint> upTo = new ArrayList<>(
                    newest.stream().filter(checkpoint -> checkpoint.size() <= place.size()).toList());
            return new Proof(place.end(), place.size(), place.frontier(), place.damaged(), entries - place.entries(),
                    List.copyOf(upTo.subList(Math.max(0, upTo.size() - Recovery.MAX_CHECKPOINTS), upTo.size())));
        }
    }

    /**
     * Reads a segment.
     *
     * @param header  what the segment begins with, or should
     * @param damaged whether that is not what stands there
     * @param foreign whether it was written under an earlier key: then it reaches to its last checkpoint, which only the
     *                verification with the earlier key can look at
     */
    static Proof of(Path file, SegmentHeader header, boolean damaged, SigningKey key, String origin, boolean foreign)
            throws IOException {
        Look look = look(file, header, damaged, new Look(key, origin, foreign, false));
        // Only where somebody wrote a hundred false checkpoints behind the last true one.
        return look.settle()
                ? look.result()
                : look(file, header, damaged, new Look(key, origin, foreign, true)).result();
    }

    private static Look look(Path file, SegmentHeader header, boolean damaged, Look look) throws IOException {
        look.damaged = damaged;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            look.at(new SegmentReader(in, header));
            if (header.segment() != SegmentHeader.segmentOf(file.getFileName().toString())) {
                look.proveNothing();
            }
        } catch (DamageException e) {
            // it is shorter than a header
        }
        return look;
    }
}
