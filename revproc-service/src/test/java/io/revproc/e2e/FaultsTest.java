package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.revproc.e2e.SeedServer.Habit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Servers that are slow, full, stuck or gone, and clients that leave: everybody else is served, and nobody is misled. */
class FaultsTest {
    private static String code(JsonNode refusal) {
        assertThat(refusal.has("code")).as(refusal.toString()).isTrue();
        return refusal.get("code").asString();
    }

    @Test
    void deadlineOfTheMessageItselfCounts() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            long start = System.nanoTime();
            client.send(Json.data("\"deadlineMs\": 100", 1, "PP_1", "a"));
            JsonNode refusal = client.next();
            assertThat(code(refusal)).isEqualTo("TIMEOUT");
            assertThat(refusal.get("retryable").asBoolean()).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(90),
                    Duration.ofSeconds(5));
            MuxServer.Delivery late = server.take();
            client.send(Json.data(1, "PP_1", "b"));
            MuxServer.Delivery next = server.take();
            late.answer();
            next.answer();
            assertThat(client.next().get("payload").asString()).as("the late answer is dropped")
                    .isEqualTo(Json.sha1("b"));
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void part1ServerThatDoesNotAnswerTimesOutAndIsNotAlive() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.forward.deadline", "150ms");
                SeedServer server = SeedServer.of(proxy, 1, Habit.HELD);
                Client client = proxy.connect()) {
            server.register("PP_1");
            assertThat(code(client.send(Json.data(1, "PP_1", "a")).next())).isEqualTo("TIMEOUT");
            assertThat(proxy.entry("PP_1", 1).state().alive()).isFalse();
            assertThat(proxy.entry("PP_1", 1).inFlight()).isZero();
            assertThat(code(client.send(Json.data(1, "PP_1", "b")).next())).isEqualTo("NO_LIVE_SERVER");
            server.let(100);
            await().until(() -> client.send(Json.data(1, "PP_1", "c")).next().has("payload")
                    && proxy.entry("PP_1", 1).state().alive());
        }
    }

    @Test
    void busyServersMessagesWaitInOrderAndGoOnWhenThereIsRoom() throws Exception {
        try (TestProxy proxy = TestProxy.with(); SeedServer server = SeedServer.of(proxy, 1, Habit.HELD)) {
            server.register("PP_1");
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int soFar = i;
                clients.add(proxy.connect().send(Json.data(i, "PP_1", "p" + i)));
                await().until(() -> proxy.waiting("PP_1") >= soFar);
            }
            server.let(10);
            for (int i = 0; i < 10; i++) {
                try (Client client = clients.get(i)) {
                    assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("p" + i));
                }
            }
            assertThat(server.received()).hasSize(10);
            assertThat(server.cause()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void serversThatWereAllBusyStillTakeTheirTurns(int loops) throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "" + loops);
                SeedServer one = SeedServer.of(proxy, 1, Habit.HELD);
                SeedServer two = SeedServer.of(proxy, 2, Habit.HELD);
                Client client = proxy.connect()) {
            one.register("PP_1");
            two.register("PP_1");
            StringBuilder five = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                five.append(Json.data(i, "PP_1", "p" + i));
            }
            client.send(five.toString());
            await().until(() -> proxy.waiting("PP_1") == 3);
            StringBuilder served = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                (i % 2 == 0 ? one : two).let(1);
                served.append(client.next().get("srcid").asInt());
            }
            one.let(2);
            two.let(2);
            for (int i = 0; i < 3; i++) {
                served.append(client.send(Json.data(i, "PP_1", "q" + i)).next().get("srcid").asInt());
            }
            assertThat(served.toString()).isEqualTo("12121212");
        }
    }

    @Test
    void whatFindsTheQueueFullIsRefusedAtOnce() throws Exception {
        try (TestProxy proxy = TestProxy.with("test.queue-limit", "1");
                SeedServer server = SeedServer.of(proxy, 1, Habit.HELD);
                Client client = proxy.connect()) {
            server.register("PP_1");
            client.send(Json.data("\"msgId\": 1", 1, "PP_1", "a") + Json.data("\"msgId\": 2", 1, "PP_1", "b")
                    + Json.data("\"msgId\": 3", 1, "PP_1", "c"));
            JsonNode refusal = client.next();
            assertThat(code(refusal)).isEqualTo("OVERLOADED");
            assertThat(refusal.get("msgId").asInt()).isEqualTo(3);
            assertThat(refusal.get("retryable").asBoolean()).isTrue();
            server.let(2);
            assertThat(client.next().get("msgId").asInt()).isEqualTo(1);
            assertThat(client.next().get("msgId").asInt()).isEqualTo(2);
        }
    }

    @Test
    void whatWaitsTooLongIsRefusedAndNeverSent() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.forward.queue-timeout", "100ms");
                SeedServer server = SeedServer.of(proxy, 1, Habit.HELD);
                Client client = proxy.connect()) {
            server.register("PP_1");
            client.send(Json.data("\"msgId\": 1", 1, "PP_1", "a") + Json.data("\"msgId\": 2", 1, "PP_1", "b"));
            JsonNode refusal = client.next();
            assertThat(code(refusal)).isEqualTo("OVERLOADED");
            assertThat(refusal.get("msgId").asInt()).isEqualTo(2);
            server.let(2);
            assertThat(client.next().get("msgId").asInt()).isEqualTo(1);
            assertThat(server.received()).hasSize(1);
            assertThat(proxy.waiting("PP_1")).isZero();
        }
    }

    @Test
    void serverThatComesTakesWhatWaits() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                SeedServer one = SeedServer.of(proxy, 1, Habit.HELD);
                Client client = proxy.connect()) {
            one.register("PP_1");
            client.send(Json.data("\"msgId\": 1", 1, "PP_1", "a") + Json.data("\"msgId\": 2", 1, "PP_1", "b"));
            await().until(() -> proxy.waiting("PP_1") == 1);
            try (MuxServer two = MuxServer.answering(proxy, 2, "PP_1")) {
                JsonNode answer = client.next();
                assertThat(answer.get("msgId").asInt()).isEqualTo(2);
                assertThat(answer.get("srcid").asInt()).isEqualTo(2);
                assertThat(two.received()).hasSize(1);
            }
        }
    }

    @Test
    void onePolicysStuckServersDoNotHoldUpAnother() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "1");
                SeedServer stuck = SeedServer.of(proxy, 1, Habit.HELD);
                SeedServer fine = SeedServer.of(proxy, 2);
                Client client = proxy.connect()) {
            stuck.register("PP_1");
            fine.register("PP_2");
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                all.append(Json.data("\"msgId\": " + i, 1, i % 2 == 0 ? "PP_1" : "PP_2", "p" + i));
            }
            client.send(all.toString());
            for (int i = 0; i < 10; i++) {
                assertThat(client.next().get("srcid").asInt()).isEqualTo(2);
            }
            assertThat(fine.received()).hasSize(10);
        }
    }

    @Test
    void messagesOfAClientThatLeftAreNotSentAnyMore() throws Exception {
        try (TestProxy proxy = TestProxy.with(); SeedServer server = SeedServer.of(proxy, 1, Habit.HELD)) {
            server.register("PP_1");
            Client gone = proxy.connect().send(Json.data(1, "PP_1", "a") + Json.data(1, "PP_1", "b"));
            await().until(() -> proxy.waiting("PP_1") == 1);
            gone.reset();
            await().until(() -> proxy.waiting("PP_1") == 0);
            server.let(10);
            try (Client client = proxy.connect().send(Json.data(2, "PP_1", "c"))) {
                assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("c"));
            }
            assertThat(server.received()).hasSize(2).noneMatch(message -> message.contains("\"b\""));
        }
    }

    /** Its backlog is full: the kernel answers no connect until there is room. */
    @Test
    void clientThatLeavesDuringTheConnectHarmsNobody() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.forward.connect-timeout", "30s", "revproc.forward.deadline",
                "60s");
                ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> fill = new ArrayList<>();
            while (fill.size() < 2) {
                fill.add(new Socket(full.getInetAddress(), full.getLocalPort()));
            }
            setUp(proxy, full.getLocalPort());
            Client gone = proxy.connect().send(Json.data(1, "PP_1", "a"));
            await().until(() -> proxy.entry("PP_1", 1).inFlight() == 1);
            gone.reset();
            await().until(() -> proxy.connections() == 0);
            byte[] got = new byte[1024];
            for (int i = 0; i < 3; i++) {
                try (Socket next = full.accept()) {
                    if (i < 2) {
                        continue;
                    }
                    int n = next.getInputStream().read(got);
                    assertThat(new String(got, 0, n, StandardCharsets.UTF_8)).isEqualTo(Json.data(1, "PP_1", "a"));
                    assertThat(proxy.entry("PP_1", 1).inFlight()).as("the server is busy with it").isEqualTo(1);
                    next.getOutputStream().write(Json.ack(1, 1, "a").getBytes(StandardCharsets.UTF_8));
                    await().until(() -> proxy.entry("PP_1", 1).inFlight() == 0);
                }
            }
            assertThat(proxy.entry("PP_1", 1).failed()).isZero();
            for (Socket socket : fill) {
                socket.close();
            }
        }
    }

    private static void setUp(TestProxy proxy, int port) throws IOException {
        InetSocketAddress address = proxy.address();
        try (Socket setup = new Socket(address.getAddress(), address.getPort())) {
            setup.getOutputStream()
                    .write(("{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_1\", \"listenport\": " + port + "}")
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(setup.getInputStream().read(new byte[1024])).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"type\": 2, \"srcid\"", "{\"type\": 0, \"srcid\": 1}", "nonsense",
            "{\"Error\": \"no\"}"})
    void answerThatIsNoneIsNamedAndTheConnectionStays(String answer) throws Exception {
        try (TestProxy proxy = TestProxy.with();
                ServerSocket odd = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Client client = proxy.connect()) {
            setUp(proxy, odd.getLocalPort());
            client.send(Json.data(1, "PP_1", "a"));
            try (Socket socket = odd.accept()) {
                assertThat(socket.getInputStream().read(new byte[1024])).isPositive();
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                socket.shutdownOutput();
                assertThat(code(client.next())).isEqualTo("SERVER_FAILED");
            }
            assertThat(code(client.send(Json.data(1, "PP_9", "b")).next())).isEqualTo("NO_SERVER");
            assertThat(proxy.entry("PP_1", 1).inFlight()).isZero();
        }
    }

    @Test
    void answerInPiecesIsOneAnswer() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                ServerSocket slow = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Client client = proxy.connect()) {
            setUp(proxy, slow.getLocalPort());
            client.send(Json.data(1, "PP_1", "a"));
            try (Socket socket = slow.accept()) {
                socket.setTcpNoDelay(true);
                assertThat(socket.getInputStream().read(new byte[1024])).isPositive();
                for (byte each : Json.ack(1, 1, "a").getBytes(StandardCharsets.UTF_8)) {
                    socket.getOutputStream().write(each);
                }
                assertThat(client.readOnce()).isEqualTo(Json.ack(1, 1, "a"));
                assertThat(socket.getInputStream().read()).as("closed without waiting for the server").isNegative();
            }
        }
    }

    @Test
    void clientThatDoesNotReadIsNotReadFrom() throws Exception {
        try (TestProxy proxy = TestProxy.with(); MuxServer server = MuxServer.held(proxy, 1, "PP_1")) {
            Client flood = proxy.connect().send(Json.data(1, "PP_1", "slow"));
            MuxServer.Delivery slow = server.take();
            CountDownLatch stuck = new CountDownLatch(1);
            long[] sent = new long[1];
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    byte[] bad = "{}".repeat(8192).getBytes(StandardCharsets.US_ASCII);
                    for (; sent[0] < 64 << 20; sent[0] += bad.length) {
                        flood.send(bad);
                    }
                } catch (IOException e) {
                    // closed at the end of the test
                } finally {
                    stuck.countDown();
                }
            });
            long[] before = {-1};
            await().pollInterval(Duration.ofMillis(200)).until(() -> {
                boolean same = before[0] == sent[0];
                before[0] = sent[0];
                return same;
            });
            assertThat(stuck.getCount()).as("64 MB of refusals were taken behind one unanswered message").isEqualTo(1);
            slow.answer();
            assertThat(flood.next().get("payload").asString()).isEqualTo(Json.sha1("slow"));
            assertThat(flood.next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            flood.close();
            assertThat(stuck.await(20, TimeUnit.SECONDS)).isTrue();
            writer.join();
        }
    }

    @Test
    void clientThatTakesNoneOfItsRepliesIsClosedInTime() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.idle-timeout", "500ms");
                Client flood = proxy.connect()) {
            CountDownLatch stuck = new CountDownLatch(1);
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    byte[] bad = "{}".repeat(8192).getBytes(StandardCharsets.US_ASCII);
                    while (true) {
                        flood.send(bad);
                    }
                } catch (IOException e) {
                    stuck.countDown();
                }
            });
            assertThat(stuck.await(20, TimeUnit.SECONDS)).as("the proxy closed it").isTrue();
            await().until(() -> proxy.connections() == 0);
        }
    }

    @Test
    void stopWaitsForTheRepliesThatAreOwed() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                SeedServer old = SeedServer.of(proxy, 2, Habit.HELD);
                Client client = proxy.connect();
                Client idle = proxy.connect()) {
            old.register("PP_2");
            client.send(Json.data(1, "PP_1", "a") + Json.data(1, "PP_2", "b") + Json.data(1, "PP_2", "c"));
            MuxServer.Delivery waiting = server.take();
            InetSocketAddress address = proxy.address();
            CountDownLatch stopped = proxy.stop();
            await().until(() -> refused(address));
            // each of several that came together, and as long as a reply is owed also what comes later
            idle.send(Json.data(2, "PP_1", "d").repeat(5));
            for (int i = 0; i < 5; i++) {
                assertThat(code(idle.next())).isEqualTo("SHUTTING_DOWN");
            }
            assertThat(idle.ended()).isTrue();
            client.send(Json.data(1, "PP_1", "e")).send(Json.data(1, "PP_1", "f"));
            old.let(2);
            waiting.answer();
            for (String payload : List.of("a", "b", "c")) {
                assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1(payload));
            }
            assertThat(code(client.next())).isEqualTo("SHUTTING_DOWN");
            assertThat(code(client.next())).isEqualTo("SHUTTING_DOWN");
            assertThat(client.ended()).isTrue();
            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static boolean refused(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void oneConnectionTooManyIsToldSo() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.max-connections", "1");
                Client first = proxy.connect()) {
            assertThat(code(first.send(Json.data(1, "PP_1", "a")).next())).isEqualTo("NO_SERVER");
            try (Client second = proxy.connect()) {
                assertThat(code(second.next())).isEqualTo("OVERLOADED");
                assertThat(second.ended()).isTrue();
            }
            assertThat(code(first.send(Json.data(1, "PP_1", "a")).next())).isEqualTo("NO_SERVER");
        }
    }

    @Test
    void messageThatDripsIsEndedAndIdleClientsToo() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.message-timeout", "300ms",
                "revproc.listener.idle-timeout", "300ms");
                SeedServer server = SeedServer.of(proxy, 1, Habit.LINGERS);
                Client dripping = proxy.connect();
                Client idle = proxy.connect()) {
            server.register("PP_1");
            dripping.send("{\"type\": 0, ");
            JsonNode refusal = dripping.next();
            assertThat(code(refusal)).isEqualTo("BAD_MESSAGE");
            assertThat(refusal.get("Error").asString()).contains("300 ms");
            assertThat(dripping.ended()).isTrue();
            assertThat(idle.ended()).isTrue();
            await().until(() -> proxy.connections() == 1);
            assertThat(proxy.entry("PP_1", 1).state().alive()).as("a server's idle connection is left alone").isTrue();
        }
    }
}
