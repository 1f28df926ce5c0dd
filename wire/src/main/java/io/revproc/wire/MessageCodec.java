package io.revproc.wire;

/**
 * Reads and writes whole messages with Jackson's streaming API. Strict on the way in (a duplicate key, a wrong kind, a
 * missing field is a {@link WireException} with {@link ErrorCode#BAD_MESSAGE}), tolerant of the dialects of Part 1. Stateless
 * and thread-safe.
 */
public final class MessageCodec {
    private MessageCodec() {}

    /**
     * Reads one message, as the proxy or a policy server gets it: types 0 to 7, plus answers without a type (status, error).
     *
     * @throws WireException if it is not a message of the protocol
     */
    public static Message read(byte[] bytes, int from, int to) throws WireException {
        throw new WireException(ErrorCode.BAD_MESSAGE, "not yet");
    }

    /** The message as UTF-8 JSON without a line break, keys in the order of the contract's examples. */
    public static byte[] write(Message message) {
        return new byte[0];
    }
}
