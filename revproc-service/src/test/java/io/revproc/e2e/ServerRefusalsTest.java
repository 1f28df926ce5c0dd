package io.revproc.e2e;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** A server refuses one message, or answers it with something that is no answer: that is this message's end, and nobody else's. */
class ServerRefusalsTest {
    private final TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "1", "revproc.health.eject-after",
            "5");

    @AfterEach
    void close() {
        proxy.close();
    }

    /** What the server says; the client's code, and whether it may send the message again. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
            ", \"code\": \"TOO_LARGE\", \"retryable\": false | TOO_LARGE | false",
            ", \"code\": \"BAD_MESSAGE\" | BAD_MESSAGE | false",
            ", \"code\": \"OVERLOADED\", \"retryable\": true | OVERLOADED | true",
            ", \"code\": \"OVERLOADED\", \"retryable\": false | SERVER_FAILED | false",
            ", \"code\": \"SHUTTING_DOWN\", \"retryable\": true | SHUTTING_DOWN | true",
            ", \"code\": \"OUT_OF_TEA\", \"retryable\": true | SERVER_FAILED | false",
            ", \"code\": 5 | SERVER_FAILED | false", " | SERVER_FAILED | false"})
    void refusalReachesItsClientAndNobodyElse(String rest, String code, boolean retryable) throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect();
                Client other = proxy.connect()) {
            other.send(Json.data(2, "PP_1", "other"));
            MuxServer.Delivery others = server.take();
            for (int i = 0; i < 8; i++) {
                client.send(Json.data("\"msgId\": " + i, 1, "PP_1", "a"));
                server.take().refuse(rest == null ? "" : rest);
                JsonNode refusal = client.next();
                assertThat(refusal.get("code").asString()).isEqualTo(code);
                assertThat(refusal.get("retryable").asBoolean()).isEqualTo(retryable);
                assertThat(refusal.get("msgId").asInt()).isEqualTo(i);
                assertThat(refusal.get("srcid").asInt()).as("whose words these are").isEqualTo(1);
            }
            others.answer();
            assertThat(other.next().get("payload").asString()).isEqualTo(Json.sha1("other"));
            assertThat(server.connections()).isEqualTo(1);
            assertThat(proxy.entry("PP_1", 1).state().alive()).isTrue();
            assertThat(proxy.entry("PP_1", 1).inFlight()).isZero();
        }
    }

    @Test
    void sentenceOfTheServerReachesTheClient() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            server.take().refuse(", \"code\": \"BAD_MESSAGE\"");
            assertThat(client.next().get("Error").asString()).isEqualTo("not now");
        }
    }

    @Test
    void retryableRefusalSendsTheMessageToAnotherServer() throws Exception {
        try (MuxServer busy = MuxServer.held(proxy, 1, "PP_1");
                MuxServer free = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            // The first one shows that such refusals happen here at all; from now on messages are kept for another server.
            client.send(Json.data(1, "PP_1", "a"));
            busy.take().refuse(", \"code\": \"OVERLOADED\", \"retryable\": true");
            JsonNode refusal = client.next();
            assertThat(refusal.get("code").asString()).isEqualTo("OVERLOADED");
            assertThat(refusal.get("retryable").asBoolean()).isTrue();
            client.send(Json.data(1, "PP_1", "b"));
            assertThat(client.next().get("srcid").asInt()).isEqualTo(2);
            client.send(Json.data(1, "PP_1", "c".repeat(100_000)));
            busy.take().refuse(", \"code\": \"OVERLOADED\", \"retryable\": true");
            assertThat(client.next().get("srcid").asInt()).isEqualTo(2);
            assertThat(free.received()).hasSize(2);
            assertThat(proxy.entry("PP_1", 1).state().alive()).isTrue();
        }
    }

    /** The message called idempotent is kept from the start. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"OVERLOADED | OVERLOADED | true", "NOT_SERVED | NOT_SERVED | true",
            "TIMEOUT | TIMEOUT | false", "OUT_OF_TEA | SERVER_FAILED | false"})
    void refusalOfAllServersReachesTheClientAsTheLastOneSaidIt(String said, String code, boolean retryable)
            throws Exception {
        try (MuxServer one = MuxServer.held(proxy, 1, "PP_1");
                MuxServer two = MuxServer.held(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data("\"idempotent\": true", 1, "PP_1", "a"));
            one.take().refuse(", \"code\": \"RATE_LIMITED\", \"retryable\": true");
            two.take().refuse(", \"code\": \"" + said + "\", \"retryable\": true");
            asItWasSaid(client.next(), code, retryable);
            assertThat(client.send(Json.data(1, "PP_9", "still there")).next().get("code").asString())
                    .isEqualTo("NO_SERVER");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"OVERLOADED | OVERLOADED | true", "NOT_SERVED | NOT_SERVED | true",
            "SHUTTING_DOWN | SHUTTING_DOWN | true", "TIMEOUT | TIMEOUT | false",
            "OUT_OF_TEA | SERVER_FAILED | false"})
    void refusalOfTheOnlyPlainServerReachesTheClientAsItWasSaid(String said, String code, boolean retryable)
            throws Exception {
        try (PlainServer server = new PlainServer(proxy, 1, (self,
                message) -> "{\"Error\": \"not now\", \"code\": \"" + said + "\", \"retryable\": true}")
                .register("PP_1"); Client client = proxy.connect()) {
            asItWasSaid(client.send(Json.data(1, "PP_1", "a")).next(), code, retryable);
            assertThat(server.reads()).hasSize(1);
            assertThat(client.send(Json.data(1, "PP_9", "still there")).next().get("code").asString())
                    .isEqualTo("NO_SERVER");
        }
    }

    private static void asItWasSaid(JsonNode refusal, String code, boolean retryable) {
        assertThat(refusal.get("code").asString()).isEqualTo(code);
        assertThat(refusal.get("Error").asString()).isEqualTo("not now");
        assertThat(refusal.get("retryable").asBoolean()).isEqualTo(retryable);
    }

    @Test
    void refusalForGoodIsNotTriedElsewhere() throws Exception {
        try (MuxServer one = MuxServer.held(proxy, 1, "PP_1");
                MuxServer two = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data("\"idempotent\": true", 1, "PP_1", "a"));
            one.take().refuse(", \"code\": \"TOO_LARGE\", \"retryable\": false");
            assertThat(client.next().get("code").asString()).isEqualTo("TOO_LARGE");
            assertThat(two.received()).isEmpty();
        }
    }

    /** What is no answer is this message's failure; its msgId is known, so the connection can still be trusted. */
    @ParameterizedTest
    @ValueSource(strings = {"\"type\": 3", "\"type\": 2",
            "\"type\": 2, \"srcid\": 1, \"destid\": 99, \"payload\": \"x\"",
            "\"type\": 2, \"srcid\": 1, \"destid\": 1, \"payload\": \"x\", \"receipt\": \"y\"",
            "\"type\": 2, \"srcid\": 1, \"destid\": 1, \"payload\": \"x\", \"Error\": \"y\"",
            "\"type\": 2, \"srcid\": 1, \"destid\": 1, \"payload\": \"x\", \"retryable\": true"})
    void answerThatIsNoneFailsItsMessageAlone(String rest) throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect();
                Client other = proxy.connect()) {
            other.send(Json.data(2, "PP_1", "other"));
            MuxServer.Delivery others = server.take();
            client.send(Json.data(1, "PP_1", "a"));
            MuxServer.Delivery delivery = server.take();
            delivery.say("{\"msgId\": " + delivery.message().get("msgId") + ", " + rest + "}");
            assertThat(client.next().get("code").asString()).isEqualTo("SERVER_FAILED");
            others.answer();
            assertThat(other.next().has("payload")).isTrue();
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    /** Compared as strings: 7 and "7" are the same client. */
    @Test
    void answerToANumberMayNameAString() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data(7, "PP_1", "a"));
            MuxServer.Delivery delivery = server.take();
            delivery.say("{\"msgId\": " + delivery.message().get("msgId") + ", " + Json.ack(1, "7", "a").substring(1));
            assertThat(client.readOnce()).isEqualTo(Json.ack(1, "7", "a"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\": 2}", "{\"type\": 2, \"srcid\": 1, \"destid\": 99, \"payload\": \"x\"}",
            "{\"type\": 2, \"srcid\": 1, \"destid\": 1, \"payload\": \"x\", \"receipt\": \"y\"}"})
    void answerOfAPlainServerIsCheckedToo(String answer) throws Exception {
        try (PlainServer server = new PlainServer(proxy, 1, (self, message) -> answer).register("PP_1");
                Client client = proxy.connect()) {
            assertThat(client.send(Json.data("\"receipt\": true", 1, "PP_1", "a")).next().get("code").asString())
                    .isEqualTo("SERVER_FAILED");
            assertThat(server.reads()).hasSize(1);
        }
    }

    @Test
    void plainServerRefusesAMessage() throws Exception {
        try (PlainServer server = new PlainServer(proxy, 1,
                (self, message) -> "{\"Error\": \"no\", \"code\": \"BAD_MESSAGE\", \"retryable\": false}")
                .register("PP_1"); Client client = proxy.connect()) {
            assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(proxy.entry("PP_1", 1).state().alive()).isTrue();
            assertThat(server.reads()).hasSize(1);
        }
    }
}
