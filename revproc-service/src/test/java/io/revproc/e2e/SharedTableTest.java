package io.revproc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.revproc.metrics.MetricsProperties;
import io.revproc.metrics.TableCollector;
import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.Terms;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.wire.Ident;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Three proxies with one switch table in an etcd that is well; servers that come, go and move. */
@ExtendWith(OutputCaptureExtension.class)
class SharedTableTest {
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static @Nullable EtcdCluster etcd;

    private final List<TestProxy> proxies = new ArrayList<>();
    private final List<RovingServer> servers = new ArrayList<>();
    private String prefix = "";

    @BeforeAll
    static void startEtcd() throws Exception {
        etcd = EtcdCluster.of(1);
    }

    @AfterAll
    static void endEtcd() throws Exception {
        RovingServer.closeAll(etcd);
    }

    @BeforeEach
    void startProxies() {
        prefix = "/test-" + RUNS.incrementAndGet() + "/";
        for (int i = 0; i < 3; i++) {
            proxies.add(proxy());
        }
    }

    @AfterEach
    void endAll() throws Exception {
        for (TestProxy proxy : proxies) {
            proxy.close();
        }
        for (RovingServer server : servers) {
            assertThat(server.wrong()).isEmpty();
            server.close();
        }
    }

    @Test
    void aServerOfANarrowerPolicyServesTheWiderOneAtEachProxyWhereThatIsWritten() throws Exception {
        String[] written = {"revproc.policies[eu].may-be-served-by", "eu-de", "revproc.policies[eu-de].owner", "d"};
        TestProxy one = proxy(written);
        TestProxy two = proxy(written);
        proxies.addAll(List.of(one, two));
        try (MuxServer server = MuxServer.answering(one, 1)) {
            assertThat(server.register("eu-de", ", \"wider\": true").get("alsoServes").toString())
                    .isEqualTo("[\"eu\"]");
            for (TestProxy proxy : proxies) {
                soon().until(() -> find(proxy, "eu-de", 1) != null);
            }
            try (Client there = two.connect();
                    Client elsewhere = proxies.getFirst().connect()) {
                assertThat(there.send(Json.data(7, "eu", "hello")).next().get("type").asInt()).isEqualTo(2);
                assertThat(elsewhere.send(Json.data(7, "eu", "hello")).next().get("code").asString())
                        .as("not written there").isEqualTo("NO_SERVER");
            }
            assertThat(server.received()).extracting(message -> message.get("privPoliId").asString())
                    .containsExactly("eu");
        }
    }

    /** The other proxy's own rules still allow the server: only the first one knows that its token is none any more. */
    @Test
    void whatARevokedServerHasOfAnotherProxysIsCutOffThereToo() throws Exception {
        TestProxy one = proxy("revproc.forward.in-flight-without-grant", "cut");
        TestProxy two = proxy("revproc.forward.in-flight-without-grant", "cut");
        proxies.addAll(List.of(one, two));
        one.rules().replace(rules("alpha"));
        two.rules().replace(rules("alpha"));
        try (MuxServer server = MuxServer.held(one, 1);
                Client client = two.connect()) {
            assertThat(server.register("PP_1", ", \"token\": \"alpha\"").has("lease")).isTrue();
            soon().until(() -> find(two, "PP_1", 1) != null);
            Endpoint there = Objects.requireNonNull(find(two, "PP_1", 1));
            client.send(Json.data(7, "PP_1", "a finding"));
            server.take();
            long before = System.nanoTime();
            one.rules().replace(rules("beta"));
            assertThat(client.next().get("code").asString()).isEqualTo("SERVER_FAILED");
            assertThat(System.nanoTime() - before).isLessThan(Duration.ofSeconds(1).toNanos());
            assertThat(there.inFlight()).isZero();
            assertThat(there.bar()).startsWith("The grant by which the server registered is no longer there");
            soon().until(() -> find(two, "PP_1", 1) == null);
            assertThat(client.send(Json.data(7, "PP_1", "after")).next().get("code").asString())
                    .isEqualTo("NO_SERVER");
        }
    }

