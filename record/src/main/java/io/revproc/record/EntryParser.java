package io.revproc.record;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

import io.revproc.record.Entry.Digest;
import org.jspecify.annotations.Nullable;

/** Reads what entries say. What can't be read is a null, or an exception of the buffer or of an argument. */
final class EntryParser {
    private EntryParser() {}

    /** Returns the delivery or event that a leaf of the log is; null if it is none. */
    static @Nullable Entry leaf(ByteBuffer body) {
        try {
            int kind = body.get();
            long index = body.getLong();
            Instant time = Instant.ofEpochMilli(body.getLong());
            Entry entry = switch (kind) {
                case EntryWriter.DELIVERY -> delivery(index, time, body, true);
                case EntryWriter.EVENT -> event(index, time, body);
                default -> null;
            };
            return body.hasRemaining() ? null : entry;
        } catch (java.nio.BufferUnderflowException | IOException | IllegalArgumentException e) {
            return null;
        }
    }

    static Entry.@Nullable Delivery delivery(long sequence, Instant time, ByteBuffer body, boolean salted)
            throws IOException {
        long micros = Integer.toUnsignedLong(body.getInt());
        Outcome outcome = Outcome.of(body.get());
        long size = Integer.toUnsignedLong(body.getInt());
        Digest digest = digest(body);
        long nonce = salted ? body.getLong() : 0;
        int flags = body.get();
        Digest clientCertificate = (flags & EntryWriter.CLIENT_CERTIFICATE) != 0 ? digest(body) : null;
        Digest serverCertificate = (flags & EntryWriter.SERVER_CERTIFICATE) != 0 ? digest(body) : null;
        InetSocketAddress client = address(body);
        InetSocketAddress server = address(body);
        String policy = text(body);
        String id = text(body);
        String grant = (flags & EntryWriter.GRANT) != 0 ? text(body) : null;
        String asked = (flags & EntryWriter.WIDENED) != 0 ? text(body) : null;
        return outcome == null
                ? null
                : new Entry.Delivery(sequence, time, Duration.ofNanos(1000 * micros), outcome, size, digest, nonce,
                        (flags & EntryWriter.RECEIPT) != 0, clientCertificate, serverCertificate, client, server,
                        policy, id, asked, grant);
    }

    static Entry.Event event(long sequence, Instant time, ByteBuffer body) throws IOException {
        return new Entry.Event(sequence, time, text(body), text(body), text(body), text(body));
    }

    static Digest digest(ByteBuffer body) {
        byte[] bytes = new byte[Digest.LENGTH];
        body.get(bytes);
        return new Digest(bytes);
    }

    private static InetSocketAddress address(ByteBuffer body) throws IOException {
        byte[] address = new byte[body.get() & 0xff];
        body.get(address);
        return new InetSocketAddress(InetAddress.getByAddress(address), body.getShort() & 0xffff);
    }

    static String text(ByteBuffer body) throws CharacterCodingException {
        int length = body.getShort() & 0xffff;
        if (length > body.remaining()) {
            throw new IllegalArgumentException("beyond the end");
        }
        ByteBuffer text = body.slice(body.position(), length);
        body.position(body.position() + length);
        return StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(text).toString();
    }
}
