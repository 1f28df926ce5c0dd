package io.revproc.e2e;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.revproc.EtcdHealth;
import io.revproc.EtcdMeters;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Members of etcd that are killed, that stand still, that forget their history: three proxies go on routing by the last table,
 * take registrations of their own, and have the same table again afterwards.
 */
class EtcdFaultsTest extends ThreeProxies {
    private final Map<Integer, RovingServer.Session> pending = new TreeMap<>();

    /** Three proxies with a server each, which all of them know. */
    private Traffic begin() throws Exception {
        startThree();
        Map<String, Integer> routes = new TreeMap<>();
        for (int i = 0; i < 3; i++) {
            joined(i, i);
            routes.put("PP_" + i, i);
        }
        return new Traffic(proxies, routes);
    }

    /** A new server with a policy of its own, registered at a proxy. */
    private RovingServer.Session joined(int proxy, int id) throws Exception {
        RovingServer.Session session = server(id).join(proxies.get(proxy), "PP_" + id);
        everywhere("PP_" + id, id, session);
        return session;
    }

    /** Servers that come now, at each proxy, are known to all. */
    private void comeAtEach(int firstId) throws Exception {
        for (int i = 0; i < 3; i++) {
            joined(i, firstId + i);
            for (TestProxy proxy : proxies) {
                answers(proxy, "PP_" + (firstId + i), firstId + i);
            }
        }
    }

    private void allWellAgain(Traffic traffic) throws Exception {
        etcd().awaitHealthy();
        awaitConnected(true);
        for (TestProxy proxy : proxies) {
            soon().until(() -> proxy.shared().pending() == 0);
            awaitSameAsEtcd(proxy, 0);
            assertThat(new EtcdHealth(proxy::shared).health().getStatus()).isEqualTo(Status.UP);
        }
        traffic.awaitAnswers(9);
        assertThat(traffic.end()).as("messages refused").isEmpty();
    }

    @Test
    void oneMemberIsKilledAndThenTheLeader() throws Exception {
        Traffic traffic = begin();
        int follower = (etcd().leader() + 1) % 3;
        etcd().kill(follower);
        comeAtEach(10);
        etcd().start(follower);
        etcd().awaitHealthy();

        etcd().kill(etcd().leader());
        comeAtEach(20);
        etcd().heal();
        allWellAgain(traffic);
    }

    @Test
    void withoutAQuorumRoutingGoesOnAndSetupsWait() throws Exception {
        Traffic traffic = begin();
        RovingServer.Session leaves = joined(0, 5);
        etcd().kill(0);
        etcd().kill(1);
        awaitConnected(false);
        pendingAtEach(10);
        assertThat(leaves.say(5).path("Status").asString()).isEqualTo("Deregistered");
        assertThat(code(proxies.get(0), "PP_5")).isEqualTo("NO_SERVER");
        answers(proxies.get(1), "PP_5", 5);
        traffic.awaitAnswers(9);

        etcd().start(0);
        etcd().start(1);
        nowhere("PP_5", 5);
        reachedThroughAll(10);
        allWellAgain(traffic);
    }

    @Test
    void membersThatStandStill() throws Exception {
        Traffic traffic = begin();
        int leader = etcd().leader();
        etcd().signal((leader + 1) % 3, "STOP");
        comeAtEach(10);
        etcd().signal((leader + 1) % 3, "CONT");
        etcd().awaitHealthy();
        etcd().signal(etcd().leader(), "STOP");
        comeAtEach(20);
        etcd().heal();
        allWellAgain(traffic);
    }

    @Test
    void allStandStillForLongerThanARequestMayTake() throws Exception {
        Traffic traffic = begin();
        signalAll("STOP");
        awaitConnected(false);
        pendingAtEach(10);
        traffic.awaitAnswers(9);
        signalAll("CONT");
        reachedThroughAll(10);
        allWellAgain(traffic);
    }

    private void signalAll(String name) throws Exception {
        for (int i = 0; i < 3; i++) {
            etcd().signal(i, name);
        }
    }

