package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import io.revproc.record.Entry.Digest;
import io.revproc.record.SegmentHeader;
import io.revproc.record.Verification;
import org.jspecify.annotations.Nullable;

/**
 * The segment files of one record, of which this process is the only writer. What fails may be tried again: a write goes to the
 * place where the last whole one ended. Not thread-safe.
 */
class SegmentFiles implements AutoCloseable {
    private final Path directory;
    private final Digest keyId;
    private final FileLock lock;
    private final FileChannel lockFile;
    private @Nullable FileChannel current;
    private long segment;
    private long size;
    /** Whether the last write may have left a part of itself behind the last whole one. */
    private boolean torn;

    /**
     * Locks the directory.
     *
     * @throws AuditException if another proxy has it
     */
    SegmentFiles(Path directory, Digest keyId) throws IOException {
        this.directory = directory;
        this.keyId = keyId;
        lockFile = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock got = null;
        try {
            got = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            // by this process: as bad
        }
        if (got == null) {
            lockFile.close();
            throw new AuditException("another proxy keeps its record in '" + directory
                    + "'; give each its own with revproc.audit.directory");
        }
        lock = got;
    }

    Path directory() {
        return directory;
    }

    /** The segment that is written to. */
    long segment() {
        return segment;
    }

    /** Its bytes. */
    long size() {
        return size;
    }

    /** Goes on with a segment of an earlier run, behind its last whole entry. */
    void resume(long number, long end) throws IOException {
        current = FileChannel.open(path(number), StandardOpenOption.WRITE);
        segment = number;
        size = end;
    }

    /** Adds what was taken down; whole, or it throws and the next one overwrites what is there of it. */
    void append(byte[] bytes, int length) throws IOException {
        FileChannel channel = open();
        if (torn) {
            // what is written now may be shorter than what failed
            channel.truncate(size);
        }
        torn = true;
        write(channel, bytes, length);
        torn = false;
    }

    private FileChannel open() throws IOException {
        FileChannel channel = current;
        if (channel == null) {
            throw new IOException("no segment is open");
        }
        return channel;
    }

    /** Overridden in tests of what a full disk does. */
    void write(FileChannel channel, byte[] bytes, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
        long at = size;
        while (rest.hasRemaining()) {
            at += channel.write(rest, at);
        }
        size = at;
    }

    /**
     * Begins the next segment.
     *
     * @param before what {@link SegmentHeader#before} says
     */
    void begin(long number, long firstIndex, List<byte[]> frontier, long millis, Digest before) throws IOException {
        byte[] header = new SegmentHeader(number, firstIndex, millis, keyId, before, frontier).bytes();
        // An attempt that failed may have left a beginning of it.
        FileChannel channel = FileChannel.open(path(number), StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        long sizeBefore = size;
        boolean whole = false;
        try {
            size = 0;
            write(channel, header, header.length);
            channel.force(true);
            forceDirectory();
            whole = true;
        } finally {
            if (!whole) {
                size = sizeBefore;
                channel.close();
            }
        }
        current = channel;
        segment = number;
        torn = false;
    }

    /** The file of the current segment, for forcing it to the disk on another thread. */
    FileChannel channel() throws IOException {
        return open();
    }

    /**
     * The oldest segments that have to go so that the rest fit; never the current one, nor the one before it. A segment may grow
     * far over its size while the disk is slow: with it would go all that was recorded since the start.
     */
    List<Long> beyond(long maxBytes) throws IOException {
        List<Long> gone = new ArrayList<>();
        List<Path> files = Verification.segments(directory);
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        for (Path file : files) {
            long number = SegmentHeader.segmentOf(file.getFileName().toString());
            if (total <= maxBytes || number >= segment - 1) {
                break;
            }
            total -= Files.size(file);
            gone.add(number);
        }
        return gone;
    }

    void remove(long number) throws IOException {
        Files.deleteIfExists(path(number));
    }

    Path path(long number) {
        return directory.resolve(SegmentHeader.fileName(number));
    }

    private void forceDirectory() throws IOException {
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = current;
        if (open != null) {
            open.close();
        }
        lock.release();
        lockFile.close();
    }
}
