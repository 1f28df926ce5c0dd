package io.revproc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.revproc.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What clients send, in whatever pieces, and what they hear. */
class ClientsTest {
    private final TestProxy proxy = TestProxy.with();

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void eachMessageOfAConnectionReachesTheServerOfItsOwnPolicy() throws IOException {
        try (SeedServer one = SeedServer.of(proxy, 1); MuxServer two = MuxServer.answering(proxy, 2, "PP_2")) {
            one.register("PP_1");
            String both = Json.data(1, "PP_1", "a") + Json.data(1, "PP_2", "b");
            try (Client glued = proxy.connect(); Client lines = proxy.connect(); Client dripping = proxy.connect()) {
                assertServedBy(glued.send(both), 1, 2);
                assertServedBy(glued.send(Json.data(1, "PP_2", "c") + Json.data(1, "PP_1", "d")), 2, 1);
                assertServedBy(lines.send(both.replace("}{", "}\r\n \t{") + "\n"), 1, 2);
                assertServedBy(dripping.drip(both), 1, 2);
            }
            assertThat(one.received()).hasSize(4).allMatch(message -> message.contains("\"PP_1\""));
            assertThat(two.received()).hasSize(4)
                    .allMatch(message -> message.get("privPoliId").asString().equals("PP_2"));
        }
    }

    private static void assertServedBy(Client client, int... servers) {
        for (int server : servers) {
            assertThat(client.next().get("srcid").asInt()).isEqualTo(server);
        }
    }

