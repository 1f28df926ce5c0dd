package io.revproc.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * What the first object in some bytes says, as Jackson reads it; and whether the scanner has to take it, by the rules that the
 * scanner documents. Shares no code with the scanner.
 */
final class JacksonOracle {
    /** A value of the top level: its kind, its characters, and the JSON that it was written as. */
    record Field(JsonToken kind, String text, String raw) {
        boolean isString() {
            return kind == JsonToken.VALUE_STRING;
        }

        boolean isNumber() {
            return kind.isNumeric();
        }
    }

    static final Set<String> KNOWN = Set.of("type", "srcid", "destid", "privPoliId", "payloadsize", "payload", "msgId",
            "idempotent", "deadlineMs", "traceparent", "receipt");

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64)
                    .maxNumberLength(Integer.MAX_VALUE).maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE).build())
            .build();

    private final String text;
    private final Map<String, Field> known = new HashMap<>();
    private String objection = "";
    private int end = -1;

    private JacksonOracle(String text) {
        this.text = text;
    }

    static JacksonOracle read(byte[] bytes, int from, int to) {
        JacksonOracle oracle = new JacksonOracle(validPrefix(bytes, from, to));
        if (!oracle.text.startsWith("{")) {
            oracle.objection = "no object";
            return oracle;
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), oracle.text)) {
            oracle.walk(parser);
        } catch (JacksonException e) {
            oracle.objection = "not JSON";
        }
        return oracle;
    }

    /** What a strict decoder makes of the bytes before the first that is no UTF-8. */
    private static String validPrefix(byte[] bytes, int from, int to) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        CharBuffer out = CharBuffer.allocate(to - from);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes, from, to - from), out, true);
        if (!result.isError()) {
            decoder.flush(out);
        }
        return out.flip().toString();
    }

    private void walk(JsonParser parser) {
        int depth = 0;
        String name = "";
        do {
            JsonToken token = parser.nextToken();
            if (token == null) {
                objection = "incomplete";
                return;
            }
            if ((token == JsonToken.PROPERTY_NAME || token == JsonToken.VALUE_STRING)
                    && loneSurrogate(parser.getString())) {
                object("half a surrogate pair");
            }
            if (token == JsonToken.PROPERTY_NAME) {
                name = depth == 1 ? name(parser) : "";
            } else if (depth == 1 && KNOWN.contains(name)) {
                value(parser, name);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        } while (depth > 0);
        end = text.substring(0, (int) parser.currentLocation().getCharOffset())
                .getBytes(StandardCharsets.UTF_8).length;
    }

    private String name(JsonParser parser) {
        String name = parser.getString();
        if (KNOWN.contains(name)
                && !text.startsWith("\"" + name + "\"", (int) parser.currentTokenLocation().getCharOffset())) {
            object("known key with escapes");
        }
        return name;
    }

    private void value(JsonParser parser, String name) {
        JsonToken kind = parser.currentToken();
        if (kind.isStructEnd()) {
            return;
        }
        String characters = kind == JsonToken.VALUE_STRING || kind.isNumeric() ? parser.getString() : "";
        // Asked for after the value was read to its end.
        String raw = kind.isScalarValue()
                ? text.substring((int) parser.currentTokenLocation().getCharOffset(),
                        (int) parser.currentLocation().getCharOffset())
                : "";
        Field field = new Field(kind, characters, raw);
        if (known.put(name, field) != null) {
            object("duplicate");
        }
        if (!kindFits(name, field)) {
            object("kind of " + name);
        }
    }

    private static boolean kindFits(String name, Field f) {
        int rawLength = f.raw.getBytes(StandardCharsets.UTF_8).length;
        return switch (name) {
            case "type" -> (f.isString() || f.isNumber()) && f.raw.replace("\"", "").matches("0|-?[1-9][0-9]{0,8}");
            case "srcid", "destid" -> (f.isString() || f.isNumber()) && rawLength <= 770;
            case "privPoliId" -> f.isString()
                    ? !f.text.isEmpty() && f.text.getBytes(StandardCharsets.UTF_8).length <= 512
                    : f.isNumber() && f.raw.matches("0|-?[1-9][0-9]{0,14}");
            case "payload" -> f.isString();
            case "msgId" -> (f.isString() || f.kind == JsonToken.VALUE_NUMBER_INT) && rawLength <= 66;
            case "idempotent" -> f.kind == JsonToken.VALUE_TRUE || f.kind == JsonToken.VALUE_FALSE;
            case "deadlineMs" -> f.isNumber() && f.raw.matches("[1-9][0-9]{0,8}");
            default -> true;
        };
    }

    private static boolean loneSurrogate(String s) {
        return s.codePoints().anyMatch(c -> c >= 0xd800 && c <= 0xdfff);
    }

    private void object(String why) {
        objection = objection.isEmpty() ? why : objection;
    }

    boolean accepts() {
        return objection.isEmpty();
    }

    /** Why it is to be refused; the first reason found. */
    String objection() {
        return objection;
    }

    /** Bytes up to and with the closing bracket; -1 if Jackson did not see it. */
    int end() {
        return end;
    }

    /** The known fields of the top level, the last of each. */
    Map<String, Field> known() {
        return known;
    }
}
