package io.revproc.wire;

/**
 * Reads and writes whole messages. Reads with {@link MessageScanner}, so that it takes what the proxy takes; a field that is missing
 * or does not fit is a {@link WireException} with {@link ErrorCode#BAD_MESSAGE}. Tolerant of the dialects of Part 1: {@code type},
 * {@code id}, {@code srcid}, {@code listenport} and {@code payloadsize} as a number or a string, a setup's policy under
 * {@code privPolyId} or {@code privPoliId}, unknown keys. Writes with Jackson's streaming API. Stateless and thread-safe.
 *
 * <p>The bounds of the fields stand in {@link Field}, nesting is at most {@value MessageScanner#MAX_DEPTH}; the size of a message is
 * the {@link MessageFramer}'s to bound.
 *
 * <p>Not read are {@code proto} 2's {@code weight} and {@code maxInFlight} in a setup without {@code "proto": 2}.
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
