package io.revproc.proxy.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files that somebody may put something else in the place of, while the proxy runs. */
public final class RegularFile {
    private RegularFile() {}

    /**
     * Returns the content of a file; follows links. Does not wait for the writer of a pipe.
     *
     * @param maxMegabytes of 2^20 bytes: a larger file is not read
     * @throws IOException if it can't be read; the message says why, for a person
     */
    public static byte[] read(Path file, int maxMegabytes) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("it is no file");
        }
        if (Files.size(file) > (long) maxMegabytes << 20) {
            throw new IOException("it has more than " + maxMegabytes + " MB");
        }
        return Files.readAllBytes(file);
    }
}
