package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.revproc.wire.JacksonOracle.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The scanner and the codec take exactly what Jackson takes and the documented rules allow, and read the same in it: one grammar,
 * whoever reads.
 */
class ScannerOracleTest {
    private static final int DOCUMENTS = 12_000;
    private static final JsonFactory STRICT = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final MessageScanner scanner = new MessageScanner();
    private final Map<String, Integer> seen = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithJacksonOnRandomMessages(long seed) {
        RandomMessages messages = new RandomMessages(seed);
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] message = messages.any();
            compare(message, "seed " + seed + ", message " + i + ": " + printable(message));
        }
        // The generator is no good if one side of a rule is hardly met.
        assertThat(seen).containsKeys("accepted", "not JSON", "half a surrogate pair", "known key with escapes",
                "duplicate", "kind of type", "kind of privPoliId", "kind of srcid", "kind of payload", "kind of msgId",
                "kind of idempotent", "kind of deadlineMs", "kind of id", "kind of destid", "kind of listenport",
                "kind of payloadsize", "kind of receipt", "kind of lease", "kind of zone", "kind of mux",
                "confusable key",
                "number beyond a double", "number of over 1000 characters", "Data", "Setup", "Ack", "Refusal",
                "with all that routing needs", "policy with escapes",
                "msgId cut out", "one policy under two keys", "two policies");
        assertThat(seen.get("accepted")).isGreaterThan(DOCUMENTS / 5);
        assertThat(seen.get("not JSON")).isGreaterThan(DOCUMENTS / 5);
        assertThat(seen.get("with all that routing needs")).isGreaterThan(DOCUMENTS / 50);
    }

    /** Every single-byte change of a message that holds all known fields. */
    @Test
    void agreesWithJacksonOnEveryByteOfAMessage() {
        byte[] message = CodecText
                .utf8("""
                        {"msgId": "a\\u00e9", "type": 0, "srcid": 1327, "privPoliId": "P\\u0050é", "payload": "x😀", "n": [-1.5e+3, {}], \
                        "deadlineMs": 50, "idempotent": true}""");
        for (int at = 0; at < message.length; at++) {
            byte was = message[at];
            for (int b = 0; b < 256; b++) {
                message[at] = (byte) b;
                compare(message, "byte " + at + " = " + b);
            }
            message[at] = was;
        }
        assertThat(seen.get("accepted")).isGreaterThan(1_000);
    }

    private void compare(byte[] message, String label) {
        // In the middle of a larger array, whose other bytes must not matter.
        byte[] around = new byte[message.length + 20];
        Arrays.fill(around, (byte) '"');
        System.arraycopy(message, 0, around, 7, message.length);
        JacksonOracle oracle = JacksonOracle.read(message, 0, message.length);
        int found = scanner.scan(around, 7, 7 + message.length);
        seen.merge(oracle.accepts() ? "accepted" : oracle.objection(), 1, Integer::sum);

        assertThat(found >= 0).as("taken, %s, %s; scanner: %s", label, oracle.objection(), scanner.reason())
                .isEqualTo(oracle.accepts());
        if (message.length > 0 && message[0] == '{') {
            // the codec looks behind white space that the framer would have skipped
            sameForTheCodec(message, found - 7, oracle, label);
        }
        if (found >= 0) {
            assertThat(found - 7).as("end, %s", label).isEqualTo(oracle.end());
            sameFields(around, oracle.known(), label);
            sameWithoutMsgId(around, found, oracle.known(), label);
            bytesParserReadsTheSame(message, oracle, label);
        } else if (found == MessageScanner.INVALID) {
            assertThat(scanner.reason()).isNotEmpty().doesNotContain("PP_").endsWith(".");
        }
    }

    /** Of what is a message the codec refuses only what its type lacks; of a client's message it takes what the proxy forwards. */
    private void sameForTheCodec(byte[] message, int end, JacksonOracle oracle, String label) {
        boolean whole = oracle.accepts()
                && new String(message, oracle.end(), message.length - oracle.end(), StandardCharsets.ISO_8859_1)
                        .matches("[ \\t\\r\\n]*");
        String problem = end >= 0 ? scanner.dataProblem() : null;
        boolean data = end >= 0 && scanner.type() == 0;
        Message read = null;
        String sentence = "";
        try {
            JsonObject.parse(message, 0, message.length);
            assertThat(whole).as("taken by the codec, %s", label).isTrue();
            read = MessageCodec.read(message, 0, message.length);
        } catch (WireException e) {
            sentence = e.sentence();
            assertThat(sentence).as(label).isNotEmpty().doesNotContain("PP_").endsWith(".");
        }
        if (whole && data) {
            assertThat(read instanceof Message.Data).as("read, %s: %s", label, sentence).isEqualTo(problem == null);
            assertThat(sentence).as(label).isEqualTo(problem == null ? "" : problem);
        }
        if (whole) {
            assertThat(grammarTakes(message)).as("taken by the codec, %s: %s", label, sentence).isTrue();
            seen.merge(read == null ? "lacks something" : read.getClass().getSimpleName(), 1, Integer::sum);
        }
    }

    private static boolean grammarTakes(byte[] message) {
        try {
            JsonObject.parse(message, 0, message.length);
            return true;
        } catch (WireException e) {
            return false;
        }
    }

    private void sameFields(byte[] in, Map<String, Field> known, String label) {
        MessageFields f = scanner.fields();
        Field type = known.get("type");
        assertThat(scanner.type()).as("type, %s", label)
                .isEqualTo(type == null ? MessageScanner.NO_TYPE : Integer.parseInt(type.text()));
        Field policy = known.get("privPoliId");
        assertThat(f.policyStart() >= 0).as("policy, %s", label).isEqualTo(policy != null);
        if (policy != null) {
            assertThat(scanner.policyText()).as("policy, %s", label).isEqualTo(policy.text());
            seen.merge(policy.raw().contains("\\") ? "policy with escapes" : "policy", 1, Integer::sum);
        }
        assertThat(slice(in, f.srcIdStart(), f.srcIdEnd())).as("srcid, %s", label).isEqualTo(raw(known, "srcid"));
        assertThat(slice(in, f.msgIdStart(), f.msgIdEnd())).as("msgId, %s", label).isEqualTo(raw(known, "msgId"));
        assertThat(f.hasMsgId()).isEqualTo(known.containsKey("msgId"));
        if (f.hasMsgId()) {
            assertThat(slice(in, f.msgIdKey(), f.msgIdKey() + 7)).as("key, %s", label).isEqualTo("\"msgId\"");
        }
        String payload = raw(known, "payload");
        assertThat(f.payloadStart() < 0 ? "" : '"' + slice(in, f.payloadStart(), f.payloadEnd()) + '"')
                .as("payload, %s", label).isEqualTo(payload);
        assertThat(f.payloadEscaped()).as("payload, %s", label).isEqualTo(payload.contains("\\"));
        assertThat(f.hasPayloadSize()).isEqualTo(known.containsKey("payloadsize"));
        assertThat(f.idempotent()).isEqualTo(raw(known, "idempotent").equals("true"));
        assertThat(f.receipt()).isEqualTo(raw(known, "receipt").equals("true"));
        assertThat(f.deadlineMillis())
                .isEqualTo(known.containsKey("deadlineMs") ? Integer.parseInt(raw(known, "deadlineMs")) : 0);
        String trace = raw(known, "traceparent");
        assertThat(f.traceparentStart() < 0 ? "" : '"' + slice(in, f.traceparentStart(), f.traceparentEnd()) + '"')
                .isEqualTo(trace.startsWith("\"") && !trace.contains("\\") ? trace : "");
        Field other = known.get("privPolyId");
        if (policy != null && other != null && scanner.type() == 0
                && known.keySet().containsAll(List.of("srcid", "payload"))) {
            boolean same = policy.text().equals(other.text());
            seen.merge(same ? "one policy under two keys" : "two policies", 1, Integer::sum);
            assertThat(scanner.dataProblem() == null).as(label).isEqualTo(same);
        }
        if (scanner.dataProblem() == null) {
            seen.merge("with all that routing needs", 1, Integer::sum);
            assertThat(known).as(label).containsKeys("type", "srcid", "privPoliId", "payload");
        }
    }

    private void sameWithoutMsgId(byte[] in, int to, Map<String, Field> known, String label) {
        scanner.fields().cutMsgId(in);
        sameWithout("msgId", in, to, known, label);
        scanner.fields().cutToken(in);
        sameWithout("token", in, to, known, label);
    }

    private void sameWithout(String key, byte[] in, int to, Map<String, Field> known, String label) {
        MessageFields fields = scanner.fields();
        byte[] rest = CodecText.without(in, fields.start(), fields.cutStart(), fields.cutEnd(), to);
        JacksonOracle oracle = JacksonOracle.read(rest, 0, rest.length);
        Map<String, Field> expected = new HashMap<>(known);
        if (expected.remove(key) != null) {
            seen.merge(key + " cut out", 1, Integer::sum);
        }
        assertThat(oracle.objection()).as(label).isEmpty();
        assertThat(oracle.end()).as(label).isEqualTo(rest.length);
        assertThat(oracle.known()).as(label).isEqualTo(expected);
    }

    /** The receivers' own parser works on bytes; and with duplicate detection it objects at most to keys that nobody routes on. */
    private static void bytesParserReadsTheSame(byte[] message, JacksonOracle oracle, String label) {
        String policy = null;
        int depth = 0;
        JsonParser parser = STRICT.createParser(ObjectReadContext.empty(), message, 0, oracle.end());
        try (parser) {
            JsonToken token;
            while ((token = parser.nextToken()) != null) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 1 && token == JsonToken.PROPERTY_NAME && parser.currentName().equals("privPoliId")) {
                    parser.nextToken();
                    policy = parser.getString();
                }
            }
        } catch (JacksonException e) {
            assertThat(e.getOriginalMessage()).as(label).startsWith("Duplicate");
            if (depth == 1) {
                assertThat(parser.currentName()).as(label).isNotIn(JacksonOracle.KNOWN);
            }
            return;
        }
        Field expected = oracle.known().get("privPoliId");
        assertThat(policy).as(label).isEqualTo(expected == null ? null : expected.text());
    }

    private static String raw(Map<String, Field> known, String name) {
        Field field = known.get(name);
        return field == null ? "" : field.raw();
    }

    private static String slice(byte[] in, int from, int to) {
        return from < 0 ? "" : new String(in, from, to - from, StandardCharsets.UTF_8);
    }

    private static String printable(byte[] message) {
        return new String(message, StandardCharsets.ISO_8859_1);
    }
}