    private static PolicyRules rules(String token) {
        return new PolicyRules(List.of(), false, new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false),
                List.of(new Grant("clinic", List.of(TokenHash.ofToken(token)), null, List.of(),
                        List.of(NamePattern.of("*")), List.of(),
                        new Terms(null, null, List.of(), List.of(), 0, null))),
                true);
    }

    /** A policy whose clients nobody is to hear of: their address is at its own proxy alone, and in nothing that this writes. */
    @Test
    void clientsOfAPolicyThatDisclosesNothingAreInNoLogRecordTraceMetricOrTable(CapturedOutput output,
            @TempDir Path directory) throws Exception {
        String hidden = "127.0.0.77";
        String shown = "127.0.0.78";
        try (OtlpReceiver receiver = new OtlpReceiver();
                TestProxy one = proxy("revproc.policies[hidden].record-in", "none",
                        "revproc.policies[hidden].access-log", "false", "revproc.policies[hidden].trace", "false",
                        "test.access-log", "on", "revproc.tracing.enabled", "true", "revproc.tracing.share", "100",
                        "revproc.tracing.endpoint", receiver.endpoint(), "revproc.audit.directory",
                        directory.toString(), "test.clients[hidden].allowed-cidrs", hidden);
                TestProxy other = proxy();
                MuxServer server = MuxServer.answering(one, 1)) {
            List<TableCollector> metrics = Stream.of(one, other).map(
                    proxy -> new TableCollector(proxy.table(), new MetricsProperties(100, 100, 100), code -> 0))
                    .toList();
            server.register("hidden", "");
            server.register("open", "");
            soon().until(() -> find(other, "hidden", 1) != null);
            assertThat(from(one, hidden, Json.data("\"receipt\": true", 8, "hidden", "x"))).contains("\"type\": 2",
                    "\"receiptError\": \"The deliveries of this privacy policy are not in the delivery record\"");
            assertThat(from(one, shown, Json.data("\"receipt\": true", 8, "open", "x"))).contains("\"receipt\": \"");
            assertThat(from(one, shown, Json.data(8, "hidden", "x"))).contains("NOT_ALLOWED");
            assertThat(from(one, hidden, Json.data(8, "hidden", "x").replace("}", ", \"deadlineMs\": 0}")))
                    .contains("BAD_MESSAGE");
            assertThat(etcd().values(0, "/").toString()).contains("hidden").doesNotContain(hidden, shown);
            for (TableCollector each : metrics) {
                StringBuilder labels = new StringBuilder();
                each.collect()
                        .forEach(metric -> metric.getDataPoints().forEach(point -> labels.append(point.getLabels())));
                assertThat(labels.toString()).contains("hidden").doesNotContain(hidden, shown);
            }
            assertThat(one.stop().await(20, TimeUnit.SECONDS)).isTrue();
            soon().until(
                    () -> receiver.spans().size() == 1 && output.getAll().contains("event=message client=" + shown));

            assertThat(receiver.spans().toString()).contains(shown).doesNotContain(hidden);
            assertThat(output.getAll()).contains("event=message client=" + shown)
                    .contains("event=client_refused peer=not-logged policy=hidden")
                    .doesNotContain("client=" + hidden, "peer=" + hidden, "policy=hidden server",
                            "policy=hidden outcome");
            assertThat(Records.entries(directory).toString()).contains(shown).doesNotContain(hidden);
            assertThat(server.received()).hasSize(2);
        }
    }

    /** Sends a message from this address, and returns what comes until the end. */
    private static String from(TestProxy proxy, String address, String message) throws IOException {
        try (Socket client = new Socket(proxy.address().getAddress(), proxy.address().getPort(),
                InetAddress.ofLiteral(address), 0)) {
            client.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private EtcdCluster etcd() {
        return Objects.requireNonNull(etcd);
    }

    private TestProxy proxy(String... more) {
        List<String> settings = new ArrayList<>(List.of("revproc.store.etcd.endpoints", etcd().endpoints(0),
                "revproc.store.etcd.prefix", prefix, "revproc.store.etcd.start-wait", "60s"));
        settings.addAll(List.of(more));
        return TestProxy.with(settings.toArray(String[]::new));
    }

    private RovingServer server(int id) throws Exception {
        RovingServer server = new RovingServer(id);
        servers.add(server);
        return server;
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5));
    }

    private static @Nullable Endpoint find(TestProxy proxy, String policy, int id) {
        return proxy.table().find(Ident.of(policy), Ident.of(id));
    }

    private static boolean is(TestProxy proxy, String policy, int id, Mode mode, Liveness liveness) {
        Endpoint found = find(proxy, policy, id);
        return found != null && found.state().mode() == mode && found.state().liveness() == liveness;
    }

    private void everywhere(String policy, int id, Mode mode, Liveness liveness) {
        for (TestProxy proxy : proxies) {
            soon().until(() -> is(proxy, policy, id, mode, liveness));
        }
    }

    private void nowhere(String policy, int id) {
        for (TestProxy proxy : proxies) {
            soon().until(() -> find(proxy, policy, id) == null);
        }
    }

    private static JsonNode ask(TestProxy proxy, String policy, String payload) throws Exception {
        try (Client client = proxy.connect()) {
            return client.send(Json.data(7, policy, payload)).next();
        }
    }

    private static void answers(TestProxy proxy, String policy, int id) throws Exception {
        assertThat(ask(proxy, policy, "hello").path("srcid").asString()).isEqualTo("" + id);
    }

    private static List<String> order(TestProxy proxy, String policy) {
        PolicyRoutes routes = proxy.table().routes().find(policy);
        return routes == null ? List.of() : routes.endpoints().stream().map(one -> one.spec().id().text()).toList();
    }

    @Test
    void eachProxyRemembersThePolicyWhoseLastServerHasGone() throws Exception {
        RovingServer server = server(1);
        server.join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        assertThat(proxies.get(2).table().remove(Objects.requireNonNull(find(proxies.get(2), "PP_1", 1)))).isTrue();
        server.close();
        nowhere("PP_1", 1);
        for (TestProxy proxy : proxies) {
            soon().until(() -> proxy.table().routes().unserved("PP_1") != null);
        }
        assertThat(proxies.get(0).table().forget(Ident.of("PP_1"))).isTrue();
        assertThat(proxies.get(1).table().routes().unserved("PP_1")).as("each for itself").isNotNull();
    }

    @Test
    void serverOfOneProxyIsReachedThroughAllOfThem() throws Exception {
        server(1).join(proxies.get(0), "PP_1");
        server(2).join(proxies.get(1), "PP_2");
        server(3).joinAsSeed(proxies.get(2), "PP_3");
        for (int i = 1; i <= 3; i++) {
            everywhere("PP_" + i, i, Mode.ACTIVE, Liveness.ALIVE);
        }
        for (TestProxy proxy : proxies) {
            answers(proxy, "PP_1", 1);
            answers(proxy, "PP_2", 2);
            answers(proxy, "PP_3", 3);
            assertThat(ask(proxy, "PP_4", "x").path("code").asString()).isEqualTo("NO_SERVER");
        }
    }

    @Test
    void allProxiesHaveTheSameTurn() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            server(i).join(proxies.get(i % 3), "PP_1");
            expected.add("" + i);
        }
        for (TestProxy proxy : proxies) {
            soon().until(() -> order(proxy, "PP_1").size() == 12
                    && order(proxy, "PP_1").equals(order(proxies.getFirst(), "PP_1")));
            assertThat(order(proxy, "PP_1")).containsExactlyInAnyOrderElementsOf(expected);
        }
        // A proxy that comes later has it too.
        proxies.add(proxy());
        assertThat(order(proxies.getLast(), "PP_1")).isEqualTo(order(proxies.getFirst(), "PP_1"));
    }

    @Test
    void sessionThatEndsTakesItsServerOutEverywhere() throws Exception {
        RovingServer.Session session = server(1).join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        session.close();
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.LOST);
        assertThat(ask(proxies.get(2), "PP_1", "x").path("code").asString()).isEqualTo("NO_LIVE_SERVER");

        RovingServer.Session back = servers.getFirst().join(proxies.get(1), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        answers(proxies.get(2), "PP_1", 1);
        assertThat(back.say(5).path("Status").asString()).isEqualTo("Deregistered");
        nowhere("PP_1", 1);
        soon().until(() -> etcd().keys(0, prefix + "servers/").isEmpty());
    }

    @Test
    void serverThatMovedIsNotTakenOutByTheEndOfItsOldSession() throws Exception {
        RovingServer server = server(1);
        RovingServer.Session old = server.join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        RovingServer.Session moved = server.join(proxies.get(1), "PP_1");
        for (TestProxy proxy : proxies) {
            soon().until(() -> moved.lease().equals(Objects.requireNonNull(find(proxy, "PP_1", 1)).state().lease()));
        }
        // Its old session hears that it is replaced, and its end means nothing.
        assertThat(old.say(3).path("code").asString()).isEqualTo("NOT_ALLOWED");
        old.close();
        RovingServer marker = server(2);
        marker.join(proxies.get(0), "PP_2");
        everywhere("PP_2", 2, Mode.ACTIVE, Liveness.ALIVE);
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        assertThat(moved.say(3).path("type").asInt()).isEqualTo(3);
    }

    @Test
    void addressBelongsToWhoeverRegisteredThereLastAtWhateverProxy() throws Exception {
        RovingServer server = server(1);
        server.joinAsSeed(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        // Dead, and what has its port now is another one.
        RovingServer.Session next = server.join(proxies.get(1), "PP_2", 2);
        everywhere("PP_2", 2, Mode.ACTIVE, Liveness.ALIVE);
        nowhere("PP_1", 1);
        soon().until(() -> etcd().keys(0, prefix + "servers/").size() == 1);
        wish(proxies.get(0), "PP_2", 2, Mode.MAINTENANCE);
        everywhere("PP_2", 2, Mode.MAINTENANCE, Liveness.ALIVE);
        server.join(proxies.get(2), "PP_3", 3);
        everywhere("PP_3", 3, Mode.ACTIVE, Liveness.ALIVE);
        everywhere("PP_2", 2, Mode.MAINTENANCE, Liveness.LOST);
        assertThat(next.next().path("event").asString()).isEqualTo("maintenance");
        assertThat(next.say(3).path("code").asString()).isEqualTo("NOT_ALLOWED");
        // A proxy that comes now sees the same, and its own server comes back by registering.
        proxies.add(proxy());
        everywhere("PP_2", 2, Mode.MAINTENANCE, Liveness.LOST);
        server.join(proxies.get(1), "PP_2", 2);
        everywhere("PP_2", 2, Mode.MAINTENANCE, Liveness.ALIVE);
        nowhere("PP_3", 3);
        wish(proxies.get(2), "PP_2", 2, Mode.ACTIVE);
        everywhere("PP_2", 2, Mode.ACTIVE, Liveness.ALIVE);
    }

    /** An old program listens whatever it is told: another one is there now. */
    @Test
    void refusedSetupSaysAtAllProxiesThatTheFormerOldServerIsGone() throws Exception {
        server(1).join(proxies.get(0), "PP_2");
        RovingServer address = server(1);
        address.joinAsSeed(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        everywhere("PP_2", 1, Mode.ACTIVE, Liveness.ALIVE);
        address.joinAsSeed(proxies.get(1), "PP_2");
        assertThat(proxies.get(1).setupsTaken()).isEqualTo(1);
        nowhere("PP_1", 1);
        everywhere("PP_2", 1, Mode.ACTIVE, Liveness.ALIVE);
        soon().until(() -> etcd().keys(0, prefix + "servers/").size() == 1);
    }

    /** Wherever they register at once: one of them has the address in the end, and it is the same one at all proxies. */
    @Test
    void allProxiesAgreeWhoseAnAddressIs() throws Exception {
        RovingServer server = server(1);
        for (int round = 0; round < 10; round++) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int at = i;
                String policy = "PP_" + round + "_" + i;
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        server.join(proxies.get(at), policy, 10 + at);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            soon().until(() -> {
                List<List<String>> tables = proxies.stream().map(proxy -> proxy.table().routes().policies().stream()
                        .map(policy -> policy.policy().text()).toList()).toList();
                return tables.getFirst().size() == 1 && tables.stream().distinct().count() == 1
                        && etcd().keys(0, prefix + "servers/").size() == 1;
            });
        }
    }

    @Test
    void liveServersPlaceIsNotTakenAtAnotherProxyEither() throws Exception {
        RovingServer.Session live = server(1).join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        RovingServer newcomer = server(2);
        assertThatThrownBy(() -> newcomer.join(proxies.get(1), "PP_1", 1)).hasMessageContaining("ID_TAKEN");
        assertThat(live.say(3).path("type").asInt()).isEqualTo(3);
        live.close();
        soon().until(() -> {
            try {
                return newcomer.join(proxies.get(1), "PP_1", 1) != null;
            } catch (AssertionError e) {
                return false;
            }
        });
    }

    @Test
    void whatAnOperatorWantsIsWantedByAll() throws Exception {
        RovingServer.Session session = server(1).join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);

        wish(proxies.get(1), 1, Mode.DRAINING);
        everywhere("PP_1", 1, Mode.DRAINING, Liveness.ALIVE);
        wish(proxies.get(2), 1, Mode.ACTIVE);
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        wish(proxies.get(1), 1, Mode.MAINTENANCE);
        everywhere("PP_1", 1, Mode.MAINTENANCE, Liveness.ALIVE);
        assertThat(session.next().path("event").asString()).isEqualTo("maintenance");

        // Neither a new session elsewhere nor a new proxy ends it.
        servers.getFirst().join(proxies.get(2), "PP_1");
        proxies.add(proxy());
        everywhere("PP_1", 1, Mode.MAINTENANCE, Liveness.ALIVE);
        wish(proxies.get(3), 1, Mode.ACTIVE);
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        answers(proxies.get(1), "PP_1", 1);

        Endpoint entry = Objects.requireNonNull(find(proxies.get(1), "PP_1", 1));
        proxies.get(1).table().remove(entry);
        nowhere("PP_1", 1);
    }

    @Test
    void maintenanceOutlivesTheServerAndItsProxy() throws Exception {
        server(1).join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        wish(proxies.get(1), 1, Mode.MAINTENANCE);
        everywhere("PP_1", 1, Mode.MAINTENANCE, Liveness.ALIVE);
        proxies.removeFirst().close();
        etcd().revokeLeases(0);
        everywhere("PP_1", 1, Mode.MAINTENANCE, Liveness.LOST);

        servers.getFirst().join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.MAINTENANCE, Liveness.ALIVE);
    }

    private static void wish(TestProxy proxy, int id, Mode mode) {
        wish(proxy, "PP_1", id, mode);
    }

    private static void wish(TestProxy proxy, String policy, int id, Mode mode) {
        proxy.table().update(Objects.requireNonNull(find(proxy, policy, id)), state -> state.withMode(mode));
    }

    @Test
    void drainOfASessionThatIsReplacedIsOver() throws Exception {
        server(1).join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        wish(proxies.get(1), 1, Mode.DRAINING);
        everywhere("PP_1", 1, Mode.DRAINING, Liveness.ALIVE);
        servers.getFirst().join(proxies.get(2), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        soon().until(() -> etcd().keys(0, prefix + "modes/").isEmpty());
    }

    @Test
    void seedServerThatRegistersElsewhereReplacesItself() throws Exception {
        server(1).joinAsSeed(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        RovingServer restarted = server(1);
        restarted.joinAsSeed(proxies.get(1), "PP_1");
        for (TestProxy proxy : proxies) {
            soon().until(() -> Objects.requireNonNull(find(proxy, "PP_1", 1)).spec().port() == restarted.port());
        }
        // No session holds it: it outlives the proxies.
        proxies.get(0).close();
        proxies.get(1).close();
        etcd().revokeLeases(0);
        TestProxy later = proxy();
        proxies.add(later);
        answers(later, "PP_1", 1);
    }

    @Test
    void entriesThatEtcdForgotAreWrittenAgain() throws Exception {
        RovingServer.Session session = server(1).join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        long reloads = proxies.get(0).shared().reloads();
        etcd().revokeLeases(0);
        soon().until(() -> proxies.get(0).shared().reloads() > reloads && proxies.get(0).shared().pending() == 0);
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        assertThat(session.say(3).path("type").asInt()).as("its session was never over").isEqualTo(3);
    }

    @Test
    void serverWhoseIdMovesToAnotherPolicyGetsNoMessageOfTheFirst() throws Exception {
        RovingServer server = server(1);
        for (int i = 0; i < 10; i++) {
            String policy = "PP_" + i;
            RovingServer.Session session = server.join(proxies.get(i % 3), policy);
            everywhere(policy, 1, Mode.ACTIVE, Liveness.ALIVE);
            answers(proxies.get((i + 1) % 3), policy, 1);
            session.say(5);
            nowhere(policy, 1);
            server.serveNoMore(policy);
            for (TestProxy proxy : proxies) {
                assertThat(ask(proxy, policy, "x").path("code").asString()).isEqualTo("NO_SERVER");
            }
        }
    }

    @Test
    void whatOthersWroteIsNotBelievedBlindly() throws Exception {
        server(1).join(proxies.get(0), "PP_1");
        everywhere("PP_1", 1, Mode.ACTIVE, Liveness.ALIVE);
        String here = entry("PP_9", 9, "127.0.0.1", null);
        etcd().put(0, prefix + "servers/PP_8/9", here);
        etcd().put(0, prefix + "servers/PP_9/9", here);
        etcd().put(0, prefix + "servers/PP_7/7", "not JSON");
        etcd().put(0, prefix + "servers/PP_7/8", "{}");
        etcd().put(0, prefix + "servers/PP_7/9", entry("PP_7", 9, "no address", null));
        etcd().put(0, prefix + "modes/PP_1/1", "{\"mode\": \"MAINTENANCE\"}");
        etcd().put(0, prefix + "servers/", "");
        etcd().put(0, prefix + "something/else", "");
        etcd().put(0, prefix + "servers/PP_6/6", entry("PP_6", 6, "192.0.2.6", null));
        everywhere("PP_6", 6, Mode.ACTIVE, Liveness.ALIVE);
        for (TestProxy proxy : proxies) {
            assertThat(proxy.table().routes().policies()).extracting(routes -> routes.policy().text())
                    .as("a loopback address of another machine is nobody here").containsExactly("PP_1", "PP_6");
            answers(proxy, "PP_1", 1);
        }
    }

    private static String entry(String policy, int id, String address, @Nullable String site) {
        return "{\"policy\": \"" + policy + "\", \"policyQuoted\": true, \"id\": \"" + id
                + "\", \"idQuoted\": false, \"address\": \"" + address
                + "\", \"port\": 9, \"proto\": 2, \"mux\": true, \"weight\": 1, \"zone\": null, \"maxInFlight\": 5, "
                + "\"tls\": false, \"owner\": null, \"registeredAt\": \"2026-01-01T00:00:00Z\", \"token\": \"t\", "
                + "\"lost\": false, \"proxy\": \"another\", \"site\": " + (site == null ? "null" : "\"" + site + "\"")
                + ", \"aKeyOfTomorrow\": 1}";
    }
}
