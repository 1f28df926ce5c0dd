package io.revproc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file: a first line with format, checksum and length of the rest, then the content as JSON. Written whole beside its
 * place, forced to the disk, moved into its place: a reader sees the old one or the new one. Not thread-safe.
 */
final class SnapshotFile {
    private static final String FORMAT = "revproc-routes-2";
    /** As proxies wrote it that did not remember policies: the entries alone. */
    private static final String OLDER_FORMAT = "revproc-routes-1";
    /** A file beyond this is not ours. */
    private static final long MOST_BYTES = 1L << 30;

    /** What the file holds. */
    record Content(List<StoredEntry> servers, List<StoredPolicy> policies) {
        static final Content NONE = new Content(List.of(), List.of());

        Content {
            servers = List.copyOf(servers);
            policies = List.copyOf(policies);
        }
    }

    /** The file is there and can't be used; its message says why. */
    static final class DamagedException extends Exception {
        DamagedException(String why) {
            super(why, null, false, false);
        }
    }

    private final Path path;
    private final JsonMapper json = JsonMapper.builder().build();

    SnapshotFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    Path path() {
        return path;
    }

    byte[] body(Content content) {
        return json.writeValueAsBytes(content);
    }

    /**
     * Returns what the file holds; nothing if there is no file.
     *
     * @throws DamagedException if there is one and it is not whole
     * @throws IOException      if it can't be read
     */
    Content read() throws IOException, DamagedException {
        byte[] bytes;
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new DamagedException("it is too large");
            }
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return Content.NONE;
        }
        int end = 0;
        while (end < bytes.length && end < 200 && bytes[end] != '\n') {
            end++;
        }
        String[] header = new String(bytes, 0, end, StandardCharsets.ISO_8859_1).split(" ", -1);
        if (end == bytes.length || header.length != 3
                || !header[0].equals(FORMAT) && !header[0].equals(OLDER_FORMAT)) {
            throw new DamagedException("it does not begin with '" + FORMAT + "'");
        }
        byte[] body = Arrays.copyOfRange(bytes, end + 1, bytes.length);
        if (!header[2].equals(Integer.toString(body.length)) || !header[1].equals(checksum(body))) {
            throw new DamagedException("its checksum does not match");
        }
        try {
            return header[0].equals(FORMAT)
                    ? json.readValue(body, Content.class)
                    : new Content(List.of(json.readValue(body, StoredEntry[].class)), List.of());
        } catch (JacksonException | NullPointerException e) {
            throw new DamagedException("its entries can't be read");
        }
    }

    /** Replaces the file's content; it is on the disk when this returns. */
    void write(byte[] body) throws IOException {
        Path directory = path.getParent();
        if (directory == null) {
            throw new IOException("the path has no directory");
        }
        Files.createDirectories(directory);
        Path fresh = directory.resolve(path.getFileName() + ".new");
        byte[] header = (FORMAT + " " + checksum(body) + " " + body.length + "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        try (FileChannel file = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            for (ByteBuffer part : new ByteBuffer[]{ByteBuffer.wrap(header), ByteBuffer.wrap(body)}) {
                while (part.hasRemaining()) {
                    file.write(part);
                }
            }
            file.force(true);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The move itself is on the disk only when the directory is.
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
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
