package io.revproc.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import io.revproc.wire.FileProblem;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/** Reads packets, one or many (NDJSON or with nothing between), from a file or a pipe as they come. */
final class PacketReader implements AutoCloseable {
    /** The most bytes that a packet may have; what the proxy takes is up to the proxy. */
    static final int MAX_PACKET = 64 * 1024 * 1024;

    /** A pipe through which nothing came may be as it should be; an empty file is a mistake. */
    private static final String STANDARD_INPUT = "standard input";

    private final String name;
    private final InputStream in;
    private final MessageFramer framer = new MessageFramer(MAX_PACKET);
    private final byte[] buffer = new byte[16 * 1024];
    /** How many were read. */
    private int count;

    /** @param name for complaints */
    PacketReader(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    /** The file of that name; the name is tried as given, with {@code .json}, and both in {@code test_payloads/}. */
    static Path find(Path directory, String name) {
        for (String candidate : List.of(name, name + ".json", "test_payloads/" + name,
                "test_payloads/" + name + ".json")) {
            Path path = directory.resolve(candidate);
            if (Files.isRegularFile(path)) {
                return path;
            }
        }
        throw CliException.usage("no packet '" + name + "': looked for it as given, with .json, and in test_payloads/");
    }

    static PacketReader open(Terminal terminal, String name) {
        if (name.equals("-")) {
            return new PacketReader(STANDARD_INPUT, terminal.in());
        }
        Path file = find(terminal.directory(), name);
        try {
            return new PacketReader(name, Files.newInputStream(file));
        } catch (IOException e) {
            throw CliException.usage("can't read the packet " + file + ": " + FileProblem.of(e));
        }
    }

    /**
     * The next packet, or null at the end.
     *
     * @throws CliException if there is something that is not a client's message
     */
    @Nullable
    Packet next() {
        while (true) {
            switch (framer.poll()) {
                case MESSAGE -> {
                    Packet packet = packet(framer.array(), framer.start(), framer.end());
                    count++;
                    return packet;
                }
                case NEED_MORE -> {
                    if (!fill()) {
                        if (count == 0 && !name.equals(STANDARD_INPUT)) {
                            throw CliException.usage("the packet '" + name + "' is empty");
                        }
                        return null;
                    }
                }
                case TOO_LARGE -> throw bad("it is over " + MAX_PACKET + " bytes");
                case BAD_MESSAGE, FRAMING_LOST -> throw bad(framer.reason());
            }
        }
    }

    private boolean fill() {
        framer.park();
        try {
            int n = in.read(buffer);
            if (n > 0) {
                framer.offer(buffer, 0, n);
                return true;
            }
        } catch (IOException e) {
            throw CliException.usage("can't read " + name + ": " + FileProblem.of(e));
        }
        if (framer.hasPartial()) {
            throw bad("it ends in the middle of a message");
        }
        return false;
    }

    private Packet packet(byte[] bytes, int from, int to) {
        try {
            if (MessageCodec.read(bytes, from, to) instanceof Message.Data data) {
                return new Packet(Arrays.copyOfRange(bytes, from, to), data);
            }
            throw bad("it is not a client's message (type 0)");
        } catch (WireException e) {
            throw bad(e.sentence());
        }
    }

    private CliException bad(String reason) {
        return CliException.usage(name + ": message " + (count + 1) + " can't be sent: " + reason);
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
