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

    /** Written down again, from the contract: this side of the comparison shares nothing with the field table. */
    static final Set<String> KNOWN = Set.of("type", "srcid", "destid", "id", "privPoliId", "privPolyId", "payloadsize",
            "payload", "listenport", "msgId", "idempotent", "deadlineMs", "traceparent", "receipt", "mux", "tls",
            "lease", "token", "evidence", "zone", "proto", "weight", "maxInFlight", "heartbeatMs", "ttlMs", "inFlight",
            "event", "Status", "Error", "code", "retryable");

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
            if (token.isNumeric()) {
                number(parser);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        } while (depth > 0);
        dependsOnTheOthers();
        end = text.substring(0, (int) parser.currentLocation().getCharOffset())
                .getBytes(StandardCharsets.UTF_8).length;
    }

    private void number(JsonParser parser) {
        String number = parser.getString();
        if (number.length() > 1000) {
            object("number of over 1000 characters");
        } else if (Double.isInfinite(Double.parseDouble(number))) {
            object("number beyond a double");
        }
    }

    private void dependsOnTheOthers() {
        Field destId = known.get("destid");
        if (destId != null && destId.kind == JsonToken.VALUE_NULL && !known.containsKey("Error")) {
            object("kind of destid");
        }
        Field receipt = known.get("receipt");
        Field type = known.get("type");
        if (receipt != null && receipt.isString() && (type == null || !type.text.equals("2"))) {
            object("kind of receipt");
        }
    }

    private String name(JsonParser parser) {
        String name = parser.getString();
        if (KNOWN.contains(name)) {
            if (!text.startsWith("\"" + name + "\"", (int) parser.currentTokenLocation().getCharOffset())) {
                object("known key with escapes");
            }
        } else if (KNOWN.stream().anyMatch(known -> known.equalsIgnoreCase(folded(name)))) {
            object("confusable key");
        }
        return name;
    }

    /** Up to a NUL, and the two letters that fold to ASCII ones as such. */
    private static String folded(String name) {
        int nul = name.indexOf(0);
        String cut = nul < 0 ? name : name.substring(0, nul);
        // Java's ignoring of case also takes the dotted capital I for an i, which simple case folding does not
        return cut.replace('\u212a', 'k').replace('\u017f', 's').replace('\u0130', '?').replace('\u0131', '?');
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
        return switch (name) {
            case "type" -> f.raw.matches("[0-8]|-1|\"([0-8]|-1)\"");
            case "srcid", "id", "privPoliId", "privPolyId" -> isName(f, 128);
            case "destid" -> isName(f, 128) || f.kind == JsonToken.VALUE_NULL;
            case "msgId" -> isName(f, 64);
            case "payload" -> f.isString();
            case "payloadsize" -> wholeOrText(f, 0, Integer.MAX_VALUE);
            case "listenport" -> wholeOrText(f, 1, 65_535);
            case "deadlineMs" -> f.isNumber() && wholeOrText(f, 1, 86_400_000);
            case "idempotent", "mux", "tls" -> isFlag(f);
            case "receipt" -> isFlag(f) || f.isString() && bytes(f) <= 8192;
            case "traceparent" -> f.isString() && bytes(f) <= 8192;
            case "lease" -> isText(f, 8192);
            case "token", "evidence" -> isText(f, 8192) || f.kind == JsonToken.VALUE_NULL;
            case "zone" -> isText(f, 128) || f.kind == JsonToken.VALUE_NULL;
            default -> true;
        };
    }

    private static boolean isName(Field f, int most) {
        int characters = f.text.codePointCount(0, f.text.length());
        return f.isString()
                ? characters >= 1 && characters <= most && f.text.chars().noneMatch(Character::isISOControl)
                : f.isNumber() && f.raw.matches("0|[1-9][0-9]{0,14}");
    }

    private static boolean isText(Field f, int most) {
        return f.isString() && !f.text.isEmpty() && bytes(f) <= most
                && f.text.chars().noneMatch(Character::isISOControl);
    }

    private static boolean isFlag(Field f) {
        return f.kind == JsonToken.VALUE_TRUE || f.kind == JsonToken.VALUE_FALSE;
    }

    private static boolean wholeOrText(Field f, long min, long max) {
        String number = f.isString() ? f.raw.substring(1, f.raw.length() - 1) : f.raw;
        return (f.isString() || f.isNumber()) && number.matches("0|[1-9][0-9]{0,14}")
                && Long.parseLong(number) >= min && Long.parseLong(number) <= max;
    }

    private static int bytes(Field f) {
        return f.text.getBytes(StandardCharsets.UTF_8).length;
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