    @Test
    void repliesComeInTheOrderOfTheMessagesHoweverFastTheServersAre() throws Exception {
        try (MuxServer slow = MuxServer.held(proxy, 1, "SLOW");
                MuxServer fast = MuxServer.answering(proxy, 2, "FAST");
                SeedServer old = SeedServer.of(proxy, 3);
                Client client = proxy.connect()) {
            old.register("OLD");
            StringBuilder all = new StringBuilder();
            List<String> policies = List.of("SLOW", "FAST", "OLD", "NOBODY", "SLOW", "FAST", "FAST", "OLD");
            for (int i = 0; i < policies.size(); i++) {
                all.append(Json.data(i, policies.get(i), "p" + i));
            }
            client.send(all.toString()).send("{\"type\": 9}");
            List<MuxServer.Delivery> waiting = slow.take(2);
            waiting.get(1).answer();
            waiting.get(0).answer();
            for (int i = 0; i < policies.size(); i++) {
                JsonNode reply = client.next();
                assertThat(reply.get("destid").asInt()).isEqualTo(i);
                if (policies.get(i).equals("NOBODY")) {
                    assertThat(reply.get("code").asString()).isEqualTo("NO_SERVER");
                } else {
                    assertThat(reply.get("payload").asString()).isEqualTo(Json.sha1("p" + i));
                }
            }
            assertThat(client.next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(fast.received()).hasSize(3);
        }
    }

    @Test
    void repliesToMessagesWithAnIdComeAsTheyAreReady() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                SeedServer old = SeedServer.of(proxy, 2);
                Client client = proxy.connect()) {
            old.register("OLD");
            client.send(Json.data("\"msgId\": 1", 1, "PP_1", "a") + Json.data("\"msgId\": \"zwei\"", 1, "PP_1", "b")
                    + Json.data("\"msgId\": 3", 1, "OLD", "c"));
            List<MuxServer.Delivery> waiting = server.take(2);
            JsonNode third = client.next();
            assertThat(third.get("msgId").asInt()).isEqualTo(3);
            assertThat(third.get("payload").asString()).isEqualTo(Json.sha1("c"));
            waiting.get(1).answer();
            JsonNode second = client.next();
            assertThat(second.get("msgId").asString()).isEqualTo("zwei");
            assertThat(second.propertyNames().iterator().next()).isEqualTo("msgId");
            assertThat(second.get("payload").asString()).isEqualTo(Json.sha1("b"));
            waiting.get(0).answer();
            assertThat(client.next().get("msgId").asInt()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 300})
    void clientThatClosesItsHalfGetsAllItsReplies(int messages) throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < messages; i++) {
                all.append(Json.data(i, "PP_1", "p" + i));
            }
            client.send(all.toString()).endOutput();
            for (int i = 0; i < messages; i++) {
                assertThat(client.next().get("destid").asInt()).isEqualTo(i);
            }
            assertThat(client.ended()).isTrue();
            assertThat(server.received()).hasSize(messages);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "64"})
    void clientThatClosesItsHalfWhileItIsHeldBackGetsAllItsReplies(String maxUnanswered) throws Exception {
        try (TestProxy narrow = TestProxy.with("revproc.listener.max-unanswered", maxUnanswered);
                MuxServer server = MuxServer.held(narrow, 1, "PP_1");
                Client client = narrow.connect()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                all.append(Json.data(i, "PP_1", "p".repeat(5_000) + i));
            }
            Thread.ofVirtual().start(() -> {
                try {
                    client.send(all.toString()).endOutput();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            int unanswered = Integer.parseInt(maxUnanswered);
            int answered = 0;
            while (answered < 200) {
                List<MuxServer.Delivery> waiting = server.take(Math.min(unanswered, 200 - answered));
                assertThat(server.received().size()).isLessThanOrEqualTo(answered + unanswered);
                StringBuilder acks = new StringBuilder();
                waiting.forEach(delivery -> acks.append(delivery.ack()));
                waiting.getFirst().say(acks.toString());
                for (int i = 0; i < waiting.size(); i++) {
                    assertThat(client.next().get("destid").asInt()).isEqualTo(answered++);
                }
            }
            assertThat(client.ended()).isTrue();
        }
    }

    /** In one write, since old clients read once. */
    @Test
    void unknownPolicyIsRefusedAsOldClientsUnderstandIt() throws IOException {
        try (Client client = proxy.connect()) {
            assertThat(client.send(Json.data(1327, "PP_9", "x")).readOnce()).isEqualTo(
                    "{\"Error\": \"No server currently serving this privacy policy\", \"code\": \"NO_SERVER\", \"retryable\": true, "
                            + "\"type\": -1, \"srcid\": \"proxy\", \"destid\": 1327, \"payloadsize\": 47, "
                            + "\"payload\": \"No server currently serving this privacy policy\"}");
            assertThat(client.send(Json.data("\"msgId\": \"m\"", 1327, "PP_9", "x")).readOnce()).isEqualTo(
                    "{\"Error\": \"No server currently serving this privacy policy\", \"code\": \"NO_SERVER\", \"retryable\": true, "
                            + "\"msgId\": \"m\"}");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"type\": 0, \"srcid\": 1, \"payload\": \"x\"}",
            "{\"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 0, \"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"privPoliId\": \"PP_2\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"priv\\u0050oliId\": \"PP_2\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": [\"PP_1\"], \"payload\": \"x\"}", "{}", "{\"type\": 99}",
            "{\"a\" 1}", "{\"a\": tru}", "{\"type\": 0,}",
            // what some server's parser would read otherwise, or die of
            "{\"type\": 0, \"srcid\": 1.5, \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": 12345678901234567890, \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": 1e400, \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": \"a\\u0000\", \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"x\", \"deadlineMs\": 100000000}",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"x\", \"PRIVPOLIID\": \"PP_2\"}",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"x\", \"privPoliId\\u0000\": \"PP_2\"}",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"x\", \"n\": [1e400]}",
            "{\"msgId\": 00012, \"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 2, \"srcid\": 1, \"destid\": 1, \"payload\": \"x\"}", "{\"type\": 3, \"lease\": \"guess\"}"})
    void wrongMessageIsRefusedAndTheNextOneServed(String wrong) throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1", "PP_2"); Client client = proxy.connect()) {
            JsonNode refusal = client.send(wrong + Json.data(1, "PP_1", "y")).next();
            assertThat(refusal.get("Error").asString()).isNotBlank();
            assertThat(refusal.has("msgId")).as("one that was not read whole is not repeated").isFalse();
            // A lease that is none any more is this lease's end, and not the connection's.
            assertThat(refusal.get("code").asString())
                    .isEqualTo(wrong.contains("lease") ? "NOT_ALLOWED" : "BAD_MESSAGE");
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("y"));
            assertThat(server.received()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"x\""})
    void halfAMessageBeforeTheEndIsRefused(String half) throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "before") + half).endOutput();
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("before"));
            assertThat(client.next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(client.ended()).isTrue();
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void byteOrderMarkBeforeTheFirstMessageIsSkipped() throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.drip("\ufeff" + Json.data(1, "PP_1", "x"));
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("x"));
            assertThat(server.received()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "[]", "{\"type\": 0]", "}", "{\"type\": 0, \"payload\": \"x\"}}"})
    void brokenFramingIsRefusedAndTheConnectionClosed(String broken) throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "before") + broken + Json.data(1, "PP_1", "after"));
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("before"));
            if (broken.startsWith("{\"type\": 0, ")) {
                assertThat(client.next().get("code").asString()).as("the object before the brace")
                        .isEqualTo("BAD_MESSAGE");
            }
            assertThat(client.next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(client.ended()).isTrue();
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void invalidUtf8IsRefused() throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            byte[] bytes = Json.data(1, "PP_1", "x?x").getBytes(StandardCharsets.ISO_8859_1);
            bytes[bytes.length - 4] = (byte) 0xff;
            assertThat(client.send(bytes).next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void messageOverTheLimitIsRefusedBeforeItIsWhole() throws IOException {
        try (Client client = proxy.connect()) {
            byte[] endless = new byte[1 << 20];
            Arrays.fill(endless, (byte) 'x');
            client.send("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"").send(endless);
            JsonNode refusal = client.next();
            assertThat(refusal.get("code").asString()).isEqualTo("TOO_LARGE");
            assertThat(refusal.get("Error").asString()).contains("1048576");
            assertThat(client.ended()).isTrue();
        }
    }

    /** It would take the loop's time from others. */
    @ParameterizedTest
    @CsvSource({"auto,x", "epoll,x", "nio,x", "auto,' '", "nio,' '"})
    void whatAClientSendsBehindItsEndIsReadSlowly(String transport, String junk) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(junk.repeat(64 * 1024).getBytes(StandardCharsets.UTF_8));
        long sent = 0;
        try (TestProxy other = TestProxy.with("revproc.listener.transport", transport);
                SocketChannel client = SocketChannel.open(other.address())) {
            while (sent < 600L << 20) {
                sent += client.write(bytes.rewind());
            }
        } catch (IOException e) {
            // the proxy has closed it
        }
        assertThat(sent).as("bytes in two seconds").isBetween(1L << 20, 400L << 20);
    }

    /** Most clients read only when they have sent all. */
    @Test
    void messageFarOverTheLimitIsReadToItsEndSoThatItsRefusalCanBeRead() throws IOException {
        try (Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "x".repeat(48 << 20)));
            assertThat(client.next().get("code").asString()).isEqualTo("TOO_LARGE");
            assertThat(client.ended()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 900 * 1024})
    void largePayloadsArriveWhole(int size) throws IOException {
        try (TestProxy large = TestProxy.with("revproc.forward.part1-max-message-size", "1MB");
                MuxServer two = MuxServer.answering(large, 2, "PP_2");
                SeedServer one = SeedServer.of(large, 1);
                Client client = large.connect()) {
            one.register("PP_1");
            String payload = "0123456789abcdef".repeat(size / 16 + 1).substring(0, size);
            client.send(Json.data(1, "PP_1", payload) + Json.data(1, "PP_2", payload));
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1(payload));
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1(payload));
            assertThat(two.received()).hasSize(1);
        }
    }

    @Test
    void fiftyClientsAtOnceAreAllServed() throws Exception {
        try (SeedServer one = SeedServer.of(proxy, 1);
                SeedServer two = SeedServer.of(proxy, 2);
                MuxServer three = MuxServer.answering(proxy, 3, "PP_2")) {
            one.register("PP_1");
            two.register("PP_1");
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                clients.add(proxy.connect().send(Json.data(i, "PP_1", "a" + i) + Json.data(i, "PP_2", "b" + i)));
            }
            for (int i = 0; i < 50; i++) {
                try (Client client = clients.get(i)) {
                    assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("a" + i));
                    assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("b" + i));
                }
            }
            assertThat(one.cause() + two.cause()).isEmpty();
            assertThat(one.received().size() + two.received().size()).isEqualTo(50);
            assertThat(three.received()).hasSize(50);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NIO", "EPOLL", "IO_URING"})
    void everyTransportServes(String transport) throws IOException {
        assumeTrue(available(transport));
        try (TestProxy other = TestProxy.with("revproc.listener.transport", transport,
                "revproc.forward.part1-max-message-size", "1MB");
                MuxServer two = MuxServer.answering(other, 2, "PP_2");
                SeedServer one = SeedServer.of(other, 1);
                Client client = other.connect()) {
            one.register("PP_1");
            String payload = "x".repeat(200_000);
            for (int i = 0; i < 20; i++) {
                client.send(Json.data(i, i % 2 == 0 ? "PP_1" : "PP_2", payload + i));
                assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1(payload + i));
            }
            assertThat(two.received()).hasSize(10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NIO", "EPOLL", "IO_URING"})
    void clientThatLeavesInTheMiddleOfAMessageIsForgotten(String transport) throws IOException {
        assumeTrue(available(transport));
        try (TestProxy other = TestProxy.with("revproc.listener.transport", transport)) {
            for (int i = 0; i < 10; i++) {
                other.connect().send("{\"type").reset();
                other.connect().send("{\"type").close();
            }
            await().untilAsserted(() -> assertThat(other.connections()).isZero());
        }
    }

    private static boolean available(String transport) {
        try {
            Transport.choose(Transport.Choice.valueOf(transport), "transport");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
