package io.revproc.wire;

/**
 * Reads and writes whole messages with Jackson's streaming API. Strict on the way in (a duplicate key, a wrong kind, a
 * missing field is a {@link WireException} with {@link ErrorCode#BAD_MESSAGE}), tolerant of the dialects of Part 1:
 * {@code type}, {@code id}, {@code srcid}, {@code listenport} and {@code payloadsize} as a number or a string, a setup's
 * policy under {@code privPolyId} or {@code privPoliId}, unknown keys. Stateless and thread-safe.
 *
 * <p>Bounds: ids and policies 1 to {@value Ident#MAX_LENGTH} characters; {@code msgId} 64; lease, zone and token 512;
 * {@code weight} 1 to 1,000; {@code maxInFlight} 0 to 1,000,000; {@code listenport} 1 to 65,535; milliseconds 1 to 86,400,000;
 * nesting {@value MessageScanner#MAX_DEPTH}. The size of a message is the {@link MessageFramer}'s to bound.
 *
 * <p>Not refused but ignored, since nothing depends on them: a {@code payloadsize} that is no number (it counts as not
 * given), a {@code traceparent} that is no string, and the Part 2 keys of a setup without {@code "proto": 2}, save its token.
 */
public final class MessageCodec {
    private MessageCodec() {}

    /**
     * Reads one message, of either direction: types 0 to 7, plus the answers without a type (status, error). An object with the
     * key {@code Error} is a {@link Message.Refusal}, unless its type says that it is something that is sent, not answered; a
     * refusal without a code known here is {@link ErrorCode#NO_SERVER} if it has the seed's sentence for that, else
     * {@link ErrorCode#SERVER_FAILED}, which is not sent again unasked.
     *
     * @throws WireException if it is not a message of the protocol; its sentence names the field
     */
    public static Message read(byte[] bytes, int from, int to) throws WireException {
        return MessageReader.message(JsonObject.parse(bytes, from, to));
    }

    /**
     * The message as UTF-8 JSON without a line break, keys in the order of the contract's examples, {@code msgId} first. A space
     * follows each comma and colon, as in the seed's messages.
     *
     * @throws IllegalArgumentException if a text holds half a surrogate pair; what {@link #read} has read never does
     */
    public static byte[] write(Message message) {
        return MessageWriter.bytes(message);
    }
}
