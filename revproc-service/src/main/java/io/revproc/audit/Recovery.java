package io.revproc.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
import io.revproc.record.Verification;

/**
 * Where an earlier run's record ends. Bytes of a write that a kill or a power failure left unfinished are put aside in a file of
 * their own; a segment that was changed in some other way is left as it is, for the verification to find, and the chain begins
 * anew behind it.
 *
 * @param segment      the last one; 0 if there is none
 * @param end          of its last whole entry, in bytes
 * @param goesOn       whether the segment can be added to
 * @param nextSequence of the next entry
 * @param hash         the chain's, at its end; where the chain begins anew that of a beginning
 * @param aside        bytes that were put aside
 * @param checkpoints  the newest ones of the last segment
 */
record Recovery(long segment, long end, boolean goesOn, long nextSequence, Digest hash, long aside,
        List<Checkpoint> checkpoints) {
    static final int MOST_CHECKPOINTS = 100;

    private static final int BUFFER = 256 * 1024;

    static Recovery of(Path directory) throws IOException {
        long aside = 0;
        List<Path> files = new ArrayList<>(Verification.segments(directory));
        while (!files.isEmpty()) {
            Path last = files.removeLast();
            if (Files.size(last) > SegmentHeader.LENGTH || hasHeader(last)) {
                return read(last, aside);
            }
            // it was about to be begun: nothing is in it
            aside += Files.size(last);
            Files.move(last, asideOf(last), StandardCopyOption.REPLACE_EXISTING);
        }
        return new Recovery(0, 0, false, 1, SegmentHeader.BEGINNING, aside, List.of());
    }

    private static boolean hasHeader(Path file) throws IOException {
        return SegmentHeader.read(Files.readAllBytes(file)) != null;
    }

    private static Recovery read(Path file, long asideBefore) throws IOException {
        long number = SegmentHeader.segmentOf(file.getFileName().toString());
        Deque<Checkpoint> checkpoints = new ArrayDeque<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            SegmentReader reader = new SegmentReader(in);
            long next = reader.header().firstSequence();
            Digest hash = new Digest(reader.hash().clone());
            long end = reader.end();
            boolean torn = false;
            try {
                for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                    if (entry instanceof Entry.Signed signed) {
                        checkpoints.addLast(signed.checkpoint());
                        if (checkpoints.size() > MOST_CHECKPOINTS) {
                            checkpoints.removeFirst();
                        }
                    }
                    next = entry.sequence() + 1;
                    end = reader.end();
                    hash = new Digest(reader.hash().clone());
                }
            } catch (DamageException e) {
                torn = true;
                if (e.fault() == Fault.HASH && goesOnBehind(reader)) {
                    return new Recovery(number, end, false, next, SegmentHeader.BEGINNING, asideBefore,
                            List.copyOf(checkpoints));
                }
            }
            long aside = torn ? putAside(file, end) : 0;
            return new Recovery(number, end, true, next, hash, asideBefore + aside, List.copyOf(checkpoints));
        } catch (DamageException e) {
            // not even its header: what is in it, and how far its sequence went, is not known
            return new Recovery(number, 0, false, 1, SegmentHeader.BEGINNING, asideBefore, List.of());
        }
    }

    /** Whether a sound entry follows a damaged one: then nothing was torn off there, but something was changed. */
    private static boolean goesOnBehind(SegmentReader reader) throws IOException {
        try {
            return reader.next() != null;
        } catch (DamageException e) {
            return false;
        }
    }

    private static long putAside(Path file, long end) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long bytes = channel.size() - end;
            channel.position(end);
            Files.copy(Channels.newInputStream(channel), asideOf(file), StandardCopyOption.REPLACE_EXISTING);
            channel.truncate(end);
            channel.force(true);
            return bytes;
        }
    }

    private static Path asideOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".torn-" + System.currentTimeMillis());
    }
}
