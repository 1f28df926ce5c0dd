package io.revproc.proxy.health;

import java.net.InetAddress;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PassiveHealthTest {
    private long now = 1_000_000_000L;
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH, () -> now);
    private final PassiveHealth health = new PassiveHealth(table, JudgeTest.PROPERTIES, () -> now, () -> 0);

    @Test
    void unreachableServerLeavesTheRotationAndGetsOneMessageAfterItsBackOff() {
        Endpoint endpoint = register(1, 1);
        register(2, 1);
        health.unreachable(endpoint);
        assertThat(endpoint.state().liveness()).isEqualTo(Liveness.FAILED);
        assertThat(routes().selectable()).hasSize(1);
        assertThat(routes().onTrial()).containsExactly(endpoint);
        assertThat(claim(endpoint)).isFalse();
        pass(199);
        assertThat(claim(endpoint)).isFalse();
        pass(1);
        assertThat(claim(endpoint)).isTrue();
        assertThat(claim(endpoint)).as("only one message").isFalse();

        health.unreachable(endpoint);
        pass(399);
        assertThat(claim(endpoint)).isFalse();
        pass(1);
        assertThat(claim(endpoint)).isTrue();
        health.answered(endpoint, 1_000);
        assertThat(endpoint.state().selectable()).isTrue();
        assertThat(health.remembered()).isZero();
    }

    @Test
    void part1ServerThatFailsAMessageIsNotAlive() {
        Endpoint endpoint = register(1, 1);
        health.failed(endpoint, ErrorCode.SERVER_FAILED, 1_000_000);
        assertThat(endpoint.state().alive()).isFalse();
    }

    @Test
    void serverWithALeaseIsEjectedAfterSomeFailuresAndRestoredByAnAnswer() {
        Endpoint endpoint = register(1, 2);
        for (int i = 0; i < 3; i++) {
            assertThat(endpoint.state().alive()).isTrue();
            health.failed(endpoint, ErrorCode.TIMEOUT, 1_000_000);
            pass(100);
        }
        assertThat(endpoint.state().liveness()).isEqualTo(Liveness.EJECTED);
        pass(1_899);
        assertThat(claim(endpoint)).isFalse();
        pass(1);
        assertThat(claim(endpoint)).isTrue();
        pass(5);
        health.answered(endpoint, TimeUnit.MILLISECONDS.toNanos(5));
        assertThat(endpoint.state().selectable()).isTrue();
        assertThat(health.remembered()).isEqualTo(1);
        pass(60_000);
        health.answered(endpoint, 1_000);
        assertThat(health.remembered()).isZero();
    }

    @Test
    void answersBetweenFailuresKeepAServerIn() {
        Endpoint endpoint = register(1, 2);
        for (int i = 0; i < 100; i++) {
            health.failed(endpoint, ErrorCode.TIMEOUT, 1_000_000);
            pass(100);
            health.failed(endpoint, ErrorCode.TIMEOUT, 1_000_000);
            pass(100);
            health.answered(endpoint, 1_000);
        }
        assertThat(endpoint.state().selectable()).isTrue();
        assertThat(health.remembered()).isZero();
    }

    @Test
    void newSetupWipesTheSlate() {
        Endpoint endpoint = register(1, 1);
        health.unreachable(endpoint);
        assertThat(register(1, 1)).isSameAs(endpoint);
        assertThat(endpoint.state().selectable()).isTrue();
        assertThat(health.remembered()).isZero();
        pass(10_000);
        assertThat(claim(endpoint)).isFalse();
    }

    @Test
    void lostSessionStaysLostWhateverItsMessagesMeet() {
        Endpoint endpoint = register(1, 2);
        table.update(endpoint, state -> state.lose("lease-1"));
        health.unreachable(endpoint);
        health.failed(endpoint, ErrorCode.SERVER_FAILED, 1_000_000);
        health.answered(endpoint, 1_000);
        assertThat(endpoint.state().liveness()).isEqualTo(Liveness.LOST);
        assertThat(health.remembered()).isZero();
    }

    @Test
    void removedServerIsForgottenAlsoIfItsMessagesFailLater() {
        Endpoint endpoint = register(1, 1);
        health.unreachable(endpoint);
        table.remove(endpoint);
        health.failed(endpoint, ErrorCode.TIMEOUT, 1_000_000);
        health.unreachable(endpoint);
        assertThat(endpoint.state().liveness()).isEqualTo(Liveness.REMOVED);
        assertThat(health.remembered()).isZero();
    }

    @Test
    void serverReadBackFromAStoreIsTriedByTheNextMessage() {
        EndpointSpec spec = spec(1, 1);
        Endpoint endpoint = table.register(spec, new EndpointState(Mode.ACTIVE, Liveness.FAILED, null), Instant.EPOCH);
        assertThat(routes().selectable()).isEmpty();
        assertThat(claim(endpoint)).isTrue();
        health.answered(endpoint, 1_000);
        assertThat(endpoint.state().selectable()).isTrue();
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private boolean claim(Endpoint endpoint) {
        return endpoint.claimTrial(now, now + TimeUnit.MINUTES.toNanos(1));
    }

    private Endpoint register(int id, int proto) {
        return table.register(spec(id, proto), proto == 1 ? null : "lease-" + id);
    }

    private static EndpointSpec spec(int id, int proto) {
        return new EndpointSpec(Ident.of("PP_1"), Ident.of(id), InetAddress.getLoopbackAddress(), 9000 + id, proto,
                proto == 2, 1, null, 256, false, null, null);
    }

    private PolicyRoutes routes() {
        PolicyRoutes routes = table.routes().find("PP_1");
        if (routes == null) {
            throw new AssertionError("no policy");
        }
        return routes;
    }
}
