package io.revproc.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.revproc.EtcdHealth;
import io.revproc.EtcdMeters;
import io.revproc.proxy.etcd.EtcdStatus.State;
import io.revproc.wire.Ident;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An etcd that has no room left: the table is followed all the same, what is written waits, and it is said. */
class EtcdFullTest {
    private final List<TestProxy> proxies = new ArrayList<>();
    private final List<RovingServer> servers = new ArrayList<>();
    private EtcdCluster etcd;

    @BeforeEach
    void start() throws Exception {
        etcd = EtcdCluster.of(1, "--quota-backend-bytes=2000000");
    }

    @AfterEach
    void end() throws Exception {
        proxies.forEach(TestProxy::close);
        for (RovingServer server : servers) {
            server.close();
        }
        etcd.close();
    }

    private TestProxy proxy() {
        TestProxy proxy = TestProxy.with("revproc.store.etcd.endpoints", etcd.endpoints(0),
                "revproc.store.etcd.lease-ttl", "3s", "revproc.store.etcd.start-wait", "60s");
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

    private static boolean knows(TestProxy proxy, int id) {
        return proxy.table().find(Ident.of("PP_" + id), Ident.of(id)) != null;
    }

    private static String answer(TestProxy proxy, int id) throws Exception {
        try (Client client = proxy.connect()) {
            return client.send(Json.data(7, "PP_" + id, "hello")).next().path("srcid").asString();
        }
    }

    @Test
    void proxiesGoOnFollowingAndSayWhatWaits() throws Exception {
        TestProxy one = proxy();
        TestProxy two = proxy();
        server(1).join(one, "PP_1");
        RovingServer.Session leaves = server(2).join(one, "PP_2");
        soon().until(() -> knows(two, 1) && knows(two, 2));
        etcd.fill(0);
        long reloads = one.shared().reloads() + two.shared().reloads();

        server(3).join(one, "PP_3");
        soon().until(() -> one.shared().state() == State.FULL);
        assertThat(answer(one, 3)).isEqualTo("3");
        assertThat(one.shared().pending()).isPositive();
        Health health = Objects.requireNonNull(new EtcdHealth(one::shared).health());
        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.getDetails()).containsEntry("state", "full");
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        new EtcdMeters(one::shared).bindTo(metrics);
        assertThat(metrics.get("revproc.store.full").gauge().value()).isOne();
        assertThat(metrics.get("revproc.store.connected").gauge().value()).isOne();

        // Leases are renewed and changes that need no room go through; nobody begins anew.
        assertThat(leaves.say(5).path("Status").asString()).isEqualTo("Deregistered");
        soon().until(() -> !knows(two, 2));
        long revision = etcd.revision(0);
        soon().until(() -> one.shared().since().compareTo(Duration.ofSeconds(4)) > 0);
        assertThat(answer(two, 1)).isEqualTo("1");
        assertThat(one.shared().reloads() + two.shared().reloads()).isEqualTo(reloads);
        assertThat(etcd.revision(0)).as("signs of life cost no revision").isEqualTo(revision);
        // A proxy that comes now has the table, and no lease.
        TestProxy three = proxy();
        soon().until(() -> three.shared().state() == State.FULL);
        assertThat(answer(three, 1)).isEqualTo("1");
        server(4).join(three, "PP_4");

        etcd.makeRoom(0);
        soon().until(() -> knows(two, 3) && knows(two, 4) && knows(one, 4));
        for (TestProxy proxy : proxies) {
            soon().until(() -> proxy.shared().state() == State.IN_STEP && proxy.shared().pending() == 0);
        }
        assertThat(answer(two, 4)).isEqualTo("4");
    }
}
