package io.revproc.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.wire.Ident;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An etcd that comes back empty, or is away while an operator says something and the proxy that heard it dies. */
class EtcdForgetsTest {
    @TempDir
    Path directory;
    private final List<TestProxy> proxies = new ArrayList<>();
    private final List<RovingServer> servers = new ArrayList<>();
    private EtcdCluster etcd;

    @BeforeEach
    void start() throws Exception {
        etcd = EtcdCluster.of(1);
    }

    @AfterEach
    void end() throws Exception {
        proxies.forEach(TestProxy::close);
        for (RovingServer server : servers) {
            server.close();
        }
        etcd.close();
    }

    private TestProxy proxy(String file, String startWait) {
        TestProxy proxy = TestProxy.with("revproc.store.etcd.endpoints", etcd.endpoints(0),
                "revproc.store.etcd.timeout", "500ms", "revproc.store.etcd.start-wait", startWait, "test.shared-file",
                directory.resolve(file).toString());
        proxies.add(proxy);
        return proxy;
    }

    private RovingServer server(int id) throws Exception {
        RovingServer server = new RovingServer(id);
        servers.add(server);
        return server;
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5));
    }

    private static @Nullable Endpoint find(TestProxy proxy, int id) {
        return proxy.table().find(Ident.of("PP_" + id), Ident.of(id));
    }

    private static boolean has(TestProxy proxy, int id, Mode mode) {
        Endpoint found = find(proxy, id);
        return found != null && found.state().mode() == mode;
    }

    private static boolean say(TestProxy proxy, int id, Mode mode) {
        proxy.table().update(Objects.requireNonNull(find(proxy, id)), state -> state.withMode(mode));
        return proxy.store().keep(Ident.of("PP_" + id), Ident.of(id));
    }

    private static boolean remove(TestProxy proxy, int id) {
        proxy.table().remove(Objects.requireNonNull(find(proxy, id)));
        return proxy.store().keep(Ident.of("PP_" + id), Ident.of(id));
    }

    private static String answer(TestProxy proxy, int id) throws Exception {
        try (Client client = proxy.connect()) {
            return client.send(Json.data(7, "PP_" + id, "hello")).next().path("srcid").asString();
        }
    }

    private void everywhere(int id, Mode mode) {
        for (TestProxy proxy : proxies) {
            soon().until(() -> has(proxy, id, mode));
        }
    }

    @Test
    void proxiesTellItAllAgain() throws Exception {
        TestProxy one = proxy("1", "60s");
        TestProxy two = proxy("2", "60s");
        server(1).join(one, "PP_1");
        server(2).join(one, "PP_2");
        server(3).joinAsSeed(one, "PP_3");
        server(4).joinAsSeed(one, "PP_4");
        server(5).join(two, "PP_5");
        for (int id = 1; id <= 5; id++) {
            everywhere(id, Mode.ACTIVE);
        }
        assertThat(say(two, 1, Mode.MAINTENANCE)).isTrue();
        assertThat(say(two, 2, Mode.DRAINING)).isTrue();
        assertThat(remove(two, 4)).isTrue();
        // The old server's proxy is another one now.
        proxies.remove(one);
        TestProxy three = proxy("3", "60s");
        servers.get(0).join(three, "PP_1");
        servers.get(1).join(three, "PP_2");
        one.close();
        everywhere(1, Mode.MAINTENANCE);
        assertThat(say(three, 2, Mode.DRAINING)).isTrue();
        everywhere(2, Mode.DRAINING);

        etcd.forget();
        for (TestProxy proxy : proxies) {
            soon().until(() -> !proxy.shared().connected());
        }
        etcd.start(0);
        for (TestProxy proxy : proxies) {
            soon().until(() -> proxy.shared().connected() && proxy.shared().pending() == 0
                    && proxy.shared().resets() == 1);
        }
        everywhere(1, Mode.MAINTENANCE);
        everywhere(2, Mode.DRAINING);
        TestProxy later = proxy("later", "60s");
        assertThat(has(later, 1, Mode.MAINTENANCE)).isTrue();
        for (TestProxy proxy : proxies) {
            soon().until(() -> find(proxy, 5) != null && find(proxy, 3) != null);
            assertThat(answer(proxy, 3)).isEqualTo("3");
            assertThat(answer(proxy, 5)).isEqualTo("5");
            assertThat(find(proxy, 4)).as("taken out").isNull();
        }
    }

    @Test
    void whatWasSaidWithoutEtcdOutlivesItsProxy() throws Exception {
        TestProxy one = proxy("1", "60s");
        TestProxy two = proxy("2", "60s");
        for (int id = 1; id <= 3; id++) {
            server(id).joinAsSeed(two, "PP_" + id);
            everywhere(id, Mode.ACTIVE);
        }
        assertThat(say(one, 2, Mode.MAINTENANCE)).isTrue();
        everywhere(2, Mode.MAINTENANCE);
        etcd.kill(0);
        soon().until(() -> !one.shared().connected() && !two.shared().connected());
        assertThat(say(one, 1, Mode.MAINTENANCE)).as("etcd has it").isFalse();
        assertThat(say(one, 2, Mode.ACTIVE)).isFalse();
        assertThat(remove(one, 3)).isFalse();
        assertThat(one.store().pending(Ident.of("PP_1"), Ident.of(1))).isTrue();
        server(4).joinAsSeed(one, "PP_4");
        soon().until(() -> find(one, 4) != null);
        one.store().keep(Ident.of("PP_4"), Ident.of(4));
        // As a kill leaves it.
        Files.copy(directory.resolve("1"), directory.resolve("copy"));
        proxies.remove(one);
        one.close();

        TestProxy again = proxy("copy", "0s");
        assertThat(has(again, 1, Mode.MAINTENANCE)).isTrue();
        assertThat(has(again, 2, Mode.ACTIVE)).isTrue();
        assertThat(find(again, 3)).isNull();
        assertThat(answer(again, 4)).isEqualTo("4");
        assertThat(again.store().pending(Ident.of("PP_1"), Ident.of(1))).isTrue();
        etcd.start(0);
        everywhere(1, Mode.MAINTENANCE);
        everywhere(2, Mode.ACTIVE);
        everywhere(4, Mode.ACTIVE);
        for (TestProxy proxy : proxies) {
            soon().until(() -> find(proxy, 3) == null && proxy.shared().pending() == 0);
            assertThat(proxy.shared().resets()).isZero();
        }
        assertThat(again.store().pending(Ident.of("PP_1"), Ident.of(1))).isFalse();
    }
}
