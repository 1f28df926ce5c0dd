package io.revproc.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Many receipts: a folder with a file each, or a file with a line of JSON each. Read as they are asked for; not thread-safe. */
final class ReceiptList implements AutoCloseable {
    private static final int MAX_BYTES = 16 * 1024 * 1024;
    private static final int BUFFER = 1 << 18;

    /**
     * One that was not looked at yet.
     *
     * @param where it stands, for a person
     * @param bytes of the receipt, or of the answer that has it
     */
    record Item(String where, byte[] bytes) {
        /** @throws IllegalArgumentException if there is no receipt in it; the message says so */
        Found found() {
            if (bytes.length == 0 || bytes[0] != '{') {
                return new Found(new String(bytes, StandardCharsets.UTF_8), null);
            }
            try {
                var answer = Json.object(Json.read(bytes, 0, bytes.length));
                if (answer.get("receipt") instanceof String receipt) {
                    return new Found(receipt, answer.get("message") instanceof String message
                            ? message.getBytes(StandardCharsets.UTF_8)
                            : null);
                }
            } catch (JacksonException e) {
                throw new IllegalArgumentException("it is not JSON", e);
            }
            throw new IllegalArgumentException("there is no receipt in it");
        }
    }

    /**
     * A receipt.
     *
     * @param message as it was sent; null if that does not stand beside it
     */
    record Found(String receipt, byte @Nullable [] message) {}

    private final Iterator<Path> files;
    private final @Nullable InputStream lines;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private long line;

    private ReceiptList(List<Path> files, @Nullable InputStream lines) {
        this.files = files.iterator();
        this.lines = lines;
    }

    /** Returns the receipts that a folder or a file holds; null if it is the name of neither, or of a file with one alone. */
    static @Nullable ReceiptList of(Terminal terminal, String target) {
        Path path;
        try {
            path = terminal.directory().resolve(target);
        } catch (InvalidPathException e) {
            return null;
        }
        try {
            if (Files.isDirectory(path)) {
                try (Stream<Path> all = Files.list(path)) {
                    return new ReceiptList(all.filter(Files::isRegularFile).sorted().toList(), null);
                }
            }
            return Files.isRegularFile(path) && hasLines(path)
                    ? new ReceiptList(List.of(), Files.newInputStream(path))
                    : null;
        } catch (IOException e) {
            throw CliException.usage("can't read " + Style.safe(target) + ": " + FileProblem.of(e));
        }
    }

    /** Returns whether it has a whole document in its first line, and another one in the second. */
    private static boolean hasLines(Path file) throws IOException {
        try (ReceiptList lines = new ReceiptList(List.of(), new BufferedInputStream(Files.newInputStream(file)))) {
            Item one = lines.next();
            Item other = one == null || one.bytes().length == 0 || one.bytes()[0] != '{' ? null : lines.next();
            return other != null && other.bytes().length > 0 && other.bytes()[0] == '{';
        }
    }

    /** Returns the next ones, at most so many; none at the end. */
    List<Item> next(int most) {
        List<Item> items = new ArrayList<>(most);
        try {
            for (Item item = null; items.size() < most && (item = next()) != null;) {
                items.add(item);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return items;
    }

    private @Nullable Item next() throws IOException {
        if (lines == null) {
            if (!files.hasNext()) {
                return null;
            }
            Path file = files.next();
            if (Files.size(file) > MAX_BYTES) {
                throw CliException.usage(file + " is too large for a receipt");
            }
            return new Item(String.valueOf(file.getFileName()), Files.readAllBytes(file));
        }
        byte[] next = line(lines);
        while (next != null && next.length == 0) {
            next = line(lines);
        }
        return next == null ? null : new Item("line " + line, next);
    }

    /** Returns the next line without its end; null if there is none. */
    private byte @Nullable [] line(InputStream in) throws IOException {
        byte[] before = {};
        while (true) {
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            boolean whole = at < end;
            int length = before.length + at - from;
            if (length > MAX_BYTES) {
                throw CliException.usage("line " + (line + 1) + " is too long for a receipt");
            }
            byte[] all = Arrays.copyOf(before, length);
            System.arraycopy(buffer, from, all, before.length, at - from);
            if (whole) {
                at++;
                line++;
                return all;
            }
            at = 0;
            end = Math.max(0, in.read(buffer));
            if (end == 0) {
                line++;
                return length == 0 ? null : all;
            }
            before = all;
        }
    }

    @Override
    public void close() throws IOException {
        if (lines != null) {
            lines.close();
        }
    }
}
