package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import io.revproc.record.Checkpoint;
import io.revproc.record.Entry.Digest;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SegmentReader.DamageException;
import io.revproc.record.SigningKey;
import io.revproc.record.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Where an earlier run's record ends: behind the last entry that is proven to be this proxy's own ({@link Proof}). What comes
 * behind it, a write that a kill left unfinished or entries that somebody else added, is put aside in files of their own and never
 * signed. A segment that was changed before its last proven entry is left as it is, for the verification to find, and the chain
 * begins anew behind it.
 *
 * @param segment      the last one; 0 if there is none
 * @param end          of its last proven entry, in bytes
 * @param start        how the record goes on
 * @param nextSequence of the next entry
 * @param hash         the chain's, at its end; where the chain begins anew that of a beginning
 * @param earlierKey   of the segment, where it is not this proxy's; else null
 * @param aside        bytes that were put aside
 * @param unproven     whole entries among them
 * @param checkpoints  the newest ones of the last segment
 */
record Recovery(long segment, long end, Start start, long nextSequence, Digest hash, @Nullable Digest earlierKey,
        long aside, long unproven, List<Checkpoint> checkpoints) {
    static final int MOST_CHECKPOINTS = 100;

    /** How a record goes on. */
    enum Start {
        /** In the segment, behind its last proven entry. */
        SAME_SEGMENT,
        /** In the next segment: the last one is under an earlier key. */
        NEXT_SEGMENT,
        /** In the next segment, with a new chain: the last one was changed. */
        NEW_CHAIN,
        /** There is nothing yet. */
        FIRST
    }

    /** @param key the proxy's */
    static Recovery of(Path directory, SigningKey key) throws IOException {
        long aside = 0;
        long unproven = 0;
        List<Path> files = new ArrayList<>(Verification.segments(directory));
        while (!files.isEmpty()) {
            Path last = files.removeLast();
            long number = SegmentHeader.segmentOf(last.getFileName().toString());
            SegmentHeader header = header(last);
            if (header == null && Files.size(last) > SegmentHeader.LENGTH) {
                return changed(number, 0, 1, aside, unproven, List.of());
            }
            Proof proof = header == null ? null : proof(last, key, header);
            if (proof != null && proof.damaged()) {
                return changed(number, proof.end(), proof.sequence() + 1, aside, unproven, proof.checkpoints());
            }
            if (header != null && proof != null && proof.end() > 0) {
                unproven += proof.behind();
                aside += putAside(last, proof.end(), proof.behind() > 0);
                Digest earlier = header.keyId().equals(key.publicKey().id()) ? null : header.keyId();
                return new Recovery(number, proof.end(), earlier == null ? Start.SAME_SEGMENT : Start.NEXT_SEGMENT,
                        proof.sequence() + 1, proof.hash(), earlier, aside, unproven, proof.checkpoints());
            }
            // It was about to be begun, or somebody else made it: nothing in it is proven.
            unproven += proof == null ? 0 : proof.behind();
            aside += putAside(last, 0, proof != null && proof.behind() > 0);
        }
        return new Recovery(0, 0, Start.FIRST, 1, SegmentHeader.BEGINNING, null, aside, unproven, List.of());
    }

    /** What is in it, and where its header is damaged how far its sequence went, is not known. */
    private static Recovery changed(long segment, long end, long next, long aside, long unproven,
            List<Checkpoint> checkpoints) {
        return new Recovery(segment, end, Start.NEW_CHAIN, next, SegmentHeader.BEGINNING, null, aside, unproven,
                checkpoints);
    }

    private static @Nullable SegmentHeader header(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.LENGTH);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // until it is whole, or the file ends
            }
            return bytes.hasRemaining() ? null : SegmentHeader.read(bytes.array());
        }
    }

    private static Proof proof(Path file, SigningKey key, SegmentHeader header) throws IOException {
        try {
            return Proof.of(file, SegmentHeader.segmentOf(file.getFileName().toString()), key,
                    !header.keyId().equals(key.publicKey().id()));
        } catch (DamageException e) {
            throw new IOException("the header of " + file.getFileName() + " changed while it was read", e);
        }
    }

    /** Copies what is behind the end to a file beside, then cuts it off; a segment of which nothing is left is moved. @return how many bytes */
    private static long putAside(Path file, long end, boolean entries) throws IOException {
        long bytes = Files.size(file) - end;
        if (bytes == 0 && end > 0) {
            return 0;
        }
        Path aside = asideOf(file, entries ? ".unproven-" : ".torn-");
        if (end == 0) {
            Files.move(file, aside);
            return bytes;
        }
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel to = FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long copied = 0;
            while (copied < bytes) {
                copied += from.transferTo(end + copied, bytes - copied, to);
            }
            to.force(true);
            from.truncate(end);
            from.force(true);
        }
        return bytes;
    }

    /** A name that is free: what an earlier start put aside stays. */
    private static Path asideOf(Path file, String suffix) {
        long millis = System.currentTimeMillis();
        while (true) {
            Path aside = file.resolveSibling(file.getFileName() + suffix + millis++);
            if (Files.notExists(aside)) {
                return aside;
            }
        }
    }
}
