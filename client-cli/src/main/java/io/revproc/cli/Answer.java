package io.revproc.cli;

import java.util.LinkedHashMap;
import java.util.Map;

import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The answer to a message. Read more tolerantly than the proxy reads: a refusal of the seed's proxy has no code, a newer
 * one may have a code that we do not know, and the user wants to see both.
 */
sealed interface Answer {
    /**
     * @param server    the id of the server that answered
     * @param payload   its reply, as it came: make it safe before it is shown on a terminal
     * @param receipt   several lines
     * @param noReceipt why there is none
     */
    record Ack(String server, String payload, @Nullable String msgId, @Nullable String receipt,
            @Nullable String noReceipt) implements Answer {}

    /**
     * @param sentence for a person
     * @param code     of the contract; null if there is none
     */
    record Refused(String sentence, @Nullable String code, @Nullable Boolean retryable,
            @Nullable String msgId) implements Answer {}

    /** Neither the one nor the other: whoever answered is not a proxy. */
    record Garbage(String reason) implements Answer {}

    /** The proxy took a token. */
    record Introduced() implements Answer {}

    static Answer read(byte[] bytes, int from, int to) {
        Map<String, @Nullable Object> fields;
        try {
            fields = new LinkedHashMap<>(Json.object(Json.read(bytes, from, to)));
        } catch (JacksonException e) {
            return new Garbage("the answer is not JSON");
        }
        String msgId = text(fields.get("msgId"));
        Object error = fields.get("Error");
        if (error != null) {
            return new Refused(Style.safe(error.toString()), text(fields.get("code")),
                    fields.get("retryable") instanceof Boolean retryable ? retryable : null, msgId);
        }
        if (fields.get("type") instanceof Number type && type.intValue() == Message.Introduction.TYPE) {
            return new Introduced();
        }
        String server = text(fields.get("srcid"));
        Object payload = fields.get("payload");
        if (server == null || !(payload instanceof String || payload instanceof Number)) {
            return new Garbage("the answer has no srcid or no payload");
        }
        return new Ack(server, payload.toString(), msgId,
                fields.get("receipt") instanceof String receipt ? Style.safeLines(receipt) : null,
                text(fields.get("receiptError")));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String || value instanceof Number ? Style.safe(value.toString()) : null;
    }
}
