package io.revproc.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * The top-level fields of one message that the protocol knows; of the others it only checks that they are JSON. Says in one
 * sentence, which names the field, what is wrong. Not thread-safe.
 */
final class JsonObject {
    /** A field's kind and, for a string or number, its characters. */
    private record Value(JsonToken kind, String text) {}

    /** How long the text of a lease, a zone, a token may be. */
    static final int MAX_TEXT = 512;
    private static final int MAX_MSG_ID = 64;

    private static final Set<String> KNOWN = Set.of("type", "srcid", "destid", "privPoliId", "privPolyId",
            "payloadsize", "payload", "msgId", "idempotent", "deadlineMs", "traceparent", "receipt", "id", "listenport",
            "proto", "mux", "weight", "zone", "maxInFlight", "token", "tls", "lease", "heartbeatMs", "ttlMs",
            "inFlight", "event", "Status", "Error", "code");

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MessageScanner.MAX_DEPTH).build())
            .build();

    private final Map<String, Value> values = new HashMap<>();

    private JsonObject() {}

    /** Reads a whole message; nothing but white space may surround its object. */
    static JsonObject parse(byte[] bytes, int from, int to) throws WireException {
        CharBuffer text = decode(bytes, from, to);
        JsonObject object = new JsonObject();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text.array(), text.arrayOffset(),
                text.length())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw bad("A message is a JSON object in curly brackets.");
            }
            object.readFields(parser);
            if (parser.nextToken() != null) {
                throw bad("Something follows the message's closing bracket: send one object at a time.");
            }
        } catch (JacksonException e) {
            throw bad(sentence(e));
        }
        return object;
    }

    /** Strict: Jackson's own decoder lets some malformed UTF-8 pass, and guesses UTF-16 from the first bytes. */
    private static CharBuffer decode(byte[] bytes, int from, int to) throws WireException {
        try {
            return StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, from, to - from));
        } catch (CharacterCodingException e) {
            throw bad("The message is not valid UTF-8.");
        }
    }

    private void readFields(JsonParser parser) throws WireException {
        String name;
        while ((name = nextName(parser)) != null) {
            JsonToken kind = parser.nextToken();
            if (!KNOWN.contains(name)) {
                parser.skipChildren();
                continue;
            }
            String value = kind == JsonToken.VALUE_STRING || kind.isNumeric() ? parser.getString() : "";
            values.put(name, new Value(kind, value));
            parser.skipChildren();
        }
    }

    private static @Nullable String nextName(JsonParser parser) throws WireException {
        try {
            return parser.nextName();
        } catch (JacksonException e) {
            // The name is known by now if, and only if, it is a duplicate that Jackson complains about.
            String name = parser.currentName();
            if (isDuplicate(e) && name != null && KNOWN.contains(name)) {
                throw bad(name + " is given twice; give it once.");
            }
            throw e;
        }
    }

    private static boolean isDuplicate(JacksonException e) {
        return String.valueOf(e.getOriginalMessage()).startsWith("Duplicate");
    }

    private static String sentence(JacksonException e) {
        if (isDuplicate(e)) {
            return "A key of an object is given twice; give it once.";
        }
        if (e instanceof StreamConstraintsException) {
            return "The message nests deeper than " + MessageScanner.MAX_DEPTH
                    + ", or holds a number or key that is too long.";
        }
        return "The message is not valid JSON, see its character " + (e.getLocation().getCharOffset() + 1) + ".";
    }

    static WireException bad(String sentence) {
        return new WireException(ErrorCode.BAD_MESSAGE, sentence);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    private boolean absentOrNull(String name) {
        Value value = values.get(name);
        return value == null || value.kind == JsonToken.VALUE_NULL;
    }

    private Value required(String name) throws WireException {
        Value value = values.get(name);
        if (value == null) {
            throw bad(name + " is missing; add it.");
        }
        return value;
    }

    /** An id or a policy: a whole number, or a string. */
    Ident ident(String name) throws WireException {
        Value value = required(name);
        boolean quoted = value.kind == JsonToken.VALUE_STRING;
        try {
            if ((quoted || value.kind == JsonToken.VALUE_NUMBER_INT) && Utf8.canEncode(value.text)) {
                return new Ident(value.text, quoted);
            }
        } catch (IllegalArgumentException e) {
            // said below, with the field's name
        }
        throw bad(name + " must be a string of 1 to " + Ident.MAX_LENGTH
                + " characters without control characters, or a whole number of at most 15 digits.");
    }

    /** The sender's name for its message; null if it gave none. */
    @Nullable
    Ident msgId() throws WireException {
        if (!has("msgId")) {
            return null;
        }
        Value value = required("msgId");
        boolean quoted = value.kind == JsonToken.VALUE_STRING;
        try {
            if ((quoted ? value.text.length() <= MAX_MSG_ID : value.kind == JsonToken.VALUE_NUMBER_INT)
                    && Utf8.canEncode(value.text)) {
                return new Ident(value.text, quoted);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw bad("msgId must be a string of 1 to " + MAX_MSG_ID
                + " characters without control characters, or a whole number of at most 15 digits.");
    }

    /** The client's id that a refusal names; null where the proxy did not know it. */
    @Nullable
    Ident identOrNull(String name) throws WireException {
        return absentOrNull(name) ? null : ident(name);
    }

    /** A whole number of this range; Part 1's dialects also write it as a string. */
    int numberOrText(String name, int min, int max) throws WireException {
        return range(name, true, min, max);
    }

    /** A whole number of this range. */
    int number(String name, int min, int max) throws WireException {
        return range(name, false, min, max);
    }

    int number(String name, int min, int max, int otherwise) throws WireException {
        return has(name) ? range(name, false, min, max) : otherwise;
    }

    private int range(String name, boolean textToo, int min, int max) throws WireException {
        Value value = required(name);
        long number = whole(value, textToo, Long.MIN_VALUE);
        if (number < min || number > max) {
            throw bad(name + " must be a whole number from " + min + " to " + max + ".");
        }
        return (int) number;
    }

    private static long whole(Value value, boolean textToo, long otherwise) {
        boolean candidate = value.kind == JsonToken.VALUE_NUMBER_INT || textToo
                && value.kind == JsonToken.VALUE_STRING;
        return candidate && Ident.isInteger(value.text) ? Long.parseLong(value.text) : otherwise;
    }

    /** How many characters the sender counted; -1 if it did not say. Nothing relies on it, so a wrong value is no error. */
    int payloadSize() {
        Value value = values.get("payloadsize");
        long size = value == null ? -1 : whole(value, true, -1);
        return size < 0 || size > Integer.MAX_VALUE ? -1 : (int) size;
    }

    boolean flag(String name) throws WireException {
        if (!has(name)) {
            return false;
        }
        JsonToken kind = required(name).kind;
        if (kind != JsonToken.VALUE_TRUE && kind != JsonToken.VALUE_FALSE) {
            throw bad(name + " must be true or false.");
        }
        return kind == JsonToken.VALUE_TRUE;
    }

    /** Whether the field is exactly {@code true}; of any other kind it means nothing. */
    boolean isTrue(String name) {
        Value value = values.get(name);
        return value != null && value.kind == JsonToken.VALUE_TRUE;
    }

    /** A string of any length and content: payloads and sentences. */
    String string(String name) throws WireException {
        Value value = required(name);
        if (value.kind != JsonToken.VALUE_STRING) {
            throw bad(name + " must be a string.");
        }
        if (!Utf8.canEncode(value.text)) {
            throw bad(name + " holds half a surrogate pair; write the whole character.");
        }
        return value.text;
    }

    /** A string, or null if it is missing, longer than that or of another kind. */
    @Nullable
    String stringIfUsable(String name, int maxLength) {
        Value value = values.get(name);
        return value == null || value.kind != JsonToken.VALUE_STRING || value.text.length() > maxLength
                || !Utf8.canEncode(value.text)
                        ? null
                        : value.text;
    }

    /** A short opaque string: a lease, a zone, a token. */
    String text(String name) throws WireException {
        Value value = required(name);
        if (value.kind != JsonToken.VALUE_STRING || value.text.isEmpty() || value.text.length() > MAX_TEXT
                || value.text.chars().anyMatch(Character::isISOControl) || !Utf8.canEncode(value.text)) {
            throw bad(name + " must be a string of 1 to " + MAX_TEXT + " characters without control characters.");
        }
        return value.text;
    }

    @Nullable
    String textOrNull(String name) throws WireException {
        return absentOrNull(name) ? null : text(name);
    }
}
