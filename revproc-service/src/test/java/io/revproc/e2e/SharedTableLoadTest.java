package io.revproc.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.route.TableObserver.Change;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A proxy that is killed, a thousand servers, and how soon a registration is known to the other proxies. */
class SharedTableLoadTest extends ThreeProxies {
    @Test
    void serversOfAProxyThatWasKilledMoveToAnother() throws Exception {
        Cable cable = cable(0);
        TestProxy dies = start(cable.endpoint(), "revproc.store.etcd.lease-ttl", "3s");
        start(etcd().endpoints(1));
        start(etcd().endpoints(2));
        Map<String, Integer> routes = new TreeMap<>();
        List<RovingServer> moving = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            RovingServer server = server(i);
            everywhere("PP_" + i, i, server.join(dies, "PP_" + i));
            moving.add(server);
            routes.put("PP_" + i, i);
        }
        RovingServer left = server(9);
        everywhere("PP_9", 9, left.join(dies, "PP_9"));

        // As etcd and the servers see it: all at once its connections are gone, and it said nothing.
        cable.cut();
        proxies.remove(dies);
        dies.close();
        for (int i = 0; i < 6; i++) {
            everywhere("PP_" + i, i, moving.get(i).join(proxies.get(i % 2), "PP_" + i));
        }
        Traffic traffic = new Traffic(proxies, routes);
        nowhere("PP_9", 9);
        soon().until(() -> etcd().keys(0, prefix + "proxies/").size() == 2);
        traffic.awaitAnswers(12);
        assertThat(traffic.end()).as("messages refused").isEmpty();
        for (TestProxy proxy : proxies) {
            assertThat(shown(proxy)).containsOnlyKeys("PP_0/0", "PP_1/1", "PP_2/2", "PP_3/3", "PP_4/4", "PP_5/5");
            awaitSameAsEtcd(proxy, 0);
            assertThat(code(proxy, "PP_9")).isEqualTo("NO_SERVER");
        }
    }

    @Test
    void aThousandServersOfAHundredPolicies() throws Exception {
        startThree();
        Map<String, String> expected = new ConcurrentHashMap<>();
        List<Future<?>> joined = new ArrayList<>();
        try (ExecutorService some = Executors.newFixedThreadPool(16)) {
            for (int policy = 0; policy < 100; policy++) {
                String name = "PP_" + policy;
                for (int id = 0; id < 10; id++) {
                    int as = id;
                    // Serves its own policy only, and answers with its number.
                    RovingServer server = server(policy);
                    TestProxy proxy = proxies.get((policy + id) % 3);
                    joined.add(some.submit(() -> expected.put(name + "/" + as,
                            server.port() + " " + server.join(proxy, name, as).lease())));
                }
            }
        }
        for (Future<?> one : joined) {
            one.get();
        }
        assertThat(expected).hasSize(1000);
        // One that comes now reads all of it at once; the others heard of each.
        start(etcd().endpoints(0));
        for (TestProxy proxy : proxies) {
            soon().until(() -> shown(proxy).equals(expected));
            awaitSameAsEtcd(proxy, 0);
            for (int policy = 0; policy < 100; policy += 7) {
                answers(proxy, "PP_" + policy, policy);
            }
        }
    }

    /** Says how long it takes from a setup's first byte until another proxy's table has it. */
    @Test
    void registrationIsSoonKnownToTheOthers() throws Exception {
        startThree();
        int setups = 200;
        long[] nanos = new long[2 * setups];
        Map<String, Seen> awaited = new ConcurrentHashMap<>();
        for (TestProxy proxy : proxies) {
            proxy.table().observe((change, endpoint, table) -> {
                Seen seen = awaited.get(endpoint.spec().policy().text());
                if (change == Change.REGISTERED && seen != null && seen.own() != proxy) {
                    long now = System.nanoTime();
                    synchronized (seen) {
                        nanos[seen.next() + (int) seen.missing().getCount() - 1] = now - seen.start();
                        seen.missing().countDown();
                    }
                }
            });
        }
        RovingServer server = server(0);
        for (int i = 0; i < setups; i++) {
            TestProxy own = proxies.get(i % 3);
            Seen seen = new Seen(own, 2 * i, System.nanoTime(), new CountDownLatch(2));
            awaited.put("PP_" + i, seen);
            server.join(own, "PP_" + i, 0);
            assertThat(seen.missing().await(60, TimeUnit.SECONDS)).as("registration %d", i).isTrue();
        }
        Arrays.sort(nanos);
        assertThat(nanos[0]).as("each was seen twice").isPositive();
        System.out.printf(
                "Registration to the other proxies' tables, %d of them: p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                setups, nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6,
                nanos[nanos.length - 1] / 1e6);
    }

    /**
     * A registration that the two other proxies have yet to hear of.
     *
     * @param next where its two times go
     */
    private record Seen(TestProxy own, int next, long start, CountDownLatch missing) {}
}
