package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What the codec does not take, and what its sender reads. */
class CodecRefusalTest {
    private static final String SRC = "\"srcid\": 1, ";
    private static final String POLICY = "\"privPoliId\": \"P\", ";
    private static final String PAYLOAD = "\"payload\": \"secret\"";

    /** Each line: the fields of a message, and how its refusal starts: the field, and what is wrong with it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            "srcid": 1                                             | type is missing
            "type": null                                           | type must be a whole number from -1 to 8
            "type": 9                                              | type must be a whole number from -1 to 8
            "type": 1.0                                            | type must be a whole number
            "type": 1e0                                            | type must be a whole number
            "type": -0                                             | type must be a whole number
            "type": " 1"                                           | type must be a whole number
            "type": "+1"                                           | type must be a whole number
            "type": true                                           | type must be a whole number
            "type": 4294967297                                     | type must be a whole number
            "type": 18446744073709551617                           | type must be a whole number
            "type": 0                                              | srcid is missing
            "type": 0, "srcid": 1                                  | privPoliId is missing
            "type": 0, "srcid": 1, "privPolyId": "P"               | privPoliId is missing
            "type": 0, "srcid": 1, "privPoliId": "P"               | payload is missing
            "type": 0, "srcid": null                               | srcid must be a string of 1 to 128 characters
            "type": 0, "srcid": 1.5                                | srcid must be a string
            "type": 0, "srcid": 1234567890123456                   | srcid must be a string
            "type": 0, "srcid": ""                                 | srcid must be a string
            "type": 0, "srcid": "a\\u0000"                         | srcid must be a string
            "type": 0, "srcid": "\\udc00\\ud83d"                   | A string holds half
            "type": 0, "srcid": 1, "privPoliId": ["P"]             | privPoliId must be a string
            "type": 0, "srcid": 1, "privPoliId": true              | privPoliId must be a string
            "type": 0, "srcid": 1, "privPoliId": "P", "payload": 5 | payload must be a string
            "type": 0, "srcid": 1, "privPoliId": "P", "payload": {"payload": "x"} | payload must be a string
            "type": 0, "srcid": 1, "privPoliId": "P", "payload": "\\ud83d" | A string holds half a surrogate pair
            "type": 0, "srcid": 1, "srcid": 1                      | srcid is given twice
            "type": 0, "privPoliId": "P", "priv\\u0050oliId": "Q"  | privPoliId must be written without escapes
            "type": 0, "type": 1                                   | type is given twice
            "other": 0, "other": 1                                 | type is missing
            "a": {"b": 1, "b": 2}                                  | type is missing
            "type": 0, "PRIVPOLIID": "P"                           | A key is privPoliId in another case
            "type": 0, "privPoliId\\u0000": "P"                   | A key is privPoliId in another case
            "type": 0, "\\u017frcid": 1                           | A key is srcid in another case
            "type": 3, "x": 1e400                                  | A number is too large
            "type": 0, "srcid": -1                                 | srcid must be
            "type": 0, "payloadsize": "many"                       | payloadsize must be a whole number from 0 to 2147483647
            "type": 0, "traceparent": 17                           | traceparent must be a string of at most 8192 bytes
            "type": 0, "receipt": "x"                              | receipt must be true or false
            "type": 0, "destid": null                              | destid must be
            "type": 1                                              | id is missing
            "type": 1, "id": 1                                     | privPolyId is missing
            "type": 1, "id": 1, "privPolyId": "P"                  | listenport is missing
            "type": 1, "id": 1, "privPolyId": "P", "privPoliId": "Q", "listenport": 80 | privPolyId and privPoliId name different
            "type": 1, "id": 1, "privPolyId": null, "privPoliId": "P", "listenport": 80 | privPolyId must be a string
            "type": 1, "id": 1, "privPolyId": ".", "listenport": 80 | A policy is not named . or ..
            "type": 1, "id": 1, "privPolyId": "\\u002e.", "listenport": 80 | A policy is not named . or ..
            "type": 1, "id": 1, "privPolyId": "a\\\\b", "listenport": 80 | A policy is not named . or .. and has no backslash
            "type": 2                                              | srcid is missing
            "type": 2, "srcid": 1                                  | destid is missing
            "type": 2, "srcid": 1, "destid": 1                     | payload is missing
            "type": 2, "srcid": 1, "destid": {}                    | destid must be
            "type": 3, "lease": 5                                  | lease must be a string of 1 to 8192 bytes
            "type": 3, "lease": ""                                 | lease must be a string
            "type": 3, "lease": "a\\nb"                            | lease must be a string
            "type": 3, "lease": "\\ud83d"                          | A string holds half
            "type": 4                                              | lease is missing
            "type": 4, "inFlight": -1                              | inFlight must be a whole number from 0
            "type": 5                                              | lease is missing
            "type": 5, "lease": null                               | lease must be a string
            "type": 6                                              | event is missing
            "type": 6, "event": "SHUTDOWN"                         | event must be "shutdown", "maintenance", "resumed" or "renew"
            "type": 6, "event": 1                                  | event must be a string
            "type": 7                                              | lease is missing
            "type": 8, "token": 5                                  | token must be a string of 1 to 8192 bytes
            "type": 8, "token": ""                                 | token must be a string
            "type": 8, "ttlMs": 0                                  | ttlMs must be a whole number from 1
            "type": -1                                             | Error is missing
            "Error": null                                          | Error must be a string
            "Error": "x", "code": 5                                | code must be a string
            "Error": "x", "msgId": {}                              | msgId must be
            "Status": 1                                            | Status must be a string
            "Status": "Hello"                                      | Status must be "Successfully setup with reverse proxy"
            "Status": "Successfully setup with reverse proxy", "proto": 2 | lease is missing
            "Status": "Successfully setup with reverse proxy", "proto": 2, "lease": "L" | heartbeatMs is missing
            "Status": "Successfully setup with reverse proxy", "proto": 2, "lease": "L", "heartbeatMs": 0 | heartbeatMs must be
            "Status": "Successfully setup with reverse proxy", "proto": 2, "lease": "L", "heartbeatMs": 1 | ttlMs is missing
            "Status": "Successfully setup with reverse proxy", "proto": 3 | proto must be a whole number from 1 to 2
            """)
    void refusesAndNamesTheField(String fields, String sentence) {
        assertRefused("{" + fields + "}", sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            "listenport": 0             | listenport must be a whole number from 1 to 65535
            "listenport": "65536"       | listenport must be a whole number from 1 to 65535
            "listenport": " 80"         | listenport must be a whole number
            "listenport": 80.0          | listenport must be a whole number
            "listenport": null          | listenport must be a whole number
            "proto": 0                  | proto must be a whole number from 1 to 2
            "proto": "2"                | proto must be a whole number
            "proto": null               | proto must be a whole number
            "proto": 3                  | proto must be a whole number
            "weight": 0                 | weight must be a whole number from 1 to 1000
            "weight": 1001              | weight must be a whole number
            "weight": "5"               | weight must be a whole number
            "maxInFlight": -1           | maxInFlight must be a whole number from 0 to 1000000
            "maxInFlight": 1000001      | maxInFlight must be a whole number
            "mux": 1                    | mux must be true or false
            "mux": null                 | mux must be true or false
            "tls": "true"               | tls must be true or false
            "zone": 5                   | zone must be a string of 1 to 128 bytes
            "zone": ""                  | zone must be a string
            "token": []                 | token must be a string
            "id": {}                    | id must be a string of 1 to 128 characters
            """)
    void refusesASetupAndNamesTheField(String field, String sentence) {
        StringBuilder fields = new StringBuilder("{\"type\": 1");
        Stream.of("\"proto\": 2", "\"id\": 1", "\"privPolyId\": \"P\"", "\"listenport\": 80")
                .filter(other -> !other.startsWith(field.substring(0, field.indexOf(':'))))
                .forEach(other -> fields.append(", ").append(other));
        assertRefused(fields + ", " + field + "}", sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            "msgId": null               | msgId must be a string of 1 to 64 characters
            "msgId": ""                 | msgId must be a string
            "msgId": 1.5                | msgId must be a string
            "msgId": "a\\tb"            | msgId must be a string
            "msgId": "\\udfff"          | A string holds half
            "idempotent": 1             | idempotent must be true or false
            "idempotent": null          | idempotent must be true or false
            "deadlineMs": 0             | deadlineMs must be a whole number from 1 to 86400000
            "deadlineMs": 86400001      | deadlineMs must be a whole number
            "deadlineMs": "5"           | deadlineMs must be a whole number
            "deadlineMs": null          | deadlineMs must be a whole number
            """)
    void refusesADataMessageAndNamesTheField(String field, String sentence) {
        assertRefused("{\"type\": 0, " + SRC + POLICY + PAYLOAD + ", " + field + "}", sentence);
    }

    static Stream<String> tooLong() {
        return Stream.of("{\"type\": 3, \"lease\": \"" + "x".repeat(8193) + "\"}",
                "{\"type\": 1, \"id\": 1, \"privPolyId\": \"P\", \"listenport\": 1, \"token\": \"" + "x".repeat(8193)
                        + "\"}",
                "{\"type\": 0, \"srcid\": \"" + "x".repeat(129) + "\"}",
                "{\"Error\": \"x\", \"msgId\": \"" + "x".repeat(65) + "\"}");
    }

    @ParameterizedTest
    @MethodSource("tooLong")
    void refusesTextThatIsTooLong(String json) {
        assertThat(refusal(json.getBytes(StandardCharsets.UTF_8)).sentence()).contains("must be a string of 1 to")
                .doesNotContain("xxx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[]", "5", "\"x\"", "null", "[{\"type\": 3}]", "\ufeff{\"type\": 3}"})
    void refusesWhatIsNoObject(String json) {
        assertRefused(json, "A message is a JSON object");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {                 | The message ends before its closing bracket
            {"type": 3        | The message ends before its closing bracket
            {"type" 3}        | A ':' is missing after a key
            {'type': 3}       | A key of an object must be a string
            {type: 3}         | A key of an object must be a string
            {"type": 3,}      | A key of an object must be a string
            {"type": 03}      | A number has no leading zeros
            {"msgId": 00012}  | A number has no leading zeros
            {"type": 3 // x}  | A ',' or '}' is missing after a value
            {"type": 3x}      | A value is not JSON
            {"a": NaN}        | A value is not JSON
            {"a": "\u0001"}   | A string holds a control character that is not escaped
            {"a": "\\x"}      | A string holds an unknown escape
            {"type": 3]       | A ',' or '}' is missing after a value
            {"type": 3} x     | Something follows the message's closing bracket
            {"a": tru}        | A value is not JSON
            {"type": .3}      | A value is not JSON
            {"a": +1}         | A value is not JSON
            """)
    void refusesWhatIsNotJson(String json, String sentence) {
        assertRefused(json, sentence);
    }

    @Test
    void refusesASecondMessage() {
        assertRefused("{\"type\": 3}{\"type\": 3}", "Something follows the message's closing bracket");
    }

    @Test
    void refusesNestingOver64() {
        assertRefused("{\"x\": " + "[".repeat(64) + "]".repeat(64) + ", \"type\": 3}",
                "Objects and arrays nest at most 64 deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c3", "c328", "80", "c0af", "e080af", "eda080", "eda080edb080", "f4908080", "ff",
            "f8888080"})
    void refusesMalformedUtf8(String hex) {
        byte[] bytes = ("{\"type\": 3, \"x\": \"" + new String(java.util.HexFormat.of().parseHex(hex),
                StandardCharsets.ISO_8859_1) + "\"}").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(refusal(bytes).sentence()).isEqualTo("A string is not valid UTF-8.");
    }

    @Test
    void refusesUtf16() {
        byte[] bytes = "{\"type\": 3}".getBytes(StandardCharsets.UTF_16LE);
        assertThat(refusal(bytes).sentence()).startsWith("A key of an object must be a string");
    }

    private static void assertRefused(String json, String sentence) {
        assertThat(refusal(CodecText.utf8(json)).sentence()).startsWith(sentence).endsWith(".").doesNotContain("secret")
                .doesNotContain("\n").hasSizeLessThan(200);
    }

    private static WireException refusal(byte[] bytes) {
        WireException refusal = catchThrowableOfType(WireException.class,
                () -> MessageCodec.read(bytes, 0, bytes.length));
        assertThat(refusal).as("refused").isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_MESSAGE);
        return refusal;
    }
}
