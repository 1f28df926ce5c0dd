package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;

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
    void findsWhatAnAnswerSays() {
        String text = "{\"type\": 2, \"srcid\": 1, \"destid\": \"c7\", \"payload\": \"\", \"receipt\": \"abc\"}";
        byte[] bytes = CodecText.utf8(text);
        MessageScanner answer = new MessageScanner();
        assertThat(answer.scan(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        MessageFields said = answer.fields();
        assertThat(text.substring(said.destIdStart(), said.destIdEnd())).isEqualTo("\"c7\"");
        assertThat(text.substring(said.receiptStart(), said.receiptEnd())).isEqualTo("abc");
        assertThat(said.policyStart()).isNegative();
        assertThat(said.policyEnd()).isNegative();
        assertThat(said.has(Field.TYPE) && said.hasEither(Field.ID, Field.SRC_ID)).isTrue();
        assertThat(said.hasEither(Field.ID, Field.LISTEN_PORT)).isFalse();
    }

    @Test
    void policyLiesWhereItIsFound() {
        String text = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"P\\u005f1\", \"payload\": \"\"}";
        for (String each : new String[]{text, text.replace("\\u005f", "_")}) {
            byte[] bytes = CodecText.utf8(each);
            MessageScanner message = new MessageScanner();
            assertThat(message.scan(bytes, 0, bytes.length)).isEqualTo(bytes.length);
            MessageFields said = message.fields();
            assertThat(new String(said.policyArray(), said.policyStart(), said.policyEnd() - said.policyStart(),
                    StandardCharsets.UTF_8)).isEqualTo("P_1");
        }
    }

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

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'' | false | ''", "', \"token\": null' | false | ''",
            "', \"token\": \"a\\u002eb\"' | true | a.b"})
    void findsTheTokenOfItsClient(String member, boolean there, String token) {
        String text = DATA.substring(0, DATA.length() - 1) + member + "}";
        assertThat(scan(text)).isEqualTo(text.length());
        MessageFields fields = scanner.fields();
        assertThat(fields.hasToken()).isEqualTo(there);
        assertThat(scanner.token()).isEqualTo(token);
        if (there) {
            assertThat(text.substring(fields.tokenStart() - 1, fields.tokenEnd() + 1)).startsWith("\"").endsWith("\"");
        } else {
            assertThat(fields.tokenStart()).isEqualTo(-1);
        }
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
                "type": 0, "privPoliId": "PP_1", "privPoliId ": "V", "privPoliIds": "U"}""");
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
            "type": 0, "type": 0                            | type is given twice; give it once.
            "privPoliId": "A", "privPoliId": "A"            | privPoliId is given twice
            "srcid": 1, "x": {}, "srcid": 1                 | srcid is given twice
            "priv\\u0050oliId": "A"                         | privPoliId must be written without escapes
            "\\u0074ype": 0                                 | type must be written without escapes
            "type": 0.0                                     | type must be a whole number from -1 to 8
            "type": null                                    | type must be a whole number from -1 to 8
            "type": "\\u0030"                               | type must be a whole number from -1 to 8
            "type": 1234567890                              | type must be a whole number from -1 to 8
            "type": -0                                      | type must be a whole number from -1 to 8
            "type": ""                                      | type must be a whole number from -1 to 8
            "type": "-"                                     | type must be a whole number from -1 to 8
            "srcid": null                                   | srcid must be a string of 1 to 128 characters
            "destid": {}                                    | destid must be a string of 1 to 128 characters
            "privPoliId": ""                                | privPoliId must be a string of 1 to 128 characters
            "privPoliId": null                              | privPoliId must be a string of 1 to 128 characters
            "privPoliId": 1.0                               | privPoliId must be a string of 1 to 128 characters
            "privPoliId": -0                                | privPoliId must be a string of 1 to 128 characters
            "privPoliId": 1234567890123456                  | privPoliId must be a string of 1 to 128 characters
            "payload": {}                                   | payload must be a string
            "payload": 5                                    | payload must be a string
            "msgId": null                                   | msgId must be a string of 1 to 64 characters
            "msgId": 1.5                                    | msgId must be a string of 1 to 64 characters
            "idempotent": "true"                            | idempotent must be true or false
            "deadlineMs": 0                                 | deadlineMs must be a whole number from 1 to 86400000
            "deadlineMs": "5"                               | deadlineMs must be a whole number from 1 to 86400000
            "a": "\\ud83d"                                  | A string holds half a surrogate pair
            "a": ["\\ude00"]                                | A string holds half a surrogate pair
            "a": {"\\ud83d\\ud83d": 1}                      | A string holds half a surrogate pair
            "a": "\\u00g0"                                  | A string holds an unknown escape
            "a": "\\'"                                      | A string holds an unknown escape
            "a": 01                                         | A number has no leading zeros
            "a": -00.5                                      | A number has no leading zeros
            "a": 1x                                         | A value is not JSON
            "a": [0é]                                       | A value is not JSON
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

    /** Go's structs fold letter case, cJSON does as well and ends a string at a NUL: they would read another policy than the proxy. */
    @ParameterizedTest
    @ValueSource(strings = {"PRIVPOLIID", "PrivPoliId", "privPoliId\\u0000", "privPoliId\\u0000andmore",
            "PRIVPOLIID\\u0000",
            "priv\\u0050oliid", "\\u0050rivPoliId", "TYPE", "\u017frcid", "\\u017frcid", "to\u212aen", "TO\\u212AEN",
            "listen\\u0050ort", "error", "Id", "DESTID", "payloadSize", "idempotent\\u0000\\u0000"})
    void keyThatAParserTakesForAKnownOneIsRefused(String key) {
        assertThat(scan("{\"" + key + "\": \"x\"}")).as(key).isEqualTo(MessageScanner.INVALID);
        assertThat(scanner.reason()).startsWith("A key is ").contains("in another case, or up to a NUL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"privPoliIds", "privPoli", "\\u0000privPoliId", "privPoliId ", "priv_poli_id", "",
            "\\u0000", "host",
            "privPoli\u0130d", "l\u0131stenport", "typ\uff45", "type\u0301", "aVeryLongKeyThatIsNone\\u0000"})
    void keyThatIsLikeNoneIsAnyKey(String key) {
        assertThat(scan("{\"" + key + "\": {\"TYPE\": 1}, \"" + key + "\": 2}")).as(key).isPositive();
    }

    @Test
    void numbersAreWithinWhatParsersTake() {
        for (String number : List.of("1e308", "-1.7976931348623158e308", "9".repeat(308), "1e-400", "0e999",
                "0." + "0".repeat(400) + "1e700", "1".repeat(309), "0." + "1".repeat(998))) {
            assertThat(scan("{\"a\": [" + number + "]}")).as(number).isPositive();
        }
        for (String number : List.of("1e309", "1e400", "-1.7976931348623159e308", "9".repeat(309),
                "1" + "0".repeat(309),
                "1e99999999999999999999", "0." + "1".repeat(999), "1".repeat(5_000))) {
            assertThat(scan("{\"a\": [" + number + "]}")).as(number).isEqualTo(MessageScanner.INVALID);
            assertThat(scanner.reason()).startsWith("A number ");
        }
    }

    /** What a refusal echoes is what was read whole. */
    @ParameterizedTest
    @ValueSource(strings = {"00012", "12x", "12é", "1.5", "-1", "1234567890123456", "\"a\\u0000\"", "null"})
    void msgIdThatIsNoneIsNotKept(String msgId) {
        assertThat(scan("{\"msgId\": " + msgId + "}")).isEqualTo(MessageScanner.INVALID);
        assertThat(scanner.fields().hasMsgId()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"type": 2, "srcid": 1, "destid": 1327, "payload": ""}                    | 1327
            {"type": 2, "srcid": 1, "destid": "1327", "payload": ""}                  | 1327
            {"type": 2, "srcid": "s", "destid": 1327, "payload": ""}                  | "1327"
            {"type": 2, "srcid": "s", "destid": "\\u00e9\\ud83d\\ude00", "payload": ""} | "é😀"
            {"type": 2, "srcid": "s", "destid": "é😀", "payload": "", "more": 1}       | "\\u00e9\\ud83d\\ude00"
            {"type": 2, "srcid": 1, "destid": "a\\"\\/", "payload": ""}               | "a\\u0022/"
            """)
    void answerIsForItsMessage(String json, String srcId) {
        assertThat(scan(json)).isPositive();
        assertThat(scanner.answerProblem(CodecText.utf8(srcId))).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"type": 2}                                                                  | it has no srcid
            {"type": 0, "srcid": 1, "destid": 1327, "payload": ""}                       | it is not of type 2
            {"type": 2, "destid": 1327, "payload": ""}                                   | it has no srcid
            {"type": 2, "srcid": 1, "payload": ""}                                       | it has no destid
            {"type": 2, "srcid": 1, "destid": 1327}                                      | it has no payload
            {"type": 2, "srcid": 1, "destid": 1328, "payload": ""}                       | its destid is not the srcid
            {"type": 2, "srcid": 1, "destid": 132, "payload": ""}                        | its destid is not the srcid
            {"type": 2, "srcid": 1, "destid": 13277, "payload": ""}                      | its destid is not the srcid
            {"type": 2, "srcid": 1, "destid": "1327 ", "payload": ""}                    | its destid is not the srcid
            {"type": 2, "srcid": 1, "destid": "é", "payload": ""}                        | its destid is not the srcid
            {"type": 2, "srcid": 1, "destid": 1327, "payload": "", "Error": "x"}         | it carries Error
            {"type": 2, "srcid": 1, "destid": 1327, "payload": "", "code": 5}            | it carries Error
            {"type": 2, "srcid": 1, "destid": 1327, "payload": "", "retryable": true}    | it carries Error
            {"type": 2, "srcid": 1, "destid": 1327, "payload": "", "receipt": "a.b.c"}   | it carries Error
            {"type": 2, "srcid": 1, "destid": 1327, "payload": "", "receipt": true}      | it carries Error
            """)
    void answerThatIsNoneIsSaidToBe(String json, String problem) {
        assertThat(scan(json)).as(scanner.reason()).isPositive();
        assertThat(scanner.answerProblem(CodecText.utf8("1327"))).startsWith(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"srcid": 1, "privPoliId": "P", "payload": ""}            | type must be 0
            {"type": 2, "srcid": 1, "privPoliId": "P", "payload": ""} | type must be 0
            {"type": 0, "privPoliId": "P", "payload": ""}             | srcid is missing
            {"type": 0, "srcid": 1, "payload": ""}                    | privPoliId is missing
            {"type": 0, "srcid": 1, "privPolyId": "P", "payload": ""} | privPoliId is missing
            {"type": 0, "srcid": 1, "privPoliId": "P"}                | payload is missing
            {"type": 0, "srcid": 1, "privPoliId": "PA", "payload": "", "privPolyId": "PB"} | privPolyId and privPoliId name different
            {"privPolyId": 1, "type": 0, "srcid": 1, "privPoliId": "01", "payload": ""} | privPolyId and privPoliId name different
            """)
    void dataMessageNeedsItsFields(String json, String problem) {
        assertThat(scan(json)).isEqualTo(json.length());
        assertThat(scanner.dataProblem()).startsWith(problem);
    }

    /** As a setup: compared as strings, however they are spelt. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {"\"PA\" | \"PA\"", "7 | \"7\"",
            "\"\\u0050A\" | \"P\\u0041\""})
    void dataMessageMayNameOnePolicyUnderBothKeys(String one, String other) {
        scan("{\"type\": 0, \"srcid\": 1, \"privPoliId\": " + one + ", \"payload\": \"\", \"privPolyId\": " + other
                + "}");
        assertThat(scanner.dataProblem()).isNull();
    }

    @Test
    void namesHaveBounds() {
        for (String character : List.of("x", "é", "\\u00e9", "😀", "\\ud83d\\ude00", "\\\"")) {
            assertThat(scan(id("privPoliId", character.repeat(128)))).as(character).isPositive();
            assertThat(scan(id("privPoliId", character.repeat(129)))).as(character).isEqualTo(MessageScanner.INVALID);
            assertThat(scan(id("srcid", character.repeat(128)))).as(character).isPositive();
            assertThat(scan(id("srcid", character.repeat(129)))).as(character).isEqualTo(MessageScanner.INVALID);
        }
        assertThat(scan(id("privPoliId", "\\u00e9".repeat(128)))).isPositive();
        assertThat(scanner.policyText()).isEqualTo("é".repeat(128));
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

    /** Long texts are looked at in blocks: what is special must be found in front of, in, between and behind them. */
    @Test
    void whatIsSpecialIsFoundAtEveryPlaceOfALongString() {
        byte[] plain = CodecText.utf8(id("payload", "x".repeat(1_700)));
        int first = plain.length - 1_702;
        for (int at = first; at < first + 1_700; at++) {
            for (int special : new int[]{0, '\n', 0x1f, 0x80, 0xff, '"', '\\'}) {
                byte[] bytes = plain.clone();
                bytes[at] = (byte) special;
                int expected = MessageScanner.INVALID;
                if (special == '"') {
                    bytes[at + 1] = '}';
                    expected = at + 2;
                } else if (special == '\\') {
                    bytes[at + 1] = at + 1 < first + 1_700 ? (byte) 'n' : bytes[at + 1];
                    expected = at + 1 < first + 1_700 ? bytes.length : MessageScanner.INCOMPLETE;
                }
                assertThat(scanner.scan(bytes, 0, bytes.length)).as("%x at %d", special, at).isEqualTo(expected);
            }
            assertThat(scanner.scan(plain, 0, at)).as("cut at %d", at).isEqualTo(MessageScanner.INCOMPLETE);
        }
        assertThat(scanner.scan(plain, 0, plain.length)).isEqualTo(plain.length);
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
