package io.revproc.client;

import java.nio.charset.StandardCharsets;

import io.netty.buffer.ByteBuf;
import io.revproc.wire.Ident;
import io.revproc.wire.JsonEscapes;
import io.revproc.wire.Utf8;

/** Writes messages as the wire has them, {@code msgId} first. Stateless and thread-safe. */
final class Encoder {
    private static final byte[] HEAD = ascii("{\"msgId\": ");
    private static final byte[] DEADLINE = ascii(", \"deadlineMs\": ");
    private static final byte[] END = ascii("\"");
    /** The most bytes that {@link #write} adds to a body. */
    static final int AROUND = 64;

    private Encoder() {}

    /** Returns all of the message but what is known only when it is written: its number and the rest of its deadline. */
    static byte[] body(Request request, Ident client) {
        byte[] payload = request.bytes();
        Ident from = request.from();
        String head = ", \"type\": 0, \"srcid\": " + (from == null ? client : from).json() + ", \"privPoliId\": "
                + request.policyIdent().json() + ", \"payloadsize\": " + Utf8.characters(payload) + ", \"payload\": \"";
        byte[] before = head.getBytes(StandardCharsets.UTF_8);
        byte[] after = after(request);
        byte[] body = new byte[before.length + JsonEscapes.encodedLength(payload) + after.length];
        System.arraycopy(before, 0, body, 0, before.length);
        int at = JsonEscapes.encode(payload, body, before.length);
        System.arraycopy(after, 0, body, at, after.length);
        return body;
    }

    private static byte[] after(Request request) {
        String traceparent = request.trace();
        if (!request.mayBeHandledTwice() && !request.wantsReceipt() && traceparent == null) {
            return END;
        }
        return ascii("\"" + (request.mayBeHandledTwice() ? ", \"idempotent\": true" : "")
                + (traceparent == null ? "" : ", \"traceparent\": \"" + traceparent + '"')
                + (request.wantsReceipt() ? ", \"receipt\": true" : ""));
    }

    /**
     * Appends a message.
     *
     * @param deadlineMillis what is left of the caller's own deadline; 0: it has none
     */
    static void write(ByteBuf out, long msgId, byte[] body, long deadlineMillis) {
        out.writeBytes(HEAD);
        number(out, msgId);
        out.writeBytes(body);
        if (deadlineMillis > 0) {
            out.writeBytes(DEADLINE);
            number(out, deadlineMillis);
        }
        out.writeByte('}');
    }

    private static void number(ByteBuf out, long number) {
        long power = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            power *= 10;
        }
        for (; power > 0; power /= 10) {
            out.writeByte((int) ('0' + number / power % 10));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
