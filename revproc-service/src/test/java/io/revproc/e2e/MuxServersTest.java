package io.revproc.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Servers of proto 2 that asked for kept, multiplexed connections. */
class MuxServersTest {
    private final TestProxy proxy = TestProxy.with();

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void serversTakeMessagesInTurn() throws IOException {
        try (MuxServer one = MuxServer.answering(proxy, 1, "PP_1");
                MuxServer two = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            StringBuilder served = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                served.append(client.send(Json.data(i, "PP_1", "x")).next().get("srcid").asInt());
            }
            assertThat(served.toString()).isEqualTo("12121");
            client.send(Json.data(1, "PP_1", "a") + Json.data(1, "PP_1", "b") + Json.data(1, "PP_1", "c"));
            assertThat("" + client.next().get("srcid") + client.next().get("srcid") + client.next().get("srcid"))
                    .as("in one segment").isEqualTo("212");
            assertThat(one.received()).hasSize(4);
            assertThat(two.received()).hasSize(4);
        }
    }

    @Test
    void messageIdIsPutInFrontAndTakenOutAgain() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send("{\"type\":0,\"srcid\":\"1327\",\"extra\":[1,{}],\"privPoliId\":\"PP_1\",\"payload\":\"x\"}");
            MuxServer.Delivery delivery = server.take();
            assertThat(delivery.message().propertyNames().iterator().next()).isEqualTo("msgId");
            assertThat(delivery.message().get("msgId").isIntegralNumber()).isTrue();
            assertThat(delivery.message().toString()).endsWith(
                    ",\"type\":0,\"srcid\":\"1327\",\"extra\":[1,{}],\"privPoliId\":\"PP_1\",\"payload\":\"x\"}");
            delivery.answer();
            assertThat(client.readOnce()).isEqualTo(Json.ack(1, "1327", "x"));
            assertThat(server.hellos()).hasSize(1).doesNotContain("");
        }
    }

    @Test
    void manyClientsShareFewConnectionsAndEachGetsItsOwnAnswers() throws Exception {
        List<Client> clients = new ArrayList<>();
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1")) {
            for (int i = 0; i < 50; i++) {
                clients.add(proxy.connect().send(Json.data(i, "PP_1", "payload" + i)));
            }
            List<MuxServer.Delivery> waiting = server.take(50);
            assertThat(server.connections()).as("one for each event loop").isBetween(1, 2);
            assertThat(waiting.stream().map(each -> each.socket().getLocalPort() + "/" + each.socket().getPort() + "#"
                    + each.message().get("msgId"))).doesNotHaveDuplicates();
            Collections.reverse(waiting);
            waiting.forEach(MuxServer.Delivery::answer);
            for (int i = 0; i < 50; i++) {
                JsonNode answer = clients.get(i).next();
                assertThat(answer.get("destid").asInt()).isEqualTo(i);
                assertThat(answer.get("payload").asString()).isEqualTo(Json.sha1("payload" + i));
            }
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void brokenConnectionFailsWhatItHadAndNothingElse() throws Exception {
        try (MuxServer one = MuxServer.held(proxy, 1, "PP_1");
                MuxServer other = MuxServer.answering(proxy, 2, "PP_2");
                Client client = proxy.connect()) {
            client.send(Json.data("\"msgId\": 1", 1, "PP_1", "a") + Json.data("\"msgId\": 2", 1, "PP_1", "b"));
            one.take(2);
            one.breakConnections();
            Set<Integer> failed = new HashSet<>();
            for (int i = 0; i < 2; i++) {
                JsonNode refusal = client.next();
                assertThat(refusal.get("code").asString()).isEqualTo("SERVER_FAILED");
                assertThat(refusal.get("retryable").asBoolean()).isFalse();
                failed.add(refusal.get("msgId").asInt());
            }
            assertThat(failed).containsExactlyInAnyOrder(1, 2);
            client.send(Json.data(1, "PP_2", "c"));
            assertThat(client.next().get("srcid").asInt()).isEqualTo(2);
            client.send(Json.data(1, "PP_1", "d"));
            one.take().answer();
            assertThat(client.next().get("payload").asString()).as("on a new connection").isEqualTo(Json.sha1("d"));
            assertThat(other.received()).hasSize(1);
        }
    }

    @Test
    void idempotentMessageGoesToAnotherServerWhenItsFirstBreaks() throws Exception {
        try (MuxServer one = MuxServer.held(proxy, 1, "PP_1");
                MuxServer two = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data("\"idempotent\": true", 1, "PP_1", "a"));
            one.take();
            one.breakConnections();
            assertThat(client.next().get("srcid").asInt()).isEqualTo(2);
            assertThat(two.received()).hasSize(1);
        }
    }

    @Test
    void otherMessagesAreNotSentTwice() throws Exception {
        try (MuxServer one = MuxServer.held(proxy, 1, "PP_1");
                MuxServer two = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            one.take();
            one.breakConnections();
            assertThat(client.next().get("code").asString()).isEqualTo("SERVER_FAILED");
            assertThat(two.received()).isEmpty();
        }
    }

    @Test
    void unreachableServersMessagesGoToTheNext() throws Exception {
        try (MuxServer gone = MuxServer.answering(proxy, 1, "PP_1").stopListening();
                MuxServer there = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a") + Json.data(1, "PP_1", "b") + Json.data(1, "PP_1", "c"));
            for (String payload : List.of("a", "b", "c")) {
                JsonNode answer = client.next();
                assertThat(answer.get("srcid").asString()).as("%s", answer).isEqualTo("2");
                assertThat(answer.get("payload").asString()).isEqualTo(Json.sha1(payload));
            }
            assertThat(proxy.entry("PP_1", 1).state().alive()).isFalse();
            assertThat(gone.received()).isEmpty();
            assertThat(there.received()).hasSize(3);
        }
    }

    /** What a server says for a message that it does not have must not become anybody's answer. */
    @Test
    void answerToAMessageThatIsNotInFlightEndsTheConnection() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect();
                Client other = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            MuxServer.Delivery first = server.take();
            other.send(Json.data(2, "PP_1", "b"));
            server.take();
            first.say(first.ack().replaceFirst("\"msgId\": \\d+", "\"msgId\": 123456789"));
            assertThat(client.next().get("code").asString()).isEqualTo("SERVER_FAILED");
            client.send(Json.data(1, "PP_1", "c"));
            MuxServer.Delivery again = server.take();
            again.answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("c"));
        }
    }

    /** The server's fault is this message's alone: the connection and what else is on it are untouched. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"msgId\": #, \"type\": 2}",
            "{\"msgId\": #, \"type\": 2, \"srcid\": 1, \"destid\": 8, \"payload\": \"secret\"}",
            "{\"msgId\": #, \"type\": 2, \"destid\": 7, \"payload\": \"secret\"}",
            "{\"msgId\": #, \"type\": 2, \"srcid\": 1, \"destid\": 7}",
            "{\"msgId\": #, \"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"x\", \"Error\": \"no\", \"retryable\": true}",
            "{\"msgId\": #, \"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"x\", \"receipt\": \"a.b.c\"}"})
    void answerThatClientsCanNotUseIsAFailureOfThatMessage(String answer) throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect();
                Client other = proxy.connect()) {
            client.send(Json.data(7, "PP_1", "x"));
            MuxServer.Delivery first = server.take();
            other.send(Json.data(8, "PP_1", "y"));
            MuxServer.Delivery second = server.take();
            first.say(answer.replace("#", first.message().get("msgId").toString()));
            JsonNode refusal = client.next();
            assertThat(refusal.get("code").asString()).isEqualTo("SERVER_FAILED");
            assertThat(refusal.get("retryable").asBoolean()).isFalse();
            second.answer();
            assertThat(other.next().get("payload").asString()).isEqualTo(Json.sha1("y"));
        }
    }

    @Test
    void secondAnswerToTheSameMessageReachesNobody() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            MuxServer.Delivery first = server.take();
            first.say(first.ack() + first.ack());
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("a"));
            client.send(Json.data(1, "PP_1", "b"));
            server.take().answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("b"));
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void serverThatLeavesFinishesWhatItHas() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            MuxServer.Delivery delivery = server.take();
            proxy.table().remove(proxy.entry("PP_1", 1));
            assertThat(client.send(Json.data("\"msgId\": 7", 1, "PP_1", "b")).next().get("code").asString())
                    .isEqualTo("NO_SERVER");
            delivery.answer();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("a"));
            await().untilAsserted(() -> assertThat(delivery.socket().isClosed()).as("the proxy closed it").isTrue());
        }
    }

    @Test
    void connectionToAServerThatLeftEndsWithTheDeadlineOfTheMessageItNeverAnswers() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data("\"deadlineMs\": 200", 1, "PP_1", "a"));
            MuxServer.Delivery delivery = server.take();
            proxy.table().remove(proxy.entry("PP_1", 1));
            assertThat(client.next().get("code").asString()).isEqualTo("TIMEOUT");
            await().untilAsserted(() -> assertThat(delivery.socket().isClosed()).as("the proxy closed it").isTrue());
        }
    }
}
