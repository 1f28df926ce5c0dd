package io.revproc.wire;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.revproc.wire.Message.Ack;
import io.revproc.wire.Message.Data;
import io.revproc.wire.Message.Deregister;
import io.revproc.wire.Message.Deregistered;
import io.revproc.wire.Message.Drain;
import io.revproc.wire.Message.Draining;
import io.revproc.wire.Message.Heartbeat;
import io.revproc.wire.Message.HeartbeatSeen;
import io.revproc.wire.Message.Hello;
import io.revproc.wire.Message.Notice;
import io.revproc.wire.Message.Refusal;
import io.revproc.wire.Message.Setup;
import io.revproc.wire.Message.SetupAccepted;
import io.revproc.wire.Message.SetupAccepted.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class MessageCodecTest {
    private static final Ident PP_1 = Ident.of("PP_1");
    private static final Ident PP_2 = Ident.of("PP_2");

    static Stream<Arguments> wireForms() {
        return Stream.of(
                arguments(Data.of(Ident.of(1327), PP_2, "uddi"),
                        """
                                {"type": 0, "srcid": 1327, "privPoliId": "PP_2", "payloadsize": 4, "payload": "uddi"}"""),
                arguments(new Data(new Ident("a", true), Ident.of(999), -1, "", null, false, null, null, false),
                        """
                                {"type": 0, "srcid": "a", "privPoliId": 999, "payload": ""}"""),
                arguments(
                        new Data(Ident.of(1), PP_1, 2, "ok", new Ident("m-1", true), true, Duration.ofMillis(250),
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
                        """
                                {"msgId": "m-1", "type": 0, "srcid": 1, "privPoliId": "PP_1", "payloadsize": 2, "payload": "ok", \
                                "idempotent": true, "deadlineMs": 250, \
                                "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "receipt": true}"""),
                arguments(Setup.part1(Ident.of(1), PP_1, 80),
                        """
                                {"type": 1, "id": 1, "privPolyId": "PP_1", "listenport": 80}"""),
                arguments(new Setup(Ident.of(1), PP_1, 80, 1, false, 1, null, 0, "s3cret", false),
                        """
                                {"type": 1, "id": 1, "privPolyId": "PP_1", "listenport": 80, "token": "s3cret"}"""),
                arguments(new Setup(Ident.of(1), PP_1, 9001, 2, true, 1, "eu-1", 256, "s3cret", false),
                        """
                                {"type": 1, "proto": 2, "id": 1, "privPolyId": "PP_1", "listenport": 9001, "mux": true, \
                                "weight": 1, "zone": "eu-1", "maxInFlight": 256, "token": "s3cret", "tls": false}"""),
                arguments(new Setup(new Ident("1", true), PP_1, 65535, 2, false, 1000, null, 0, null, true),
                        """
                                {"type": 1, "proto": 2, "id": "1", "privPolyId": "PP_1", "listenport": 65535, "mux": false, \
                                "weight": 1000, "tls": true}"""),
                arguments(new Setup(Ident.of(1), PP_1, 9001, 2, true, 1, null, 0, null, false)
                        .stating(new Setup.Statement("DE", List.of("care", "research"))),
                        """
                                {"type": 1, "proto": 2, "id": 1, "privPolyId": "PP_1", "listenport": 9001, "mux": true, \
                                "weight": 1, "tls": false, "region": "DE", "purposes": ["care", "research"]}"""),
                arguments(Setup.part1(Ident.of(1), PP_1, 80).stating(new Setup.Statement("DE", List.of())), """
                        {"type": 1, "id": 1, "privPolyId": "PP_1", "listenport": 80, "region": "DE"}"""),
                arguments(new Setup(Ident.of(1), PP_1, 9001, 2, true, 1, null, 0, null, false)
                        .stating(new Setup.Statement(null, List.of(), true, null)),
                        """
                                {"type": 1, "proto": 2, "id": 1, "privPolyId": "PP_1", "listenport": 9001, "mux": true, \
                                "weight": 1, "tls": false, "wider": true}"""),
                arguments(new SetupAccepted(new Session("L1", Duration.ofSeconds(1), Duration.ofSeconds(3),
                        List.of("eu", "world"))),
                        """
                                {"Status": "Successfully setup with reverse proxy", "proto": 2, "lease": "L1", \
                                "heartbeatMs": 1000, "ttlMs": 3000, "alsoServes": ["eu", "world"]}"""),
                arguments(Setup.part1(Ident.of(1), PP_1, 80)
                        .stating(new Setup.Statement(null, List.of(), false, "a.b.c")), """
                                {"type": 1, "id": 1, "privPolyId": "PP_1", "listenport": 80, "evidence": "a.b.c"}"""),
                arguments(new Heartbeat("L1", "a.b.c"), """
                        {"type": 3, "lease": "L1", "evidence": "a.b.c"}"""),
                arguments(new HeartbeatSeen("renewed"), """
                        {"type": 3, "evidence": "renewed"}"""),
                arguments(new Notice(Notice.Event.RENEW), """
                        {"type": 6, "event": "renew"}"""),
                arguments(new SetupAccepted(null), """
                        {"Status": "Successfully setup with reverse proxy"}"""),
                arguments(new SetupAccepted(new Session("L1", Duration.ofSeconds(1), Duration.ofSeconds(3))),
                        """
                                {"Status": "Successfully setup with reverse proxy", "proto": 2, "lease": "L1", \
                                "heartbeatMs": 1000, "ttlMs": 3000}"""),
                arguments(Ack.of(Ident.of(1), Ident.of(1327), "5d5b", null),
                        """
                                {"type": 2, "srcid": 1, "destid": 1327, "payloadsize": 4, "payload": "5d5b"}"""),
                arguments(new Ack(Ident.of(1), new Ident("x", true), 4, "5d5b", Ident.of(17), "a.b.c"),
                        """
                                {"msgId": 17, "type": 2, "srcid": 1, "destid": "x", "payloadsize": 4, "payload": "5d5b", \
                                "receipt": "a.b.c"}"""),
                arguments(new Heartbeat("L1"), """
                        {"type": 3, "lease": "L1"}"""), arguments(new HeartbeatSeen(), """
                        {"type": 3}"""), arguments(new Drain("L1"), """
                        {"type": 4, "lease": "L1"}"""), arguments(new Draining(3), """
                        {"type": 4, "inFlight": 3}"""),
                arguments(new Draining(0), """
                        {"type": 4, "inFlight": 0}"""), arguments(new Deregister("L1"), """
                        {"type": 5, "lease": "L1"}"""), arguments(new Deregistered(), """
                        {"Status": "Deregistered"}"""),
                arguments(new Notice(Notice.Event.SHUTDOWN), """
                        {"type": 6, "event": "shutdown"}"""), arguments(new Notice(Notice.Event.MAINTENANCE), """
                        {"type": 6, "event": "maintenance"}"""),
                arguments(new Notice(Notice.Event.RESUMED), """
                        {"type": 6, "event": "resumed"}"""), arguments(new Hello("L1"), """
                        {"type": 7, "lease": "L1"}"""),
                arguments(new Message.Introduction("a.b.c", null), """
                        {"type": 8, "token": "a.b.c"}"""), arguments(new Message.Introduction("a.b.c", Ident.of(3)), """
                        {"msgId": 3, "type": 8, "token": "a.b.c"}"""),
                arguments(new Message.Introduced(Duration.ofSeconds(9), Ident.of(3)), """
                        {"msgId": 3, "type": 8, "ttlMs": 9000}"""), arguments(new Message.Introduced(null, null), """
                        {"type": 8}"""),
                arguments(Refusal.of(ErrorCode.NO_SERVER, null),
                        """
                                {"Error": "No server currently serving this privacy policy", "code": "NO_SERVER", \
                                "retryable": true}"""),
                arguments(new Refusal(ErrorCode.TIMEOUT, "Too late.", new Ident("7", true), false, null),
                        """
                                {"Error": "Too late.", "code": "TIMEOUT", "retryable": false, "msgId": "7"}"""),
                arguments(new Refusal(ErrorCode.TIMEOUT, "Too late.", null, true, Ident.of(1327)),
                        """
                                {"Error": "Too late.", "code": "TIMEOUT", "retryable": false, "type": -1, "srcid": "proxy", \
                                "destid": 1327, "payloadsize": 9, "payload": "Too late."}"""),
                arguments(new Refusal(ErrorCode.BAD_MESSAGE, "No.", Ident.of(1), true, null),
                        """
                                {"Error": "No.", "code": "BAD_MESSAGE", "retryable": false, "msgId": 1, "type": -1, \
                                "srcid": "proxy", "destid": null, "payloadsize": 3, "payload": "No."}"""));
    }

    @ParameterizedTest
    @MethodSource("wireForms")
    void writesTheContractsForm(Message message, String form) {
        assertThat(CodecText.write(message)).isEqualTo(form);
    }

    @ParameterizedTest
    @MethodSource("wireForms")
    void readsWhatItWrote(Message message, String form) throws WireException {
        Message read = CodecText.read(form);
        assertThat(read).isEqualTo(message);
        // Idents are equal by their text alone: written again, their kind shows.
        assertThat(CodecText.write(read)).isEqualTo(form);
    }

    @Test
    void nonAsciiPayloadIsWrittenAsItIs() throws WireException {
        Data data = Data.of(Ident.of(1), Ident.of("Datenschutz-Grün"), "größer 😀 \u2028 \"quoted\" \\ \n \u0001");
        String form = CodecText.write(data);
        assertThat(form).contains("Datenschutz-Grün", "größer 😀", "\\\"quoted\\\"", "\\\\", "\\n", "\\u0001")
                .doesNotContain("\n").contains("\"payloadsize\": 25");
        assertThat(CodecText.read(form)).isEqualTo(data);
    }

    @Test
    void halfASurrogatePairIsNeverWritten() {
        Data data = Data.of(Ident.of(1), PP_1, "half \ud83d");
        assertThatThrownBy(() -> MessageCodec.write(data)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("payload holds half a surrogate pair");
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyRefusalComesBackWithItsCode(ErrorCode code) throws WireException {
        Refusal refusal = Refusal.of(code, Ident.of(5));
        String form = CodecText.write(refusal);
        assertThat(form).startsWith("{\"Error\": \"").contains("\"retryable\": " + code.retryable());
        assertThat(CodecText.read(form)).isEqualTo(refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"care\"", "7", "[]", "[1]", "[\"\"]", "[[\"care\"]]", "{\"care\": 1}", "[\"a\\u0000\"]",
            "[\"0123456789012345678901234567890123456789012345678901234567890123x\"]"})
    void purposesAreAListOfShortTexts(String purposes) {
        assertThatThrownBy(() -> CodecText.read("{\"type\": 1, \"proto\": 2, \"id\": 1, \"privPolyId\": \"PP_1\", "
                + "\"listenport\": 80, \"purposes\": " + purposes + "}")).isInstanceOf(WireException.class)
                .hasMessage("purposes must be a list of 1 to 32 strings of 1 to 64 bytes without control characters.");
    }

    @Test
    void messagesThatHaveNoUseForARegionMayCarryAnythingUnderThatKey() throws WireException {
        assertThat(CodecText.read("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"\", "
                + "\"region\": {\"x\": 1}, \"purposes\": 7}")).isInstanceOf(Data.class);
    }

    @Test
    void tokenDoesNotShowInASetupsText() {
        assertThat(new Setup(Ident.of(1), PP_1, 80, 2, true, 1, null, 0, "s3cret", false).toString())
                .doesNotContain("s3cret");
    }
}
