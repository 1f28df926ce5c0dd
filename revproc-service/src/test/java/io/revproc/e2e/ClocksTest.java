package io.revproc.e2e;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A peer's clocks run only while it is the peer's turn. */
class ClocksTest {
    private static void pass(long millis, TestProxy proxy, int connections) {
        await().pollInterval(Duration.ofMillis(100)).during(Duration.ofMillis(millis))
                .until(() -> proxy.connections() == connections);
    }

    @Test
    void messageThatHasBegunIsNotLateWhileWeDoNotRead() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.message-timeout", "700ms",
                "revproc.listener.max-unanswered", "1");
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            String second = Json.data(1, "PP_1", "b");
            client.send(Json.data(1, "PP_1", "a") + second.substring(0, 20));
            MuxServer.Delivery first = server.take();
            pass(1_000, proxy, 2);
            first.answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("a"));
            pass(300, proxy, 2);
            client.send(second.substring(20));
            server.take().answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("b"));

            client.send(second.substring(0, 20));
            assertThat(client.next().get("Error").asString()).contains("700 ms");
        }
    }

    @Test
    void idleTimeBeginsWithTheReply() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.idle-timeout", "900ms");
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            MuxServer.Delivery slow = server.take();
            pass(1_200, proxy, 2);
            slow.answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("a"));
            pass(400, proxy, 2);
            client.send(Json.data(1, "PP_1", "b"));
            server.take().answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("b"));
            assertThat(client.ended()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\": 9}", "{\"type\": 1}", "{\"type\": 3, \"lease\": \"none\"}",
            "{\"type\": 1, \"id\": 1, \"privPolyId\": \"\", \"listenport\": 80}"})
    void badMessageOfAServersTypeGivesNoRightToStayIdle(String bad) throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.idle-timeout", "300ms");
                Client client = proxy.connect()) {
            JsonNode refusal = client.send(bad).next();
            assertThat(refusal.get("code").asString()).isIn("BAD_MESSAGE", "NOT_ALLOWED");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void connectionThatGaveUpItsLeaseGoesTheSameWay() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.idle-timeout", "300ms");
                Client server = proxy.connect()) {
            String lease = server.send(
                    "{\"type\": 1, \"proto\": 2, \"id\": 1, \"privPolyId\": \"PP_1\", \"listenport\": 80, \"mux\": true}")
                    .next().get("lease").asString();
            pass(700, proxy, 1);
            server.send("{\"type\": 5, \"lease\": \"" + lease + "\"}");
            assertThat(server.next().get("Status").asString()).isEqualTo("Deregistered");
            assertThat(server.ended()).isTrue();
        }
    }
}
