package io.revproc.admin;

import java.net.InetAddress;
import java.time.Instant;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class RouteEventsTest {
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH, () -> 0);
    private final RouteEvents events = new RouteEvents(table, endpoint -> null);

    @Test
    void onlySoManyMayListen() {
        for (int i = 0; i < RouteEvents.MAX_SUBSCRIBERS; i++) {
            events.subscribe("peer " + i % 2);
        }
        assertThatExceptionOfType(Subscribers.TooManyException.class).isThrownBy(() -> events.subscribe("another"))
                .matches(e -> new Problems().handle(e).getStatus() == 503).withMessageContaining("64 clients");
        events.stop();
        await().until(() -> events.subscribers() == 0);
        events.subscribe("peer 0");
        events.stop();
    }

    @Test
    void nobodyTakesAllOfThem() {
        for (int i = 0; i < RouteEvents.MAX_SUBSCRIBERS / 2; i++) {
            events.subscribe("greedy");
        }
        assertThatExceptionOfType(Subscribers.TooManyException.class).isThrownBy(() -> events.subscribe("greedy"))
                .matches(Subscribers.TooManyException::ofPeer)
                .matches(e -> new Problems().handle(e).getStatus() == 429)
                .withMessageContaining("32 streams of this kind go to this account or address already");
        events.subscribe("another");
        events.stop();
        await().until(() -> events.subscribers() == 0);
        events.subscribe("greedy");
        events.stop();
    }

    @Test
    void endOfTheProxyEndsTheStreams() {
        events.start();
        events.subscribe("peer");
        events.stop();
        assertThat(events.isRunning()).isFalse();
        await().until(() -> events.subscribers() == 0);
    }

    @Test
    void whoDoesNotKeepUpIsCutOffAndTheTableNeverWaits() {
        Endpoint endpoint = table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(1),
                InetAddress.getLoopbackAddress(), 9001, 1, false, 1, null, 1, false, null, null), null);
        RouteEvents stuck = new RouteEvents(table, one -> null, sender -> Thread.ofVirtual().unstarted(() -> {}));
        stuck.subscribe("peer");
        for (int i = 0; i <= RouteEvents.MAX_WAITING; i++) {
            assertThat(stuck.subscribers()).isEqualTo(1);
            Mode mode = i % 2 == 0 ? Mode.DRAINING : Mode.ACTIVE;
            table.update(endpoint, state -> new EndpointState(mode, state.liveness(), null));
        }
        assertThat(stuck.subscribers()).isZero();
    }
}
