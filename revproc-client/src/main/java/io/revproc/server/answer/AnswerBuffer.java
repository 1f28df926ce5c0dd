package io.revproc.server.answer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.revproc.wire.Ident;
import io.revproc.wire.JsonEscapes;
import io.revproc.wire.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Builds answers byte by byte, one behind the other, so that a whole turn's answers leave together. One per event loop; its
 * array is reused. Not thread-safe.
 */
final class AnswerBuffer {
    private static final byte[] MSG_ID = ascii("{\"msgId\": ");
    private static final byte[] SIZE = ascii(", \"payloadsize\": ");
    private static final byte[] PAYLOAD = ascii(", \"payload\": \"");
    private static final int MAX_DIGITS = 10;
    /** A buffer larger than this is not kept. */
    private static final int KEEP = 1 << 20;

    private final byte[] typeAfterMsgId;
    private final byte[] typeFirst;
    private byte[] out = new byte[16 * 1024];
    private int length;

    /** @param id this server's, the {@code srcid} of its answers */
    AnswerBuffer(Ident id) {
        String type = "\"type\": 2, \"srcid\": " + json(id) + ", \"destid\": ";
        typeFirst = ("{" + type).getBytes(StandardCharsets.UTF_8);
        typeAfterMsgId = (", " + type).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Appends an answer.
     *
     * @param msgId   as JSON; null: the message had none
     * @param client  the message's {@code srcid} as JSON
     * @param payload well-formed UTF-8
     */
    void answer(byte @Nullable [] msgId, byte[] client, byte[] payload) {
        int escaped = JsonEscapes.encodedLength(payload);
        reserve(MSG_ID.length + (msgId == null ? 0 : msgId.length) + typeAfterMsgId.length + client.length + SIZE.length
                + MAX_DIGITS + PAYLOAD.length + escaped + 2);
        if (msgId == null) {
            put(typeFirst);
        } else {
            put(MSG_ID);
            put(msgId);
            put(typeAfterMsgId);
        }
        put(client);
        put(SIZE);
        number(Utf8.characters(payload));
        put(PAYLOAD);
        if (escaped == payload.length) {
            put(payload);
        } else {
            length = JsonEscapes.encode(payload, out, length);
        }
        out[length++] = '"';
        out[length++] = '}';
    }

    /** The bytes that {@link #answer} adds for a payload, but for those of the ids. */
    static long size(byte[] payload) {
        return JsonEscapes.encodedLength(payload);
    }

    /** Appends bytes as they are. */
    void append(byte[] bytes) {
        reserve(bytes.length);
        put(bytes);
    }

    byte[] array() {
        return out;
    }

    int length() {
        return length;
    }

    /** Forgets the answers; gives a buffer back that one large turn made large. */
    void clear() {
        length = 0;
        if (out.length > KEEP) {
            out = new byte[16 * 1024];
        }
    }

    private void number(int number) {
        int digits = 1;
        for (int rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        int rest = number;
        for (int at = length + digits - 1; at >= length; at--) {
            out[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    private void reserve(int more) {
        if (out.length - length < more) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, length + more));
        }
    }

    private void put(byte[] bytes) {
        System.arraycopy(bytes, 0, out, length, bytes.length);
        length += bytes.length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String json(Ident id) {
        if (!id.quoted()) {
            return id.text();
        }
        return '"' + id.text().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
