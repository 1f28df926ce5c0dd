package io.revproc.proxy.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A file with a first line of format, checksum and length of the rest. Written whole beside its place, forced to the disk, moved into
 * its place: a reader sees the old one or the new one. Only its owner may read it. Not thread-safe.
 */
public final class CheckedFile {
    /** A file beyond this is not ours. */
    private static final long MAX_BYTES = 1L << 30;

    /** @param format the first word of the file */
    public record Content(String format, byte[] body) {}

    /** The file is there and can't be used; its message says why. */
    public static final class DamagedException extends Exception {
        DamagedException(String why) {
            super(why, null, false, false);
        }
    }

    private final Path path;
    private final List<String> formats;

    /** @param formats the first words that are understood; the first of them is written */
    public CheckedFile(Path path, String... formats) {
        this.path = path.toAbsolutePath();
        this.formats = List.of(formats);
    }

    /** Returns where it is, as an absolute path. */
    public Path path() {
        return path;
    }

    /**
     * Returns what was written last; null if there is no file.
     *
     * @throws DamagedException if there is one and it is not whole
     * @throws IOException      if it can't be read
     */
    public @Nullable Content read() throws IOException, DamagedException {
        byte[] bytes;
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new DamagedException("it is too large");
            }
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return null;
        }
        int end = 0;
        while (end < bytes.length && end < 200 && bytes[end] != '\n') {
            end++;
        }
        String[] header = new String(bytes, 0, end, StandardCharsets.ISO_8859_1).split(" ", -1);
        if (end == bytes.length || header.length != 3 || !formats.contains(header[0])) {
            throw new DamagedException("it does not begin with '" + formats.getFirst() + "'");
        }
        byte[] body = Arrays.copyOfRange(bytes, end + 1, bytes.length);
        if (!header[2].equals(Integer.toString(body.length)) || !header[1].equals(checksum(body))) {
            throw new DamagedException("its checksum does not match");
        }
        return new Content(header[0], body);
    }

    /**
     * Finds out whether the file can be written, without touching it.
     *
     * @throws IOException if not
     */
    void probe() throws IOException {
        Path fresh = fresh();
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, ownersOnly());
        Files.delete(fresh);
    }

    /** Replaces the file's content; it is on the disk when this returns. */
    public void write(byte[] body) throws IOException {
        Path fresh = fresh();
        byte[] header = (formats.getFirst() + " " + checksum(body) + " " + body.length + "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.deleteIfExists(fresh);
        try (FileChannel file = FileChannel.open(fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownersOnly())) {
            for (ByteBuffer part : new ByteBuffer[]{ByteBuffer.wrap(header), ByteBuffer.wrap(body)}) {
                while (part.hasRemaining()) {
                    file.write(part);
                }
            }
            file.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The move itself is on the disk only when the directory is.
        try (FileChannel parent = FileChannel.open(fresh.resolveSibling("."), StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    /** Returns where the next content is written first, in a directory that is there. */
    private Path fresh() throws IOException {
        Path directory = path.getParent();
        if (directory == null) {
            throw new IOException("the path has no directory");
        }
        Files.createDirectories(directory);
        return directory.resolve(path.getFileName() + ".new");
    }

    /** Leases, by which connections prove themselves, are nobody else's business. */
    private FileAttribute<?>[] ownersOnly() {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[]{
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
    }

    /** Puts a damaged file out of the way, where somebody may look at it. */
    Path setAside() throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + ".damaged");
        return Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
    }

    static String checksum(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
