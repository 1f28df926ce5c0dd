package io.revproc.proxy.listener;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import org.jspecify.annotations.Nullable;

/** The proxy's own answers to clients. The ids are spliced in as the client wrote them: it recognises its own spelling. */
final class Refusals {
    private static final byte[] NO_DESTINATION = "null".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] ERROR = "{\"Error\": ".getBytes(StandardCharsets.US_ASCII);

    private Refusals() {}

    /**
     * @param msgId the client's {@code msgId} as JSON; empty if it gave none: then the fields that keep Part 1 clients from
     *              crashing follow
     * @param srcId the client's {@code srcid} as JSON; empty if it is not known
     */
    static byte[] of(ErrorCode code, String sentence, byte[] msgId, byte[] srcId) {
        return of(code, sentence, msgId, srcId, null);
    }

    /** Returns the same for what a server refused: it is named as in its answers, so that nobody takes its words for the proxy's. */
    static byte[] byServer(ErrorCode code, String sentence, byte[] msgId, byte[] srcId, Ident server) {
        return of(code, sentence, msgId, srcId, server);
    }

    private static byte[] of(ErrorCode code, String sentence, byte[] msgId, byte[] srcId, @Nullable Ident server) {
        byte[] refusal = MessageCodec.write(new Message.Refusal(code, sentence, null, false, null));
        ByteArrayOutputStream out = new ByteArrayOutputStream(refusal.length + 128);
        out.write(refusal, 0, refusal.length - 1);
        if (msgId.length > 0) {
            ascii(out, ", \"msgId\": ");
            out.writeBytes(msgId);
            if (server != null) {
                out.writeBytes((", \"srcid\": " + server.json()).getBytes(StandardCharsets.UTF_8));
            }
        } else {
            ascii(out, ", \"type\": -1, \"srcid\": \"proxy\", \"destid\": ");
            out.writeBytes(srcId.length == 0 ? NO_DESTINATION : srcId);
            // old clients that know no Error show the payload
            ascii(out, ", \"payloadsize\": " + sentence.codePointCount(0, sentence.length()) + ", \"payload\": ");
            out.write(refusal, ERROR.length, endOfString(refusal, ERROR.length) - ERROR.length);
        }
        out.write('}');
        return out.toByteArray();
    }

    /** Returns where the JSON string ends that starts here with its quote. */
    private static int endOfString(byte[] json, int from) {
        int at = from + 1;
        while (json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    private static void ascii(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
