package io.revproc.proxy.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import io.revproc.record.ChainEnd;
import io.revproc.record.Checkpoint;
import io.revproc.record.Entry.Digest;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SigningKey;
import io.revproc.record.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Where an earlier run's record ends: behind the last entry that is proven to be this proxy's own ({@link Proof}). What comes
 * behind it, a write that a kill left unfinished or entries that somebody else added, is put aside in files of their own and never
 * signed. A segment that was changed before its last proven entry is left as it is, for the verification to find; the log goes on
 * behind it, since it must never contradict what it has signed.
 *
 * @param segment     the last one; 0 if there is none
 * @param end         of its last proven entry, in bytes
 * @param start       how the record goes on
 * @param size        of the log
 * @param frontier    of its tree
 * @param earlierKey  of the segment, where it is not this proxy's; else null
 * @param chain       the end of a record in the earlier format that the log begins behind; else null
 * @param aside       bytes that were put aside
 * @param unproven    whole entries, checkpoints and seals among them
 * @param checkpoints the newest ones of the last segment
 */
record Recovery(long segment, long end, Start start, long size, List<byte[]> frontier, @Nullable Digest earlierKey,
        @Nullable ChainEnd chain, long aside, long unproven, List<Checkpoint> checkpoints) {
    static final int MAX_CHECKPOINTS = 100;

    /** Where a record continues. */
    enum Start {
        /** The record continues in the segment, behind its last proven entry. */
        SAME_SEGMENT,
        /** The record continues in the next segment: the last one has an earlier key or the earlier format. */
        NEXT_SEGMENT,
        /** The record continues in the next segment: the last one was changed. */
        BEHIND_DAMAGE,
        /** There is no record yet. */
        FIRST
    }

    /**
     * @param key    the proxy's
     * @param origin the log's
     */
    static Recovery of(Path directory, SigningKey key, String origin) throws IOException {
        long aside = 0;
        long unproven = 0;
        List<Path> files = new ArrayList<>(Verification.segments(directory));
        while (!files.isEmpty()) {
            Path last = files.removeLast();
            long number = SegmentHeader.segmentOf(last.getFileName().toString());
            if (Verification.isChain(last)) {
                return new Recovery(number, 0, Start.NEXT_SEGMENT, 0, List.of(), null, ChainEnd.of(last, key), aside,
                        unproven, List.of());
            }
            SegmentHeader header = header(last);
            boolean damaged = header == null;
            if (header == null && Files.size(last) > SegmentHeader.length(0)) {
                header = expected(files, number, key, origin);
            }
            Proof proof = header == null
                    ? null
                    : Proof.of(last, header, damaged, key, origin, !header.keyId().equals(key.publicKey().id()));
            if (header != null && proof != null && proof.end() > 0) {
                Digest earlier = header.keyId().equals(key.publicKey().id()) ? null : header.keyId();
                if (!proof.damaged()) {
                    unproven += proof.behind();
                    aside += putAside(last, proof.end(), proof.behind() > 0);
                }
                return new Recovery(number, proof.end(), proof.damaged()
                        ? Start.BEHIND_DAMAGE
                        : earlier == null ? Start.SAME_SEGMENT : Start.NEXT_SEGMENT, proof.size(), proof.frontier(),
                        earlier, null, aside, unproven, proof.checkpoints());
            }
            // It was about to be begun, or somebody else made it: nothing in it is proven.
            unproven += proof == null ? 0 : proof.behind();
            aside += putAside(last, 0, proof != null && proof.behind() > 0);
        }
        return new Recovery(0, 0, Start.FIRST, 0, List.of(), null, null, aside, unproven, List.of());
    }

    private static @Nullable SegmentHeader header(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return SegmentHeader.read(in.readNBytes(SegmentHeader.MAX_LENGTH));
        }
    }

    /** The header that a segment should have, where the one that it has is damaged: it follows from the segment before. */
    private static @Nullable SegmentHeader expected(List<Path> before, long number, SigningKey key, String origin)
            throws IOException {
        long size = 0;
        List<byte[]> frontier = List.of();
        if (!before.isEmpty() && !Verification.isChain(before.getLast())) {
            SegmentHeader header = header(before.getLast());
            if (header == null) {
                return null;
            }
            Proof proof = Proof.of(before.getLast(), header, false, key, origin,
                    !header.keyId().equals(key.publicKey().id()));
            size = proof.size();
            frontier = proof.frontier();
        }
        return new SegmentHeader(number, size, 0, key.publicKey().id(), SegmentHeader.NOTHING, frontier);
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
