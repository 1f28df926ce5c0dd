package io.revproc.proxy.forward;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.revproc.wire.JsonEscapes;
import io.revproc.wire.MessageFields;

/** A message as Part 1 servers get it: the client's bytes, with a {@code payloadsize} if it had none. */
final class Part1Message {
    /** The most bytes that {@link #of} adds. */
    private static final int MAX_ADDED = ", \"payloadsize\": 2147483647".length();

    private Part1Message() {}

    /** Returns whether the message would have more than so many bytes as it is sent; allocates only where it is close to that. */
    static boolean isOver(long max, byte[] bytes, int from, int to, MessageFields fields) {
        int size = to - from;
        if (size > max || size + MAX_ADDED <= max || fields.hasPayloadSize()) {
            return size > max;
        }
        return of(bytes, from, to, fields).length > max;
    }

    static byte[] of(byte[] bytes, int from, int to, MessageFields fields) {
        byte[] copy = Arrays.copyOfRange(bytes, from, to);
        if (fields.hasPayloadSize()) {
            return copy;
        }
        byte[] size = (", \"payloadsize\": " + characters(bytes, fields) + "}").getBytes(StandardCharsets.US_ASCII);
        byte[] longer = Arrays.copyOf(copy, copy.length - 1 + size.length);
        System.arraycopy(size, 0, longer, copy.length - 1, size.length);
        return longer;
    }

    /** Returns the payload's characters as Python counts them: code points. */
    private static int characters(byte[] bytes, MessageFields fields) {
        byte[] payload = Arrays.copyOfRange(bytes, fields.payloadStart(), fields.payloadEnd());
        int length = payload.length;
        if (fields.payloadEscaped()) {
            byte[] decoded = new byte[length];
            length = JsonEscapes.decode(payload, 0, length, decoded);
            payload = decoded;
        }
        int count = 0;
        for (int i = 0; i < length; i++) {
            // every byte but the second and later ones of a UTF-8 sequence starts a character
            if ((payload[i] & 0xc0) != 0x80) {
                count++;
            }
        }
        return count;
    }
}
