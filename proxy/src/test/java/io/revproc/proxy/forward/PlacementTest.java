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
import io.revproc.proxy.route.TrialBudget;
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

    @ParameterizedTest
    @CsvSource({
            // whether the narrower policy's server has room, was tried already; what becomes of the message
            "true, false, PLACED", "false, false, FULL", "true, true, NO_LIVE_SERVER"})
    void serverOfANarrowerPolicyStandsBehindItsOwn(boolean room, boolean tried, String expected) {
        Endpoint narrow = NarrowerPolicy.register(table, 2, false, room ? 10 : 1);
        if (!room) {
            assertThat(at(place(message()))).isSameAs(narrow);
        }
        TestExchange exchange = message();
        exchange.setupNanos = narrow.setupNanos();
        if (tried) {
            exchange.addTried(narrow);
        }
        switch (expected) {
            case "PLACED" -> {
                assertThat(at(place(exchange))).isSameAs(narrow);
                Endpoint own = server(1, 2, false, 10);
                assertThat(at(place(message()))).as("its own comes first").isSameAs(own);
            }
            case "FULL" -> assertThat(place(exchange)).isEqualTo(Place.Full.FULL);
            default -> assertThat(place(exchange)).isEqualTo(Place.Refused.NO_LIVE_SERVER);
        }
    }

    @Test
    void serverOfANarrowerPolicyIsTriedByOneMessageToo() {
        Endpoint narrow = NarrowerPolicy.register(table, 2, false, 10);
        table.update(narrow, EndpointState::fall);
        narrow.trialAt(loop.context().now() - 1);
        TestExchange trial = message();
        assertThat(at(place(trial))).isSameAs(narrow);
        assertThat(trial.trial).isTrue();
        assertThat(place(message())).isEqualTo(Place.Refused.NO_LIVE_SERVER);
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true"})
    void costlyTrialOfANarrowerPolicysServerNeedsABudgetOnlyWhereOthersServe(boolean othersServe, boolean made) {
        Endpoint narrow = NarrowerPolicy.register(table, 2, false, 10);
        if (othersServe) {
            NarrowerPolicy.register(table, 3, false, 10);
        }
        table.update(narrow, EndpointState::eject);
        narrow.trialAt(loop.context().now() - 1, true);
        TestExchange exchange = message();
        place(exchange);
        assertThat(exchange.trial).isEqualTo(made);
    }

    @Test
    void trialIsDueAgainIfItNeverEnds() {
        Endpoint failed = server(1, 2, false, 10);
        table.update(failed, EndpointState::fall);
        long now = loop.context().now();
        failed.trialAt(now - 1);
        TestExchange trial = message();
        trial.deadlineNanos = now + 8 * DEADLINE;
        assertThat(at(place(trial))).isSameAs(failed);
        long end = now + 8 * DEADLINE + DEADLINE / 4;
        assertThat(failed.trialIsDue(end - 1)).isFalse();
        assertThat(failed.trialIsDue(end)).isTrue();
    }

    @Test
    void trialOfAMessageWithoutADeadlineOfItsOwnLastsAsLongAsTheProxys() {
        Endpoint failed = server(1, 2, false, 10);
        table.update(failed, EndpointState::fall);
        long now = loop.context().now();
        failed.trialAt(now - 1);
        TestExchange trial = message();
        trial.deadlineNanos = now;
        place(trial);
        assertThat(failed.trialIsDue(now + DEADLINE + DEADLINE / 4 - 1)).isFalse();
        assertThat(failed.trialIsDue(now + DEADLINE + DEADLINE / 4)).isTrue();
    }

    @Test
    void costlyTrialThatIsNotMadeAfterAllIsGivenBack() {
        Endpoint failed = server(1, 2, false, 10);
        server(2, 2, false, 10);
        table.update(failed, EndpointState::eject);
        failed.trialAt(loop.context().now() - 1, true);
        PolicyRoutes old = routes();
        for (int i = 0; i < TrialBudget.MESSAGES_PER_TRIAL; i++) {
            old.load().trials().passed();
        }
        table.update(failed, EndpointState::rise);
        TestExchange message = message();
        placement.place(message, old);
        assertThat(message.trial).as("it is healthy by now, as the look behind the place says").isFalse();
        assertThat(old.load().trials().spend()).isTrue();
        assertThat(failed.trialIsDue(loop.context().now())).isTrue();
    }

    @Test
    void serverOnTrialThatIsFullOrWasTriedGetsNoTrial() {
        Endpoint failed = server(1, 2, false, 1);
        TestExchange first = message();
        assertThat(at(place(first))).isSameAs(failed);
        table.update(failed, EndpointState::fall);
        failed.trialAt(loop.context().now() - 1);
        assertThat(place(message())).isEqualTo(Place.Refused.NO_LIVE_SERVER);
        assertThat(failed.trialIsDue(loop.context().now())).as("the trial is still to be made").isTrue();
        first.permit.release();
        TestExchange tried = message();
        tried.setupNanos = failed.setupNanos();
        tried.addTried(failed);
        assertThat(place(tried)).isEqualTo(Place.Refused.NO_LIVE_SERVER);
        assertThat(at(place(message()))).isSameAs(failed);
    }

    @Test
    void messageThatCanNotGoUsesUpNoServersTurn() {
        Endpoint one = server(1, 2, false, 1);
        Endpoint two = server(2, 2, false, 1);
        TestExchange first = message();
        TestExchange second = message();
        place(first);
        place(second);
        for (int i = 0; i < 3; i++) {
            assertThat(place(message())).isEqualTo(Place.Full.FULL);
        }
        Endpoint next = Objects.requireNonNull(first.permit.endpoint());
        first.permit.release();
        second.permit.release();
        assertThat(at(place(message()))).as("its turn came and was not used up").isSameAs(next).isIn(one, two);
    }
}
