package io.revproc.record.witness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

import io.revproc.record.tlog.Cosignature;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.TreeHead;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a witness cosigned last of each log: a file each, the cosigned checkpoint. A new one is written beside it, forced to the
 * disk, and takes its place by a rename, so a kill at any moment leaves the one or the other. Not thread-safe for one log.
 */
public class WitnessStore implements AutoCloseable {
    private final Path directory;
    private final FileChannel lockFile;
    private final FileLock lock;

    /**
     * Makes the directory if need be, and locks it: two witnesses with one key and two states would cosign two histories.
     *
     * @throws IOException if it can't be had; the message is for a person
     */
    public WitnessStore(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        lockFile = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock got = null;
        try {
            got = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            // by this process: as bad
        }
        if (got == null) {
            lockFile.close();
            throw new IOException("another witness keeps its state in " + directory);
        }
        lock = got;
    }

    private Path file(String origin) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(origin.getBytes(StandardCharsets.UTF_8));
            return directory.resolve(HexFormat.of().formatHex(hash, 0, 16) + ".checkpoint");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Returns what was cosigned last of a log; null if nothing was.
     *
     * @throws IOException if there is something else: to forget it would let the log take back what was cosigned
     */
    @Nullable
    Note read(String origin, NoteKey witness) throws IOException {
        Path file = file(origin);
        try {
            Note note = Note.parse(Files.readAllBytes(file));
            if (TreeHead.parse(note.text()).origin().equals(origin)
                    && !Cosignature.of(note, List.of(witness)).isEmpty()) {
                return note;
            }
            throw new IOException(file + " is not what this witness cosigned of " + origin);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " can't be read: " + e.getMessage(), e);
        }
    }

    /** Keeps it, on the disk. @throws IOException if that fails; what was kept before is still there */
    void write(String origin, Note cosigned) throws IOException {
        Path file = file(origin);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            write(channel, ByteBuffer.wrap(cosigned.bytes()));
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    /** Overridden by tests of what a kill leaves. */
    void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockFile.close();
    }
}
