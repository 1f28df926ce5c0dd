package io.revproc.cli;

import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.PayloadDigest;

/**
 * A message to be sent: its bytes as the user wrote them, and what was read from them.
 *
 * @param digest what the answer must say
 */
record Packet(byte[] bytes, Message.Data data, String digest) {
    static Packet of(Message.Data data) {
        return new Packet(MessageCodec.write(data), data, PayloadDigest.of(data.payload()));
    }

    static Packet of(byte[] bytes, Message.Data data) {
        return new Packet(bytes, data, PayloadDigest.of(data.payload()));
    }

    String policy() {
        return data.policy().text();
    }

    String source() {
        return data.srcId().text();
    }
}
