package io.revproc.cli;

import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;

/** A message to be sent: its bytes as the user wrote them, and what was read from them. */
record Packet(byte[] bytes, Message.Data data) {
    static Packet of(Message.Data data) {
        return new Packet(MessageCodec.write(data), data);
    }

    String policy() {
        return data.policy().text();
    }

    String source() {
        return data.srcId().text();
    }
}