    /** Servers that come while there is no etcd: their own proxies know them at once, and say that etcd does not. */
    private void pendingAtEach(int firstId) throws Exception {
        for (int i = 0; i < 3; i++) {
            TestProxy own = proxies.get(i);
            int id = firstId + i;
            pending.put(id, server(id).join(own, "PP_" + id));
            for (TestProxy proxy : proxies) {
                if (proxy == own) {
                    answers(proxy, "PP_" + id, id);
                } else {
                    assertThat(code(proxy, "PP_" + id)).isEqualTo("NO_SERVER");
                }
            }
            soon().until(() -> own.shared().pending() > 0);
            assertThat(new EtcdHealth(own::shared).health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            SimpleMeterRegistry metrics = new SimpleMeterRegistry();
            new EtcdMeters(own::shared).bindTo(metrics);
            assertThat(metrics.get("revproc.store.connected").gauge().value()).isZero();
            assertThat(metrics.get("revproc.store.pending").gauge().value()).isPositive();
        }
    }

    private void reachedThroughAll(int firstId) throws Exception {
        for (int id = firstId; id < firstId + 3; id++) {
            everywhere("PP_" + id, id, Objects.requireNonNull(pending.get(id)));
            for (TestProxy proxy : proxies) {
                answers(proxy, "PP_" + id, id);
            }
        }
    }

    @Test
    void historyThatIsForgottenWhileAProxyIsCutOffIsNotMissed() throws Exception {
        Cable cable = cable(0);
        TestProxy away = start(cable.endpoint());
        start(etcd().endpoints(1));
        start(etcd().endpoints(2));
        changeWhile(away, cable::cut, cable::mend);
    }

    @Test
    void historyThatIsForgottenWhileAMemberStandsStillIsNotMissed() throws Exception {
        TestProxy away = start(etcd().endpoint(0));
        start(etcd().endpoint(1) + "," + etcd().endpoint(2));
        start(etcd().endpoint(2) + "," + etcd().endpoint(1));
        changeWhile(away, () -> etcd().signal(0, "STOP"), () -> etcd().signal(0, "CONT"));
    }

    private interface Step {
        void run() throws Exception;
    }

    /** One comes, one goes, one moves and one stays while a proxy hears nothing, and etcd keeps no history of it. */
    private void changeWhile(TestProxy away, Step fault, Step end) throws Exception {
        RovingServer.Session goes = joined(1, 1);
        RovingServer moves = server(2);
        RovingServer.Session before = moves.join(proxies.get(0), "PP_2");
        everywhere("PP_2", 2, before);
        RovingServer.Session stays = joined(2, 3);
        fault.run();
        soon().until(() -> !away.shared().connected());
        long reloads = away.shared().reloads();
        assertThat(goes.say(5).path("Status").asString()).isEqualTo("Deregistered");
        RovingServer.Session comes = server(4).join(proxies.get(1), "PP_4");
        RovingServer.Session after = moves.join(proxies.get(2), "PP_2");
        proxies.remove(away);
        nowhere("PP_1", 1);
        everywhere("PP_4", 4, comes);
        everywhere("PP_2", 2, after);
        assertThat(find(away, "PP_1", 1)).as("the last table").isNotNull();
        etcd().compact(1);
        etcd().compact(2);

        end.run();
        proxies.add(away);
        nowhere("PP_1", 1);
        everywhere("PP_4", 4, comes);
        everywhere("PP_2", 2, after);
        everywhere("PP_3", 3, stays);
        etcd().awaitHealthy();
        for (TestProxy proxy : proxies) {
            awaitSameAsEtcd(proxy, 1);
            assertThat(code(proxy, "PP_1")).isEqualTo("NO_SERVER");
            answers(proxy, "PP_2", 2);
            answers(proxy, "PP_4", 4);
        }
        assertThat(away.shared().reloads()).isGreaterThan(reloads);
    }

    /** etcd lets the leases run out on its return: those who live enter their servers anew, and nobody misses them meanwhile. */
    @Test
    void leasesThatRanOutWhileAllStoodStillAreNoReasonToRefuse() throws Exception {
        Duration lease = Duration.ofSeconds(5);
        Cable cable = cable(0);
        TestProxy dies = start(cable.endpoint(), "revproc.store.etcd.lease-ttl", "5s");
        start(etcd().endpoints(1), "revproc.store.etcd.lease-ttl", "5s");
        start(etcd().endpoints(2), "revproc.store.etcd.lease-ttl", "5s");
        joined(0, 0);
        RovingServer.Session one = joined(1, 1);
        RovingServer.Session two = joined(2, 2);
        signalAll("STOP");
        awaitConnected(false);
        Traffic traffic = new Traffic(proxies.subList(1, 3), Map.of("PP_1", 1, "PP_2", 2));
        cable.cut();
        proxies.remove(dies);
        dies.close();
        for (TestProxy proxy : proxies) {
            soon().until(() -> proxy.shared().since().compareTo(lease) > 0);
        }
        answers(proxies.get(1), "PP_0", 0);
        signalAll("CONT");
        nowhere("PP_0", 0);
        everywhere("PP_1", 1, one);
        everywhere("PP_2", 2, two);
        allWellAgain(traffic);
    }
}
