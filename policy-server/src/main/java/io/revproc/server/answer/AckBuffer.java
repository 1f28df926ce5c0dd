package io.revproc.server.answer;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

import io.revproc.wire.Ident;
import io.revproc.wire.JsonEscapes;
import io.revproc.wire.MessageFields;

/**
 * Builds answers byte by byte, one behind the other, so that a whole turn's answers leave together. One per event loop; its
 * arrays are reused. Not thread-safe.
 */
final class AckBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MSG_ID = ascii("{\"msgId\": ");
    private static final byte[] TAIL = ascii(", \"payloadsize\": 40, \"payload\": \"");
    private static final int DIGEST_BYTES = 20;
    /** An escaped payload this long is decoded in a buffer that is not kept. */
    private static final int KEEP = 64 * 1024;

    private final byte[] typeAfterMsgId;
    private final byte[] typeFirst;
    private final MessageDigest sha1;
    private final byte[] digest = new byte[DIGEST_BYTES];
    private byte[] decoded = new byte[4096];
    private byte[] out = new byte[16 * 1024];
    private int length;

    /** @param id this server's, the {@code srcid} of its answers */
    AckBuffer(Ident id) {
        String type = "\"type\": 2, \"srcid\": " + json(id) + ", \"destid\": ";
        typeFirst = ("{" + type).getBytes(StandardCharsets.UTF_8);
        typeAfterMsgId = (", " + type).getBytes(StandardCharsets.UTF_8);
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /** Appends the answer to a message that has a srcid and a payload. */
    void answer(byte[] in, MessageFields message) {
        digest(in, message);
        int idLength = message.srcIdEnd() - message.srcIdStart();
        int msgIdLength = message.msgIdEnd() - message.msgIdStart();
        reserve(MSG_ID.length + msgIdLength + typeAfterMsgId.length + idLength + TAIL.length + 2 * DIGEST_BYTES + 2);
        if (message.hasMsgId()) {
            put(MSG_ID, 0, MSG_ID.length);
            put(in, message.msgIdStart(), message.msgIdEnd());
            put(typeAfterMsgId, 0, typeAfterMsgId.length);
        } else {
            put(typeFirst, 0, typeFirst.length);
        }
        put(in, message.srcIdStart(), message.srcIdEnd());
        put(TAIL, 0, TAIL.length);
        byte[] to = out;
        int at = length;
        for (byte b : digest) {
            to[at++] = HEX[b >> 4 & 0xf];
            to[at++] = HEX[b & 0xf];
        }
        to[at++] = '"';
        to[at++] = '}';
        length = at;
    }

    /** Appends bytes as they are. */
    void append(byte[] bytes) {
        reserve(bytes.length);
        put(bytes, 0, bytes.length);
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
        if (out.length > 16 * KEEP) {
            out = new byte[KEEP];
        }
    }

    /** The hexadecimal digest of the last answer, for the transcript. */
    String lastDigest() {
        return new String(out, length - 2 * DIGEST_BYTES - 2, 2 * DIGEST_BYTES, StandardCharsets.US_ASCII);
    }

    /** The payload as a person reads it, for the transcript. */
    static String payload(byte[] in, MessageFields message) {
        int from = message.payloadStart();
        int length = message.payloadEnd() - from;
        if (!message.payloadEscaped()) {
            return new String(in, from, length, StandardCharsets.UTF_8);
        }
        byte[] plain = new byte[length];
        return new String(plain, 0, JsonEscapes.decode(in, from, from + length, plain), StandardCharsets.UTF_8);
    }

    private void digest(byte[] in, MessageFields message) {
        int from = message.payloadStart();
        int to = message.payloadEnd();
        if (message.payloadEscaped()) {
            // escapes never decode to more bytes than they take
            byte[] plain = decodeBuffer(to - from);
            sha1.update(plain, 0, JsonEscapes.decode(in, from, to, plain));
        } else {
            sha1.update(in, from, to - from);
        }
        try {
            sha1.digest(digest, 0, DIGEST_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("SHA-1 has 20 bytes", e);
        }
    }

    private byte[] decodeBuffer(int needed) {
        if (needed > KEEP) {
            return new byte[needed];
        }
        if (decoded.length < needed) {
            decoded = new byte[KEEP];
        }
        return decoded;
    }

    private void reserve(int more) {
        if (out.length - length < more) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, length + more));
        }
    }

    private void put(byte[] bytes, int from, int to) {
        System.arraycopy(bytes, from, out, length, to - from);
        length += to - from;
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
