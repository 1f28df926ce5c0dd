package io.revproc.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The codec on text, for tests. */
final class CodecText {
    private CodecText() {}

    /** Reads from the middle of a larger array, as the proxy does. */
    static Message read(String json) throws WireException {
        byte[] message = utf8(json);
        byte[] around = new byte[message.length + 5];
        System.arraycopy(message, 0, around, 2, message.length);
        return MessageCodec.read(around, 2, 2 + message.length);
    }

    static String write(Message message) {
        return new String(MessageCodec.write(message), StandardCharsets.UTF_8);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** These bytes save those that are cut out. */
    static byte[] without(byte[] bytes, int from, int cutStart, int cutEnd, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, from, cutStart - from);
        out.write(bytes, cutEnd, to - cutEnd);
        return out.toByteArray();
    }
}
