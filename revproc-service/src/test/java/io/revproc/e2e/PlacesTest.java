package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.wire.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Whose an address, a policy and an id are when several servers want them. */
@ExtendWith(OutputCaptureExtension.class)
class PlacesTest {
    /** The everyday case of pods: the next one at an address is another server. */
    @Test
    void messageForADeadOldServerDoesNotReachTheOneThatHasItsPortNow(CapturedOutput output) throws Exception {
        try (TestProxy proxy = TestProxy.with();
                Client client = proxy.connect();
                MuxServer other = MuxServer.answering(proxy, 2, "PB")) {
            int port = proxy.entry("PB", 2).spec().port();
            other.register("PB", "");
            say(proxy, setup(1, "PA", port, ""));
            assertThat(client.send(Json.data(7, "PB", "x")).next().get("code").asString()).isEqualTo("NO_SERVER");
            // It was there first, lives, and hears of it: it registers anew and has its address again.
            other.register("PB", "");
            JsonNode refusal = client.send(Json.data(7, "PA", "not for PB's server")).next();
            assertThat(refusal.get("code").asString()).isEqualTo("NO_SERVER");
            assertThat(client.send(Json.data(7, "PB", "y")).next().get("type").asInt()).isEqualTo(2);
            assertThat(other.received()).extracting(each -> each.get("payload").asString()).containsExactly("y");
            assertThat(output).contains("event=replaced server=PB/2 ").contains(" by=PA/1 ")
                    .contains("event=replaced server=PA/1 ");
        }
    }

