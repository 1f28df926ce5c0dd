package io.revproc.wire;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class MessageScannerTest {
    private static final String DATA = """
            {"type": 0, "srcid": 1327, "privPoliId": "PP_2", "payloadsize": 4, "payload": "a\\"b}"}""";

    private final MessageScanner scanner = new MessageScanner();

    @Test
    void readsTheRoutingFields() {
        assertThat(scan(DATA)).isEqualTo(DATA.length());
        MessageFields fields = scanner.fields();
        assertThat(scanner.type()).isZero();
        assertThat(scanner.dataProblem()).isNull();
        assertThat(scanner.policyText()).isEqualTo("PP_2");
        assertThat(DATA.substring(fields.srcIdStart(), fields.srcIdEnd())).isEqualTo("1327");
        assertThat(DATA.substring(fields.payloadStart(), fields.payloadEnd())).isEqualTo("a\\\"b}");
        assertThat(fields.payloadEscaped()).isTrue();
        assertThat(fields.hasPayloadSize()).isTrue();
        assertThat(fields.hasMsgId()).isFalse();
    }

    @Test
    void readsThePart2Fields() {
        String json = """
                {"msgId": "m1", "type": "0", "srcid": "c", "privPoliId": 999, "payload": "", "idempotent": true, \
                "deadlineMs": 250, "traceparent": "00-ab-cd-01", "receipt": true}""";
        assertThat(scan(json)).isEqualTo(json.length());
        MessageFields fields = scanner.fields();
        assertThat(json.substring(fields.msgIdKey(), fields.msgIdEnd())).isEqualTo("\"msgId\": \"m1\"");
        assertThat(json.substring(fields.srcIdStart(), fields.srcIdEnd())).isEqualTo("\"c\"");
        assertThat(scanner.policyText()).isEqualTo("999");
        assertThat(fields.idempotent()).isTrue();
        assertThat(fields.receipt()).isTrue();
        assertThat(fields.deadlineMillis()).isEqualTo(250);
        assertThat(json.substring(fields.traceparentStart(), fields.traceparentEnd())).isEqualTo("00-ab-cd-01");
        assertThat(fields.hasPayloadSize()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"msgId": 7, "Error": "No \\u00fc", "code": "NOT_SERVED", "retryable": true} | true  | NOT_SERVED
            {"msgId": 7, "Error": "No \\u00fc", "code": "INVENTED", "retryable": true}   | true  | SERVER_FAILED
            {"msgId": 7, "Error": "No \\u00fc"}                                         | true  | SERVER_FAILED
            {"type": -1, "Error": "No \\u00fc", "code": "OVERLOADED"}                   | true  | OVERLOADED
            {"type": 2, "Error": "No \\u00fc", "code": "OVERLOADED"}                    | false | OVERLOADED
            {"type": 2, "srcid": 1, "destid": 2, "payload": ""}                         | false | SERVER_FAILED
            """)
    void tellsARefusalFromAnAnswer(String json, boolean refusal, ErrorCode code) {
        assertThat(scan(json)).isEqualTo(json.length());
        assertThat(scanner.isRefusal()).isEqualTo(refusal);
        assertThat(scanner.refusalCode()).isEqualTo(code);
        assertThat(scanner.fields().retryable()).isEqualTo(json.contains("true"));
        if (refusal) {
            assertThat(scanner.refusalSentence()).isEqualTo("No ü");
        }
    }

    @Test
    void nothingIsLeftOfTheMessageBefore() {
        scan("""
                {"msgId": 1, "type": 0, "srcid": 1, "privPoliId": "P", "payloadsize": 0, "payload": "\\n", "idempotent": true, \
                "deadlineMs": 250, "traceparent": "x", "receipt": true}""");
        scan("{}");
        MessageFields fields = scanner.fields();
        assertThat(scanner.type()).isEqualTo(MessageScanner.NO_TYPE);
        assertThat(new int[]{fields.srcIdStart(), fields.policyStart(), fields.payloadStart(), fields.msgIdStart(),
                fields.msgIdKey(), fields.traceparentStart()}).containsOnly(-1);
        assertThat(fields.idempotent() || fields.receipt() || fields.hasPayloadSize() || fields.payloadEscaped()
                || fields.hasMsgId()).isFalse();
        assertThat(fields.deadlineMillis()).isZero();
    }

    @Test
    void everyBeginningOfAMessageIsIncomplete() {
        byte[] bytes = CodecText.utf8("""
                {"type": "0", "a": [-1.5e+3, true, {"b": null}], "c": "é😀\\ud83d\\ude00\\n", "d": false, "e": 0.5}""");
        for (int to = 0; to < bytes.length; to++) {
            assertThat(scanner.scan(bytes, 0, to)).as("first %d bytes", to).isEqualTo(MessageScanner.INCOMPLETE);
        }
        assertThat(scanner.scan(bytes, 0, bytes.length)).isEqualTo(bytes.length);
    }

    @Test
    void stopsAtTheEndOfTheFirstMessage() {
        assertThat(scan("{\"a\": {}}]]\u0000garbage")).isEqualTo(9);
    }

    @Test
    void decoysBelowTheTopLevelAndInStringsDoNotRoute() {
        scan("""
                {"a": {"privPoliId": "X", "type": 9}, "b": [{"privPoliId": "Y"}], "payload": "\\"privPoliId\\": \\"Z\\"", \
                "type": 0, "privPoliId": "PP_1", "PrivPoliId": "W", "privPoliId ": "V"}""");
        assertThat(scanner.type()).isZero();
        assertThat(scanner.policyText()).isEqualTo("PP_1");
    }

    @Test
    void escapedKeyDoesNotOverwriteAnEscapedPolicy() {
        scan("""
                {"type": 0, "privPoliId": "PP\\u005f1", "PP_2\\u0000": 1, "\\u0050P_2": 2}""");
        assertThat(scanner.policyText()).isEqualTo("PP_1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            "type": 0, "type": 0                            | A field that the routing reads is given twice
            "privPoliId": "A", "privPoliId": "A"            | A field that the routing reads is given twice
            "srcid": 1, "x": {}, "srcid": 1                 | A field that the routing reads is given twice
            "priv\\u0050oliId": "A"                         | A routing field's key must be written without escapes
            "\\u0074ype": 0                                 | A routing field's key must be written without escapes
            "type": 0.0                                     | type must be an integer
            "type": null                                    | type must be an integer
            "type": "\\u0030"                               | type must be an integer
            "type": 1234567890                              | type must be an integer
            "type": -0                                      | type must be an integer
            "type": ""                                      | type must be an integer
            "type": "-"                                     | type must be an integer
            "srcid": null                                   | srcid and destid must be a number or a string
            "destid": {}                                    | srcid and destid must be a number or a string
            "privPoliId": ""                                | privPoliId has 1 to 128 characters
            "privPoliId": null                              | privPoliId must be a string or an integer
            "privPoliId": 1.0                               | privPoliId must be a string or an integer
            "privPoliId": -0                                | privPoliId must be a string or an integer
            "privPoliId": 1234567890123456                  | privPoliId must be a string or an integer
            "payload": {}                                   | payload must be a string
            "payload": 5                                    | payload must be a string
            "msgId": null                                   | msgId must be an integer or a string
            "msgId": 1.5                                    | msgId must be an integer or a string
            "idempotent": "true"                            | idempotent must be true or false
            "deadlineMs": 0                                 | deadlineMs must be a positive integer
            "deadlineMs": "5"                               | deadlineMs must be a positive integer
            "a": "\\ud83d"                                  | A string holds half a surrogate pair
            "a": ["\\ude00"]                                | A string holds half a surrogate pair
            "a": {"\\ud83d\\ud83d": 1}                      | A string holds half a surrogate pair
            "a": "\\u00g0"                                  | A string holds an unknown escape
            "a": "\\'"                                      | A string holds an unknown escape
            "a": 01                                         | A ',' or '}' is missing after a value
            "a": [1 2]                                      | A ',' or a closing bracket is missing after a value
            "a": 1.                                         | A number needs a digit after its point
            "a": 1e+                                        | A number needs a digit in its exponent
            "a": +1                                         | A value is not JSON
            "a": True                                       | A value is not JSON
            "a"; 1                                          | A ':' is missing after a key
            a: 1                                            | A key of an object must be a string
            "a": {b: 1}                                     | A key of an object must be a string
            "a": 1,                                         | A key of an object must be a string
            """)
    void refusesAndSaysWhy(String fields, String reason) {
        assertThat(scan("{" + fields + "}")).isEqualTo(MessageScanner.INVALID);
        assertThat(scanner.reason()).startsWith(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"srcid": 1, "privPoliId": "P", "payload": ""}            | type must be 0
            {"type": 2, "srcid": 1, "privPoliId": "P", "payload": ""} | type must be 0
            {"type": 0, "privPoliId": "P", "payload": ""}             | srcid is missing
            {"type": 0, "srcid": 1, "payload": ""}                    | privPoliId is missing
            {"type": 0, "srcid": 1, "privPolyId": "P", "payload": ""} | privPoliId is missing
            {"type": 0, "srcid": 1, "privPoliId": "P"}                | payload is missing
            """)
    void dataMessageNeedsItsFields(String json, String problem) {
        assertThat(scan(json)).isEqualTo(json.length());
        assertThat(scanner.dataProblem()).startsWith(problem);
    }

    @Test
    void namesHaveBounds() {
        assertThat(scan(id("privPoliId", "é".repeat(256)))).isPositive();
        assertThat(scan(id("privPoliId", "é".repeat(257)))).isEqualTo(MessageScanner.INVALID);
        assertThat(scan(id("privPoliId", "\\u00e9".repeat(256)))).isPositive();
        assertThat(scanner.policyText()).isEqualTo("é".repeat(256));
        assertThat(scan(id("privPoliId", "\\u00e9".repeat(257)))).isEqualTo(MessageScanner.INVALID);
        assertThat(scan(id("srcid", "x".repeat(768)))).isPositive();
        assertThat(scan(id("srcid", "x".repeat(769)))).isEqualTo(MessageScanner.INVALID);
        assertThat(scan(id("msgId", "x".repeat(64)))).isPositive();
        assertThat(scan(id("msgId", "x".repeat(65)))).isEqualTo(MessageScanner.INVALID);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 17, 63})
    void controlCharacterIsFoundAtEveryPlaceOfAString(int at) {
        for (int c = 0; c < 0x20; c++) {
            String text = "x".repeat(at) + (char) c + "y".repeat(20);
            assertThat(scan(id("a", text))).as("U+%04X at %d", c, at).isEqualTo(MessageScanner.INVALID);
        }
        assertThat(scan(id("a", "x".repeat(at) + "\u007f\u0080\ufeff" + "y".repeat(20)))).isPositive();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"msgId": 17, "type": 2}                  | {"type": 2}
            {"type": 2, "msgId": 17}                  | {"type": 2}
            {"a": 1, "msgId": "x,y}" , "type": 2}     | {"a": 1, "type": 2}
            { "msgId":17 }                            | { }
            {"msgId":17}                              | {}
            {"a":"msgId" ,"msgId":17 }                | {"a":"msgId"  }
            {"type": 2, "a": {"msgId": 1}}            | {"type": 2, "a": {"msgId": 1}}
            """)
    void messageIsTheSameWithoutItsMsgId(String json, String rest) {
        byte[] bytes = CodecText.utf8("  " + json);
        assertThat(scanner.scan(bytes, 2, bytes.length)).isEqualTo(bytes.length);
        MessageFields fields = scanner.fields();
        fields.cutMsgId(bytes);
        assertThat(new String(CodecText.without(bytes, 2, fields.cutStart(), fields.cutEnd(), bytes.length),
                StandardCharsets.UTF_8)).isEqualTo(rest);
    }

    private static String id(String key, String value) {
        return "{\"" + key + "\": \"" + value + "\"}";
    }

    private int scan(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return scanner.scan(bytes, 0, bytes.length);
    }
}
