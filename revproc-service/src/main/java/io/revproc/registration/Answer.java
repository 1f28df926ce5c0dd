package io.revproc.registration;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;

/**
 * What goes back to the server that sent a message.
 *
 * @param bytes one write; may be empty. Not to be changed
 * @param close whether the connection is closed after it
 */
public record Answer(byte[] bytes, boolean close) {
    static Answer of(Message message) {
        return new Answer(MessageCodec.write(message), false);
    }

    static Answer refused(ErrorCode code, String sentence) {
        return new Answer(MessageCodec.write(new Message.Refusal(code, sentence, null, false, null)), code.closing());
    }
}
