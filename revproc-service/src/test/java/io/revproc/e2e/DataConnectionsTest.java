package io.revproc.e2e;

import java.util.List;

import io.revproc.proxy.route.EndpointState.Liveness;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The connections to servers with a lease: whose they are, and what becomes of them when the lease, or the network, is another. */
class DataConnectionsTest {
    private static String lease(JsonNode accepted) {
        return accepted.get("lease").asString();
    }

    @Test
    void connectionForOneMessageOpensWithTheLeaseInTheSameWrite() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                PlainServer server = new PlainServer(proxy, 1, PlainServer::ack).register("PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data(7, "PP_1", "x"));
            assertThat(client.readOnce()).isEqualTo(Json.ack(1, 7, "x"));
            assertThat(server.reads())
                    .containsExactly(
                            "{\"type\": 7, \"lease\": \"" + server.lease() + "\"}" + Json.data(7, "PP_1", "x"));
        }
    }

    @Test
    void replacedLeaseEndsItsConnectionAndNoMessageGoesOnItAnyMore() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "1");
                MuxServer server = MuxServer.held(proxy, 1);
                Client client = proxy.connect()) {
            String first = lease(server.register("PP_1", ""));
            client.send(Json.data("\"msgId\": 1", 1, "PP_1", "a"));
            MuxServer.Delivery before = server.take();
            String second = lease(server.register("PP_1", ""));
            assertThat(second).isNotEqualTo(first);
            client.send(Json.data("\"msgId\": 2", 1, "PP_1", "b"));
            MuxServer.Delivery after = server.take();
            assertThat(after.socket()).isNotSameAs(before.socket());
            assertThat(server.hellos()).containsExactly(first, second);
            before.answer();
            assertThat(client.next().get("payload").asString()).as("what was in flight is let finish")
                    .isEqualTo(Json.sha1("a"));
            await().until(() -> before.socket().isClosed());
            after.answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("b"));
            assertThat(after.socket().isClosed()).isFalse();
        }
    }

    @Test
    void idleConnectionsOfAReplacedLeaseAreClosed() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            MuxServer.Delivery delivery = server.take();
            delivery.answer();
            client.next();
            assertThat(delivery.socket().isClosed()).isFalse();
            server.register("PP_1", "");
            await().until(() -> delivery.socket().isClosed());
        }
    }

    /** The table is wrong: the server at this address serves another policy, and says so. */
    @Test
    void messageThatAServerDoesNotServeGoesToAnotherOne() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                MuxServer wrong = MuxServer.held(proxy, 1, "PP_1");
                MuxServer right = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data("\"idempotent\": true", 1, "PP_1", "a"));
            wrong.take().refuse(", \"code\": \"NOT_SERVED\", \"retryable\": true");
            assertThat(client.next().get("srcid").asInt()).isEqualTo(2);
            assertThat(right.received()).hasSize(1);
            assertThat(proxy.entry("PP_1", 1).state().liveness()).isEqualTo(Liveness.FAILED);
            assertThat(client.send(Json.data(1, "PP_1", "b")).next().get("srcid").asInt()).isEqualTo(2);
        }
    }

    /** Messages are kept for another server only where a server has refused one before. */
    @Test
    void firstMessageThatAServerDoesNotServeIsItsClientsToSendAgain() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                MuxServer wrong = MuxServer.held(proxy, 1, "PP_1");
                MuxServer right = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            wrong.take().refuse(", \"code\": \"NOT_SERVED\", \"retryable\": true");
            JsonNode refusal = client.next();
            assertThat(refusal.get("code").asString()).isEqualTo("NOT_SERVED");
            assertThat(refusal.get("retryable").asBoolean()).isTrue();
            assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("srcid").asInt()).isEqualTo(2);
            assertThat(right.received()).hasSize(1);
        }
    }

    @Test
    void plainServerMayNotServeAMessageEither() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                PlainServer wrong = new PlainServer(proxy, 1,
                        (server, message) -> "{\"Error\": \"not mine\", \"code\": \"NOT_SERVED\", \"retryable\": true}")
                        .register("PP_1");
                PlainServer right = new PlainServer(proxy, 2, PlainServer::ack).register("PP_1");
                Client client = proxy.connect()) {
            assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("srcid").asInt()).isEqualTo(2);
            assertThat(wrong.reads()).hasSize(1);
            assertThat(right.reads()).hasSize(1);
        }
    }

    @Test
    void messageThatNobodyServesIsRefusedSoAndMayBeSentAgain() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                MuxServer wrong = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data("\"msgId\": 5", 1, "PP_1", "a"));
            wrong.take().refuse(", \"code\": \"NOT_SERVED\", \"retryable\": true");
            JsonNode refusal = client.next();
            assertThat(refusal.get("code").asString()).isEqualTo("NOT_SERVED");
            assertThat(refusal.get("retryable").asBoolean()).isTrue();
            assertThat(refusal.get("msgId").asInt()).isEqualTo(5);
        }
    }

    /** The network of the kept connection swallows everything, without a word to either end. */
    @Test
    void deadConnectionIsGivenUpAfterATimeOutWithoutAnyAnswer() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "1", "revproc.forward.deadline", "200ms");
                MuxServer server = MuxServer.held(proxy, 1);
                Cable cable = new Cable(server.port());
                Client client = proxy.connect()) {
            server.register("PP_1", cable);
            client.send(Json.data(1, "PP_1", "a"));
            server.take().answer();
            assertThat(client.next().has("payload")).isTrue();
            cable.swallow();
            assertThat(client.send(Json.data(1, "PP_1", "b")).next().get("code").asString()).isEqualTo("TIMEOUT");
            client.send(Json.data(1, "PP_1", "c"));
            server.take().answer();
            assertThat(client.next().get("payload").asString()).as("on a new connection").isEqualTo(Json.sha1("c"));
            assertThat(server.hellos()).hasSize(2);
        }
    }

    @Test
    void trialAfterAnEjectionUsesAFreshConnection() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "1", "revproc.forward.deadline", "150ms",
                "revproc.health.eject-after", "1", "revproc.health.eject-time", "50ms");
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data("\"msgId\": 1", 1, "PP_1", "a") + Json.data("\"msgId\": 2", 1, "PP_1", "b"));
            List<MuxServer.Delivery> stuck = server.take(2);
            stuck.getFirst().answer();
            assertThat(client.next().get("msgId").asInt()).isEqualTo(1);
            assertThat(client.next().get("code").asString()).isEqualTo("TIMEOUT");
            await().until(() -> stuck.getFirst().socket().isClosed());
            await().untilAsserted(() -> {
                client.send(Json.data(1, "PP_1", "c"));
                MuxServer.Delivery trial = server.poll();
                if (trial != null) {
                    trial.answer();
                }
                assertThat(client.next().has("payload")).isTrue();
            });
        }
    }

    @Test
    void newSetupHelpsAServerBehindADeadConnection() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "1");
                MuxServer server = MuxServer.held(proxy, 1);
                Cable cable = new Cable(server.port());
                Client client = proxy.connect()) {
            server.register("PP_1", cable);
            client.send(Json.data(1, "PP_1", "a"));
            server.take().answer();
            client.next();
            cable.swallow();
            server.register("PP_1", cable);
            client.send(Json.data(1, "PP_1", "b"));
            server.take().answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("b"));
        }
    }
}
