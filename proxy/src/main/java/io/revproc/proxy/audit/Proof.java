package io.revproc.proxy.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.revproc.record.Checkpoint;
import io.revproc.record.Entry;
import io.revproc.record.Entry.Digest;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SegmentReader;
import io.revproc.record.SegmentReader.DamageException;
import io.revproc.record.SegmentReader.Fault;
import io.revproc.record.SigningKey;
import org.jspecify.annotations.Nullable;

/**
 * How far a segment is proven to be this proxy's own: up to the last checkpoint or seal that was made with its key. The chain of
 * hashes alone proves nothing, since anybody can carry it on.
 *
 * @param end         of the last proven entry, in bytes; 0 if none is proven
 * @param sequence    of that entry
 * @param hash        the chain's behind it
 * @param damaged     whether something was changed before it
 * @param behind      whole entries that come behind it
 * @param checkpoints the newest ones up to it
 */
record Proof(long end, long sequence, Digest hash, boolean damaged, long behind, List<Checkpoint> checkpoints) {
    private static final int BUFFER = 256 * 1024;
    /** Checkpoints that wait to be looked at from the last one on; a signature takes a hundred times what a seal takes. */
    private static final int MOST_WAITING = Recovery.MOST_CHECKPOINTS;

    /** A place up to which a segment may be proven. */
    private record Place(long end, long sequence, Digest hash, boolean damaged, long entries,
            @Nullable Checkpoint checkpoint) {}

    /** One look at a segment. Used once. */
    private static final class Look {
        private final SigningKey key;
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
        Look(SigningKey key, boolean foreign, boolean each) {
            this.key = key;
            this.seals = new Seals(key);
            this.foreign = foreign;
            this.each = each;
        }

        /**
         * Reads until the end, or until nothing more makes sense. One entry whose hash is wrong was changed if the next one is
         * sound; if that is none either, a write was lost there, and what comes behind it is no part of the chain.
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
                case Entry.Seal seal when !foreign
                        && seals.proves(reader.header().segment(), seal, reader.hashBefore()) -> {
                    proven = place(entry, reader, null);
                    waiting.clear();
                    dropped = false;
                }
                case Entry.Signed signed -> checkpoint(signed, reader);
                default -> {
                }
            }
        }

        private void checkpoint(Entry.Signed signed, SegmentReader reader) {
            newest.addLast(signed.checkpoint());
            if (newest.size() > 2 * Recovery.MOST_CHECKPOINTS) {
                newest.removeFirst();
            }
            Place place = place(signed, reader, signed.checkpoint());
            if (foreign || each && signed.checkpoint().signedBy(key.publicKey())) {
                proven = place;
            } else if (!each) {
                waiting.addLast(place);
                if (waiting.size() > MOST_WAITING) {
                    waiting.removeFirst();
                    dropped = true;
                }
            }
        }

        private Place place(Entry entry, SegmentReader reader, @Nullable Checkpoint checkpoint) {
            return new Place(reader.end(), entry.sequence(), new Digest(reader.hash().clone()), damaged, entries,
                    checkpoint);
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
                return new Proof(0, 0, SegmentHeader.BEGINNING, false, entries, List.of());
            }
            List<Checkpoint> upTo = new ArrayList<>(
                    newest.stream().filter(checkpoint -> checkpoint.sequence() <= place.sequence()).toList());
            return new Proof(place.end(), place.sequence(), place.hash(), place.damaged(), entries - place.entries(),
                    List.copyOf(upTo.subList(Math.max(0, upTo.size() - Recovery.MOST_CHECKPOINTS), upTo.size())));
        }
    }

    /**
     * Reads a segment.
     *
     * @param segment by its file's name: what was written elsewhere proves nothing here
     * @param foreign whether it was written under an earlier key: then it reaches to its last checkpoint, which only the
     *                verification with the earlier key can look at
     * @throws DamageException if the segment's header is damaged
     */
    static Proof of(Path file, long segment, SigningKey key, boolean foreign) throws IOException, DamageException {
        Look look = look(file, segment, key, foreign, false);
        // Only where somebody wrote a hundred false checkpoints behind the last true one.
        return look.settle() ? look.result() : look(file, segment, key, foreign, true).result();
    }

    private static Look look(Path file, long segment, SigningKey key, boolean foreign, boolean each)
            throws IOException, DamageException {
        Look look = new Look(key, foreign, each);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            SegmentReader reader = new SegmentReader(in);
            look.at(reader);
            if (reader.header().segment() != segment) {
                look.proveNothing();
            }
        }
        return look;
    }
}