    @Test
    void oldServersPortGoesToTheNextOldServer() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                SeedServer b = SeedServer.of(proxy, 2);
                Client client = proxy.connect()) {
            b.register("PB");
            int port = proxy.entry("PB", 2).spec().port();
            say(proxy, setup(1, "PA", port, ""));
            b.register("PB");
            assertThat(client.send(Json.data(7, "PA", "x")).next().get("code").asString()).isEqualTo("NO_SERVER");
            b.register("PC");
            assertThat(client.send(Json.data(7, "PB", "x")).next().get("code").asString())
                    .as("one policy for an old server, if the settings say nothing else").isEqualTo("NO_SERVER");
            assertThat(client.send(Json.data(7, "PC", "x")).next().get("payload").asString()).isEqualTo(Json.sha1("x"));
        }
    }

    /** An old program listens whatever it is told. */
    @ParameterizedTest
    @ValueSource(strings = {"ID_TAKEN", "NOT_ALLOWED"})
    void messageForADeadOldServerDoesNotReachARefusedOneAtItsAddress(String refusal, CapturedOutput output)
            throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.registration.max-endpoints-per-policy", "1");
                MuxServer live = MuxServer.answering(proxy, 1, "PA");
                SeedServer newcomer = SeedServer.of(proxy, refusal.equals("ID_TAKEN") ? 1 : 2);
                Client client = proxy.connect()) {
            assertThat(say(proxy, setup(7, "PB", newcomer.port(), "")).has("Status")).isTrue();
            assertThat(newcomer.register("PA")).contains(refusal);
            assertThat(client.send(Json.data(7, "PB", "x")).next().get("code").asString()).isEqualTo("NO_SERVER");
            assertThat(client.send(Json.data(7, "PA", "y")).next().get("type").asInt()).isEqualTo(2);
            assertThat(newcomer.received()).isEmpty();
            assertThat(live.received()).hasSize(1);
            assertThat(output).contains("event=replaced server=PB/7 ");
        }
    }

    @Test
    void nothingOvertakesAnAnswerThatWaits() throws Exception {
        BlockingQueue<Consumer<Boolean>> waiting = new LinkedBlockingQueue<>();
        try (TestProxy proxy = TestProxy.with().settledBy((newest, done) -> waiting.add(done));
                MuxServer served = MuxServer.answering(proxy, 3, "PC");
                Client server = proxy.connect();
                Client hasty = proxy.connect();
                Client other = proxy.connect()) {
            assertThat(say(proxy, setup(1, "PA", 9, "")).has("Status")).isTrue();
            server.send(Json.data(7, "PC", "before") + setup(2, "PB", 9, ", \"proto\": 2") + "{}"
                    + Json.data(7, "PC", "after"));
            assertThat(server.next().get("payload").asString()).isEqualTo(Json.sha1("before"));
            Consumer<Boolean> done = waiting.take();
            assertThat(other.send(Json.data(7, "PA", "x")).next().get("code").asString()).isEqualTo("NO_SERVER");
            assertThat(served.received()).as("what was said later is not even looked at").hasSize(1);
            done.accept(true);
            assertThat(server.next().get("lease").asString()).isNotEmpty();
            assertThat(server.next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(server.next().get("payload").asString()).isEqualTo(Json.sha1("after"));

            hasty.send(setup(4, "PD", 9, "")).endOutput();
            waiting.take().accept(false);
            assertThat(hasty.next().get("code").asString()).isEqualTo("OVERLOADED");
            assertThat(hasty.ended()).isTrue();
            assertThat(proxy.table().routes().find("PD")).isNull();
        }
    }

    /** Whichever of the two comes first, or in the same turn of the loop. */
    @Test
    void answerThatWaitedIsReadThoughTheServerEndsItsSideMeanwhile() throws Exception {
        BlockingQueue<Consumer<Boolean>> waiting = new LinkedBlockingQueue<>();
        try (TestProxy proxy = TestProxy.with().settledBy((newest, done) -> waiting.add(done))) {
            for (int i = 1; i <= 100; i++) {
                try (Client hasty = proxy.connect()) {
                    assertThat(say(proxy, setup(1, "PA" + i, i, "")).has("Status")).isTrue();
                    hasty.send(setup(4, "PD" + i, i, "")).endOutput();
                    waiting.take().accept(false);
                    assertThat(hasty.next().get("code").asString()).isEqualTo("OVERLOADED");
                }
            }
        }
    }

    @Test
    void serverWithSessionsServesSeveralPoliciesAtOneAddress() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                MuxServer server = MuxServer.answering(proxy, 1, "PA", "PB", "PC");
                Client client = proxy.connect()) {
            for (String policy : List.of("PA", "PB", "PC")) {
                assertThat(client.send(Json.data(7, policy, policy)).next().get("type").asInt()).isEqualTo(2);
            }
            assertThat(server.received()).hasSize(3);
        }
    }

    @Test
    void liveServersPlaceIsNotTakenAndIsHadOnTheSameConnectionOnceItIsLost(CapturedOutput output) throws Exception {
        try (TestProxy proxy = TestProxy.with();
                MuxServer live = MuxServer.answering(proxy, 1, "PA");
                MuxServer newcomer = MuxServer.answering(proxy, 1);
                Client client = proxy.connect()) {
            int port = proxy.entry("PA", 1).spec().port();
            JsonNode refusal = newcomer.register("PA", "");
            assertThat(refusal.get("code").asString()).isEqualTo("ID_TAKEN");
            assertThat(refusal.get("retryable").asBoolean()).isTrue();
            assertThat(refusal.get("Error").asString()).contains("127.0.0.1:" + port);
            // An old server has no better right.
            assertThat(say(proxy, setup(1, "PA", port + 1, "")).get("code").asString()).isEqualTo("ID_TAKEN");
            assertThat(client.send(Json.data(7, "PA", "x")).next().get("type").asInt()).isEqualTo(2);
            assertThat(live.received()).hasSize(1);
            live.close();
            await().until(() -> newcomer.register("PA", "").has("lease"));
            assertThat(client.send(Json.data(7, "PA", "y")).next().get("type").asInt()).isEqualTo(2);
            assertThat(newcomer.received()).hasSize(1);
            assertThat(output).contains("reason=id-taken").contains("event=replaced server=PA/1 ");
        }
    }

    @Test
    void oneStaleLeaseEndsNeitherTheOthersNorTheConnection() throws Exception {
        try (TestProxy proxy = TestProxy.with(); Client server = proxy.connect()) {
            String first = lease(server, "PA");
            String second = lease(server, "PB");
            proxy.table().remove(proxy.entry("PA", 1));
            assertThat(server.send(heartbeat(first)).next().get("code").asString()).isEqualTo("NOT_ALLOWED");
            assertThat(server.send(heartbeat(second)).next().get("type").asInt()).isEqualTo(3);
            String again = lease(server, "PA");
            assertThat(server.send(heartbeat(again)).next().get("type").asInt()).isEqualTo(3);
            assertThat(proxy.entry("PB", 1).state().alive()).isTrue();
        }
    }

    @Test
    void serverSetUpIntoMaintenanceIsTold() throws Exception {
        try (TestProxy proxy = TestProxy.with(); Client server = proxy.connect(); Client again = proxy.connect()) {
            lease(server, "PA");
            proxy.table().update(proxy.entry("PA", 1), state -> state.withMode(Mode.MAINTENANCE));
            assertThat(server.next().get("event").asString()).isEqualTo("maintenance");
            lease(again, "PA");
            assertThat(again.next().get("event").asString()).isEqualTo("maintenance");
            proxy.table().update(proxy.entry("PA", 1), state -> state.withMode(Mode.ACTIVE));
            assertThat(again.next().get("event").asString()).isEqualTo("resumed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2"})
    void proxysOwnListenerIsNoServer(String from) throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.address", "0.0.0.0",
                "revproc.listener.plaintext", "true"); Client client = proxy.connect()) {
            int port = proxy.address().getPort();
            for (String more : List.of("", ", \"proto\": 2", ", \"proto\": 2, \"mux\": true")) {
                JsonNode refusal = say(InetAddress.ofLiteral(from), port, setup(1, "PA", port, more));
                assertThat(refusal.get("code").asString()).isEqualTo("NOT_ALLOWED");
                assertThat(refusal.get("Error").asString()).contains("proxy's own listener");
            }
            assertThat(client.send(Json.data(7, "PA", "x")).next().get("code").asString()).isEqualTo("NO_SERVER");
        }
    }

    /** Two proxies that are each other's servers: a message goes round once at most, and comes back as a refusal. */
    @ParameterizedTest
    @ValueSource(strings = {"", ", \"proto\": 2, \"mux\": true"})
    void messageDoesNotGoRoundForEver(String more) throws Exception {
        try (TestProxy a = TestProxy.with("revproc.forward.deadline", "500ms", "revproc.forward.queue-timeout",
                "300ms");
                TestProxy b = TestProxy.with("revproc.forward.deadline", "500ms", "revproc.forward.queue-timeout",
                        "300ms");
                Client toA = a.connect();
                Client toB = b.connect();
                Client client = a.connect()) {
            assertThat(toA.send(setup(1, "PA", b.address().getPort(), more)).next().has("Status")).isTrue();
            assertThat(toB.send(setup(1, "PA", a.address().getPort(), more)).next().has("Status")).isTrue();
            JsonNode refusal = client.send(Json.data(7, "PA", "x")).next();
            assertThat(refusal.has("Error")).isTrue();
            assertThat(a.connections() + b.connections()).as("registrations, the client, and one round")
                    .isLessThanOrEqualTo(6);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\": 1, \"id\": 1, \"privPolyId\": \"PA\"}",
            "{\"type\": 1, \"id\": 1, \"privPolyId\": \"PA\", \"listenport\": 0}",
            "{\"type\": 1, \"id\": 1, \"privPolyId\": \".\", \"listenport\": 9}",
            "{\"type\": 1, \"id\": 1, \"privPolyId\": \"..\", \"listenport\": 9}",
            "{\"type\": 1, \"id\": 1, \"privPolyId\": \"a\\\\b\", \"listenport\": 9}",
            "{\"type\": \"1\", \"id\": 1, \"privPolyId\": [], \"listenport\": 9}",
            "{\"type\": 1, \"id\": 1, \"privPolyId\": \"PA\", \"listenport\": 9, \"listenport\": 10}"})
    void malformedSetupLeavesATrace(String setup, CapturedOutput output) throws Exception {
        try (TestProxy proxy = TestProxy.with(); Client server = proxy.connect()) {
            assertThat(server.send(setup).next().get("code").asString()).isEqualTo(ErrorCode.BAD_MESSAGE.name());
            assertThat(proxy.setupsRefused()).isEqualTo(1);
            assertThat(output).containsOnlyOnce("event=registration_refused peer=127.0.0.1 ").contains("malformed");
            assertThat(proxy.table().routes().policies()).isEmpty();
        }
    }

    private static String heartbeat(String lease) {
        return "{\"type\": 3, \"lease\": \"" + lease + "\"}";
    }

    private static String lease(Client server, String policy) throws IOException {
        return server.send(setup(1, policy, 9, ", \"proto\": 2")).next().get("lease").asString();
    }

    private static String setup(int id, String policy, int port, String more) {
        return "{\"type\": 1, \"id\": " + id + ", \"privPolyId\": \"" + policy + "\", \"listenport\": " + port + more
                + "}";
    }

    private static JsonNode say(TestProxy proxy, String message) throws IOException {
        return say(InetAddress.getLoopbackAddress(), proxy.address().getPort(), message);
    }

    private static JsonNode say(InetAddress from, int port, String message) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            return new Messages(socket.getInputStream()).next();
        }
    }
}
