package io.revproc.wire;

import io.revproc.wire.Message.Ack;
import io.revproc.wire.Message.Data;
import io.revproc.wire.Message.Refusal;
import io.revproc.wire.Message.Setup;
import io.revproc.wire.Message.SetupAccepted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What programs of Part 1, and servers newer than us, may send. */
class CodecDialectTest {
    @ParameterizedTest
    @ValueSource(strings = {"""
            {"type": 1, "id": 1, "privPolyId": "PP_1", "listenport": 80}""", """
            {"type": "1", "id": "1", "privPoliId": "PP_1", "listenport": "80"}""", """
            {"listenport":80,"privPolyId":"PP_1","id":1,"type":1}""", """
            \t\r\n{"type":1,"id":1,"privPolyId":"PP_1","listenport":80,"host":"10.0.0.1","extra":[{"id":[2]}]}\n""", """
            {"type": 1, "id": 1, "privPolyId": "PP_1", "privPoliId": "PP_1", "listenport": 80}""", """
            {"type": 1, "id": 1, "privPolyId": "PP_1", "listenport": 80, "token": null}""", """
            {"type": 1, "proto": 1, "id": 1, "privPolyId": "PP_1", "listenport": 80, "mux": true, "weight": "x"}""", """
            {"type": 1, "id": 1, "privPolyId": "\\u0050P_1", "listenport": 80, "tls": true, "zone": "z"}"""})
    void everySetupOfPart1IsTheSame(String json) throws WireException {
        assertThat(CodecText.read(json)).isEqualTo(Setup.part1(Ident.of(1), Ident.of("PP_1"), 80));
    }

    @Test
    void setupOfProto2HasDefaults() throws WireException {
        assertThat(CodecText
                .read("""
                        {"type": 1, "proto": 2, "id": 1, "privPolyId": "PP_1", "listenport": 80, "zone": null, "token": null}"""))
                .isEqualTo(new Setup(Ident.of(1), Ident.of("PP_1"), 80, 2, false, 1, null, 0, null, false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            999     | 999   | false
            "999"   | 999   | true
            0       | 0     | false
            "-7"    | -7    | true
            "PP 2"  | PP 2  | true
            "\\u00e9" | é   | true
            """)
    void identsKeepTheirKind(String json, String text, boolean quoted) throws WireException {
        Data data = (Data) CodecText.read("{\"type\": 0, \"srcid\": " + json + ", \"privPoliId\": " + json
                + ", \"payload\": \"\"}");
        assertThat(data.policy().text()).isEqualTo(text);
        assertThat(data.policy().quoted()).isEqualTo(quoted);
        assertThat(data.srcId().quoted()).isEqualTo(quoted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            32                  | 32
            "32"                | 32
            0                   | 0
            2147483647          | 2147483647
            """)
    void payloadSizeIsNotComparedWithThePayload(String json, int size) throws WireException {
        Data data = (Data) CodecText.read("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"P\", \"payloadsize\": " + json
                + ", \"payload\": \"\"}");
        assertThat(data.payloadSize()).isEqualTo(size);
        Ack ack = (Ack) CodecText.read("{\"type\": \"2\", \"srcid\": 1, \"destid\": \"P\", \"payloadsize\": " + json
                + ", \"payload\": \"\"}");
        assertThat(ack.payloadSize()).isEqualTo(size);
    }

    @Test
    void keyErrorInADataMessageIsAnUnknownKey() throws WireException {
        assertThat(CodecText.read("""
                {"Error": {}, "Status": 3, "type": 0, "srcid": 1, "privPoliId": "P", "payload": ""}"""))
                .isInstanceOf(Data.class);
    }

    @Test
    void statusWithUnknownKeysIsStillPart1() throws WireException {
        assertThat(CodecText.read("""
                {"Status": "Successfully setup with reverse proxy", "lease": "L", "more": []}"""))
                .isEqualTo(new SetupAccepted(null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"Error": "No server currently serving this privacy policy"}                     | NO_SERVER
            {"Error": "Something else"}                                                      | SERVER_FAILED
            {"Error": "New", "code": "INVENTED_LATER", "retryable": true}                    | SERVER_FAILED
            {"code": "OVERLOADED", "retryable": true, "Error": "Busy"}                       | OVERLOADED
            {"type": 2, "Error": "Busy", "code": "OVERLOADED"}                               | OVERLOADED
            {"type": -1, "Error": "Busy", "code": "OVERLOADED", "destid": 5}                 | OVERLOADED
            {"type": "-1", "srcid": "proxy", "destid": null, "Error": "x", "code": "TIMEOUT"} | TIMEOUT
            {"msgId": 9, "Error": "x", "code": "TIMEOUT"}                                    | TIMEOUT
            """)
    void refusalsOfAnyAgeAreRead(String json, ErrorCode code) throws WireException {
        assertThat(CodecText.read(json)).isInstanceOfSatisfying(Refusal.class,
                refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 128})
    void longestIdentsAreTaken(int length) throws WireException {
        String name = "é".repeat(length);
        Setup setup = (Setup) CodecText.read("{\"type\": 1, \"id\": \"" + name + "\", \"privPolyId\": \"" + name
                + "\", \"listenport\": 65535}");
        assertThat(setup.policy().text()).isEqualTo(name);
    }

    @Test
    void nestingOf64IsTaken() throws WireException {
        // 63 arrays and the message itself
        assertThat(CodecText.read("{\"x\": " + "[".repeat(63) + "]".repeat(63) + ", \"type\": 3}"))
                .isEqualTo(new Message.HeartbeatSeen());
    }
}
