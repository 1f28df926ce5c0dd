package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.transport.HeldLoop;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Which endpoint a message gets, whether it waits, and why it is refused. */
class PlacementTest {
    private static final long DEADLINE = 1_000_000_000;

    private final HeldLoop loop = new HeldLoop();
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(3, 10),
            () -> Instant.EPOCH, () -> 0);
    private final Map<Endpoint, MuxConnection> connections = new HashMap<>();
    private boolean outOfDate;
    private int freed;
    private final Placement placement = new Placement(loop.context(), connections::get, () -> outOfDate, DEADLINE,
            () -> freed++);

    @AfterEach
    void end() {
        loop.close();
    }

    private Endpoint server(int id, int proto, boolean mux, int maxInFlight) {
        return table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(id), InetAddress.getLoopbackAddress(),
                9000 + id, proto, mux, 1, null, maxInFlight, false, null, null), proto == 1 ? null : "lease-" + id);
    }

    private PolicyRoutes routes() {
        return Objects.requireNonNull(table.routes().find("PP_1"));
    }

    private TestExchange message() {
        return new TestExchange(routes(), 0);
    }

    private Place place(Exchange exchange) {
        return placement.place(exchange, routes());
    }

    private static @Nullable Endpoint at(Place place) {
        return place instanceof Place.Placed placed ? placed.endpoint() : null;
    }

    @Test
    void messageTakesItsPlaceInTurn() {
        Endpoint one = server(1, 2, true, 10);
        Endpoint two = server(2, 2, false, 10);
        Exchange first = message();
        Exchange second = message();
        assertThat(at(place(first))).isIn(one, two).isSameAs(first.permit.endpoint());
        assertThat(at(place(second))).isIn(one, two).isNotSameAs(first.permit.endpoint());
        assertThat(one.inFlight()).isEqualTo(1);
        assertThat(two.inFlight()).isEqualTo(1);
        assertThat(routes().load().inFlight()).isEqualTo(2);
    }

    @Test
    void messageWaitsWhereEveryServerOrThePolicyIsFull() {
        server(1, 2, true, 1);
        assertThat(place(message())).isInstanceOf(Place.Placed.class);
        assertThat(place(message())).isEqualTo(Place.Full.FULL);
        server(2, 2, true, 10);
        assertThat(place(message())).isInstanceOf(Place.Placed.class);
        assertThat(place(message())).isInstanceOf(Place.Placed.class);
        assertThat(place(message())).as("the policy has three places").isEqualTo(Place.Full.FULL);
    }

    @ParameterizedTest
    @CsvSource({
            // proto, too large, tried, short of sockets, out of date: what becomes of it
            "2, false, false, false, false, PLACED", "2, true, false, false, false, PLACED",
            "2, false, false, false, true, PLACED", "2, false, true, false, false, NO_LIVE_SERVER",
            "2, false, true, true, false, OVERLOADED", "1, false, false, false, false, PLACED",
            "1, true, false, false, false, TOO_LARGE", "1, false, false, false, true, NO_LIVE_SERVER",
            "1, true, false, true, true, TOO_LARGE", "1, false, true, false, false, NO_LIVE_SERVER"})
    void whatBecomesOfAMessageWithOneServer(int proto, boolean tooLarge, boolean tried, boolean shortOfSockets,
            boolean old, String expected) {
        Endpoint server = server(1, proto, false, 10);
        TestExchange exchange = message();
        exchange.tooLarge = tooLarge;
        exchange.shortOfSockets = shortOfSockets;
        exchange.setupNanos = server.setupNanos();
        if (tried) {
            exchange.addTried(server);
        }
        outOfDate = old;
        Place place = place(exchange);
        if (expected.equals("PLACED")) {
            assertThat(at(place)).isSameAs(server);
        } else {
            assertThat(place).isInstanceOfSatisfying(Place.Refused.class,
                    refused -> assertThat(refused.code()).isEqualTo(ErrorCode.valueOf(expected)));
            assertThat(exchange.permit.endpoint()).isNull();
        }
        assertThat(server.inFlight()).isEqualTo(expected.equals("PLACED") ? 1 : 0);
    }

    @Test
    void aMessageForWhichAServerIsLeftWaitsForThatOne() {
        server(1, 1, false, 10);
        server(2, 2, true, 1);
        assertThat(at(place(message()))).isNotNull();
        TestExchange large = message();
        large.tooLarge = true;
        Place first = place(large);
        TestExchange larger = message();
        larger.tooLarge = true;
        Place second = place(larger);
        assertThat(first == Place.Full.FULL || second == Place.Full.FULL).isTrue();
        assertThat(first).isNotInstanceOf(Place.Refused.class);
        assertThat(second).isNotInstanceOf(Place.Refused.class);
    }

    @Test
    void placeThatWasTakenAtAServerThatLeavesIsGivenBack() {
        Endpoint leaving = server(1, 2, true, 10);
        PolicyRoutes old = routes();
        table.update(leaving, state -> state.withMode(EndpointState.Mode.DRAINING));
        assertThat(placement.place(message(), old)).as("it may come back").isEqualTo(Place.Full.FULL);
        assertThat(leaving.inFlight()).isZero();
        assertThat(routes().load().inFlight()).isZero();
        assertThat(freed).as("nobody waits").isZero();
        assertThat(routes().load().tryWait()).isTrue();
        placement.place(message(), old);
        assertThat(freed).as("who waits hears of it").isEqualTo(1);
    }

    @Test
    void oneMessageTriesAServerThatFailed() {
        Endpoint failed = server(1, 2, false, 10);
        table.update(failed, EndpointState::fall);
        failed.trialAt(loop.context().now() - 1);
        TestExchange trial = message();
        assertThat(at(place(trial))).isSameAs(failed);
        assertThat(trial.trial).isTrue();
        assertThat(place(message())).as("the others find no server").isEqualTo(Place.Refused.NO_LIVE_SERVER);
        trial.permit.release();
        trial.giveBackTrial(failed, loop.context().now());
        assertThat(trial.trial).isFalse();
        assertThat(at(place(message()))).as("it was no trial after all").isSameAs(failed);
    }

    @Test
    void costlyTrialIsMadeByFewWhereOthersServe() {
        Endpoint failed = server(1, 2, false, 10);
        Endpoint healthy = server(2, 2, false, 10);
        table.update(failed, EndpointState::eject);
        failed.trialAt(loop.context().now() - 1, true);
        while (routes().load().trials().spend()) {
            // until none is left
        }
        TestExchange message = message();
        assertThat(at(place(message))).isSameAs(healthy);
        assertThat(message.trial).isFalse();
    }

    @Test
    void messageDoesNotGoWhereItsConnectionTakesNoMore() {
        Endpoint only = server(1, 2, true, 10);
        assertThat(place(message())).as("a connection is opened").isEqualTo(new Place.Placed(only, null));
        assertThat(placement.without(message(), routes())).isEqualTo(Place.Full.FULL);
    }
}
