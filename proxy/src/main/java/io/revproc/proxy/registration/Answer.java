package io.revproc.proxy.registration;

import java.util.Arrays;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;

/**
 * The answer to the server that sent a message.
 *
 * @param bytes one write; may be empty. Not to be changed
 * @param close what becomes of the connection after it
 */
public record Answer(byte[] bytes, Close close) {
    /** The connection's fate after the answer. */
    public enum Close {
        NO,
        /** Close the connection after the peer had time to read the answer. */
        AFTERWARDS,
        /** Now: the peer has had answers enough. */
        AT_ONCE
    }

    /** Comes by {@link Outbox#answer}. */
    public static final Answer LATER = new Answer(new byte[0], Close.NO);

    static final Answer NONE_ANY_MORE = new Answer(new byte[0], Close.AT_ONCE);

    static Answer of(Message message) {
        return new Answer(MessageCodec.write(message), Close.NO);
    }

    /** Returns this answer with further bytes behind it in the same write. */
    Answer and(byte[] more) {
        byte[] both = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, both, bytes.length, more.length);
        return new Answer(both, close);
    }

    /** A refusal after which the connection stays: what else it holds is untouched. */
    static Answer kept(ErrorCode code, String sentence) {
        return new Answer(refusal(code, sentence), Close.NO);
    }

    private static byte[] refusal(ErrorCode code, String sentence) {
        return MessageCodec.write(new Message.Refusal(code, sentence, null, false, null));
    }

    static Answer refused(ErrorCode code, String sentence) {
        return new Answer(refusal(code, sentence),
                code.closing() ? Close.AFTERWARDS : Close.NO);
    }
}
