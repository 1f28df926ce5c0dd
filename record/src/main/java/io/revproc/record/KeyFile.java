package io.revproc.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes files that hold secrets. */
public final class KeyFile {
    private KeyFile() {}

    /**
     * Writes a file: whole or not at all, and never for a moment with more rights than these.
     *
     * @param permissions such as {@code rw-------}
     * @throws IOException if it can't be written, or another process writes it
     */
    public static void write(Path file, String content, String permissions) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (var channel = Files.newByteChannel(fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SYNC),
                rights(file, permissions))) {
            channel.write(StandardCharsets.UTF_8.encode(content));
        } catch (FileAlreadyExistsException e) {
            throw new IOException("another process makes keys there", e);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Returns what makes a file with these rights from its first byte on; nothing where its file system knows no such rights.
     *
     * @param permissions such as {@code rw-------}
     * @throws IOException if the file's directory is not there
     */
    public static FileAttribute<?>[] rights(Path file, String permissions) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        return parent != null && Files.getFileStore(parent).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[]{
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }
}
