package io.revproc.proxy.forward;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import io.revproc.wire.MessageFields;

/** A message that says that it comes from us: its {@code traceparent} is the one of our own span. */
final class TracedMessage {
    private static final byte[] KEY = "{\"traceparent\": \"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\", ".getBytes(StandardCharsets.US_ASCII);

    private TracedMessage() {}

    /** @param fields of the message that lies in the array from {@code from} to {@code to} */
    static byte[] of(byte[] bytes, int from, int to, MessageFields fields, Trace trace) {
        byte[] traceparent = trace.traceparent().getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream(to - from + KEY.length + traceparent.length + END.length);
        if (fields.traceparentStart() >= 0) {
            out.write(bytes, from, fields.traceparentStart() - from);
            out.writeBytes(traceparent);
            out.write(bytes, fields.traceparentEnd(), to - fields.traceparentEnd());
        } else {
            // a data message has other members: something follows the comma
            out.writeBytes(KEY);
            out.writeBytes(traceparent);
            out.writeBytes(END);
            out.write(bytes, from + 1, to - from - 1);
        }
        return out.toByteArray();
    }
}
