package io.revproc.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;

/** Reads payloads, one a line or all as one, from a file or a pipe as they come. Not thread-safe. */
final class PayloadReader implements AutoCloseable {
    /** The most bytes that a payload may have; what the proxy takes is up to the proxy. */
    private static final int MAX_PAYLOAD = PacketReader.MAX_PACKET;

    private final String name;
    private final InputStream in;
    /** How many lines were read. */
    private long count;

    /** @param name for complaints */
    PayloadReader(String name, InputStream in) {
        this.name = name;
        this.in = new BufferedInputStream(in, 64 * 1024);
    }

    static PayloadReader open(Path file) {
        try {
            return new PayloadReader(file.toString(), Files.newInputStream(file));
        } catch (NoSuchFileException e) {
            throw CliException
                    .usage("there is no file " + file + "; a payload that begins with @ is written --payload @@…");
        } catch (IOException e) {
            throw CliException.usage("can't read " + file + " (" + FileProblem.of(e) + ")");
        }
    }

    /** Returns how many lines a file has; 0 if that can't be found out, as of a pipe. */
    static long lines(Path file) {
        if (!Files.isRegularFile(file)) {
            return 0;
        }
        long lines = 0;
        int last = '\n';
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
                last = buffer[n - 1];
            }
        } catch (IOException e) {
            return 0;
        }
        return lines + (last == '\n' ? 0 : 1);
    }

    /** Returns the next line without its end (a line feed, or a carriage return and one), or null at the end of the input. */
    @Nullable
    String line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        int c = read();
        if (c < 0) {
            return null;
        }
        count++;
        for (; c >= 0 && c != '\n'; c = read()) {
            if (line.size() == MAX_PAYLOAD) {
                throw bad("line " + count + " is over " + MAX_PAYLOAD + " bytes");
            }
            line.write(c);
        }
        byte[] bytes = line.toByteArray();
        int length = bytes.length > 0 && bytes[bytes.length - 1] == '\r' && c == '\n' ? bytes.length - 1 : bytes.length;
        return text(bytes, length, "line " + count);
    }

    /** Returns all that is left. */
    String whole() {
        try {
            byte[] bytes = in.readNBytes(MAX_PAYLOAD + 1);
            if (bytes.length > MAX_PAYLOAD) {
                throw bad("it is over " + MAX_PAYLOAD + " bytes; --lines sends each line as a message of its own");
            }
            return text(bytes, bytes.length, "it");
        } catch (IOException e) {
            throw CliException.usage("can't read " + name + " (" + FileProblem.of(e) + ")");
        }
    }

    private int read() {
        try {
            return in.read();
        } catch (IOException e) {
            throw CliException.usage("can't read " + name + " (" + FileProblem.of(e) + ")");
        }
    }

    private String text(byte[] bytes, int length, String what) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
        } catch (CharacterCodingException e) {
            throw bad(what + " is not UTF-8 text, and a payload is");
        }
    }

    private CliException bad(String reason) {
        return CliException.usage(name + ": " + reason);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            // Nothing more was wanted from it.
        }
    }
}
