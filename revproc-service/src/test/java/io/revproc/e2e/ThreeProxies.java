package io.revproc.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.wire.Ident;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Proxies that share a table in an etcd of three members, on which the tests of a class do what they like. */
abstract class ThreeProxies {
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static @Nullable EtcdCluster etcd;

    final List<TestProxy> proxies = new ArrayList<>();
    private final List<RovingServer> servers = new ArrayList<>();
    private final List<Cable> cables = new ArrayList<>();
    final String prefix = "/faults-" + RUNS.incrementAndGet() + "/";

    @BeforeAll
    static void startEtcd() throws Exception {
        etcd = EtcdCluster.of(3);
    }

    @AfterAll
    static void endEtcd() throws Exception {
        RovingServer.closeAll(etcd);
        etcd = null;
    }

    @AfterEach
    void endAll() throws Exception {
        for (Cable cable : cables) {
            cable.close();
        }
        for (TestProxy proxy : proxies) {
            proxy.close();
        }
        etcd().heal();
        for (RovingServer server : servers) {
            server.close();
            assertThat(server.wrong()).isEmpty();
        }
    }

    static EtcdCluster etcd() {
        return Objects.requireNonNull(etcd);
    }

    /** Three proxies, each of which asks another member first. */
    void startThree() {
        for (int i = 0; i < 3; i++) {
            start(etcd().endpoints(i));
        }
    }

    TestProxy start(String endpoints, String... more) {
        List<String> settings = new ArrayList<>(List.of("revproc.store.etcd.endpoints", endpoints,
                "revproc.store.etcd.prefix", prefix, "revproc.store.etcd.start-wait", "60s",
                "revproc.store.etcd.timeout", "1s"));
        settings.addAll(List.of(more));
        TestProxy proxy = TestProxy.with(settings.toArray(String[]::new));
        proxies.add(proxy);
        return proxy;
    }

    Cable cable(int member) throws Exception {
        Cable cable = new Cable(etcd().port(member));
        cables.add(cable);
        return cable;
    }

    RovingServer server(int id) throws Exception {
        RovingServer server = new RovingServer(id);
        servers.add(server);
        return server;
    }

    static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5));
    }

    static @Nullable Endpoint find(TestProxy proxy, String policy, int id) {
        return proxy.table().find(Ident.of(policy), Ident.of(id));
    }

    /** Waits until all proxies show this registration of the server, alive. */
    void everywhere(String policy, int id, RovingServer.Session session) {
        for (TestProxy proxy : proxies) {
            soon().until(() -> {
                Endpoint found = find(proxy, policy, id);
                return found != null && found.state().alive() && session.lease().equals(found.state().lease());
            });
        }
    }

    void nowhere(String policy, int id) {
        for (TestProxy proxy : proxies) {
            soon().until(() -> find(proxy, policy, id) == null);
        }
    }

    void awaitConnected(boolean connected) {
        for (TestProxy proxy : proxies) {
            soon().until(() -> proxy.shared().connected() == connected);
        }
    }

    static JsonNode ask(TestProxy proxy, String policy) throws Exception {
        try (Client client = proxy.connect()) {
            return client.send(Json.data(7, policy, "hello")).next();
        }
    }

    static void answers(TestProxy proxy, String policy, int id) throws Exception {
        assertThat(ask(proxy, policy).path("srcid").asString()).isEqualTo("" + id);
    }

    static String code(TestProxy proxy, String policy) throws Exception {
        return ask(proxy, policy).path("code").asString();
    }

    /** Waits until the proxy's table is etcd's: the same servers, policies, addresses and registrations. */
    void awaitSameAsEtcd(TestProxy proxy, int member) {
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(shown(proxy)).isEqualTo(entries(member)));
    }

    static Map<String, String> shown(TestProxy proxy) {
        Map<String, String> shown = new TreeMap<>();
        for (PolicyRoutes policy : proxy.table().routes().policies()) {
            for (Endpoint endpoint : policy.endpoints()) {
                assertThat(endpoint.spec().policy()).isEqualTo(policy.policy());
                shown.put(policy.policy().text() + "/" + endpoint.spec().id().text(),
                        endpoint.spec().port() + " " + endpoint.state().lease());
            }
        }
        return shown;
    }

    /** What etcd has, in the words of {@link #shown}. */
    private Map<String, String> entries(int member) {
        Map<String, String> entries = new TreeMap<>();
        etcd().values(member, prefix + "servers/").forEach((key, value) -> {
            JsonNode entry = Json.parse(value);
            assertThat(key).isEqualTo(
                    prefix + "servers/" + entry.path("policy").asString() + "/" + entry.path("id").asString());
            entries.put(entry.path("policy").asString() + "/" + entry.path("id").asString(),
                    entry.path("port").asString() + " " + entry.path("token").asString());
        });
        return entries;
    }
}
