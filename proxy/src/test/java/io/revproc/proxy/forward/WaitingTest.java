package io.revproc.proxy.forward;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Which of the messages that wait are tried when a place becomes free, and in which order. */
class WaitingTest {
    private final ManualLoop loop = new ManualLoop();
    private final PolicyRoutes routes = TestExchange.policy("PP_1", 10);
    private final PolicyRoutes elsewhere = TestExchange.policy("PP_2", 10);
    private final Endpoint endpoint = routes.endpoints().getFirst();
    private final List<Exchange> tried = new ArrayList<>();
    private final Set<Exchange> placed = new HashSet<>();
    private int wokeOthers;
    private final Deadlines deadlines = new Deadlines(loop.context().loop(), System::nanoTime,
            TestSettings.of(0, Duration.ofSeconds(2), InFlightWithoutGrant.FINISH),
            expired -> {});
    private final Waiting waiting = waiting(null);

    private Waiting waiting(@Nullable Runnable others) {
        return new Waiting(loop.context(), deadlines, this::goesOn, others);
    }

    private boolean goesOn(Exchange exchange) {
        tried.add(exchange);
        if (placed.contains(exchange)) {
            waiting.leave(exchange);
            return true;
        }
        return false;
    }

    @AfterEach
    void end() {
        loop.close();
    }

    private Exchange waits(PolicyRoutes policy) {
        Exchange exchange = new TestExchange(policy, System.nanoTime(), 10, false);
        assertThat(waiting.offer(exchange)).isTrue();
        return exchange;
    }

    private List<Exchange> woken() {
        loop.turn();
        tried.clear();
        waiting.wakeAll();
        loop.turn();
        return tried;
    }

    @Test
    void firstThatCanNotGoHidesThoseBehindIt() {
        Exchange first = waits(routes);
        waits(routes);
        assertThat(waiting.any(routes.load())).isTrue();
        assertThat(waiting.any(elsewhere.load())).isFalse();
        assertThat(first.stage).isEqualTo(Exchange.Stage.WAITING);
        assertThat(woken()).containsExactly(first);
        placed.add(first);
        assertThat(woken()).hasSize(2);
        assertThat(first.stage).isEqualTo(Exchange.Stage.NEW);
        assertThat(woken()).as("the other one still waits").hasSize(1).doesNotContain(first);
    }

    @Test
    void queueHasADeadlineOfItsOwn() {
        Exchange exchange = new TestExchange(routes, System.nanoTime(), 10, false);
        deadlines.start(exchange, 0);
        long own = exchange.deadlineNanos;
        assertThat(waiting.offer(exchange)).isTrue();
        assertThat(exchange.deadlineNanos - own).as("2 s instead of 10").isBetween(-Duration.ofSeconds(9).toNanos(),
                -Duration.ofSeconds(1).toNanos());
        waiting.leave(exchange);
        assertThat(exchange.deadlineNanos).isEqualTo(own);
    }

    @Test
    void messageThatMayNotGoEverywhereIsPassedOverWithItsLike() {
        Exchange large = waits(routes);
        large.tooLarge = true;
        Exchange alike = waits(routes);
        alike.tooLarge = true;
        Exchange tired = waits(routes);
        tired.addTried(endpoint);
        Exchange free = waits(routes);
        waits(routes);
        assertThat(woken()).containsExactly(large, tired, free);
        assertThat(large.isRestricted() && tired.isRestricted()).isTrue();
        assertThat(free.isRestricted()).isFalse();
        assertThat(large.mayGoWhere(alike)).isTrue();
        assertThat(large.mayGoWhere(tired)).isFalse();
        assertThat(tired.mayGoWhere(free)).isFalse();
    }

    @Test
    void eachPolicyHasItsOwnQueue() {
        Exchange one = waits(routes);
        Exchange other = waits(elsewhere);
        placed.add(one);
        assertThat(woken()).containsExactlyInAnyOrder(one, other);
        assertThat(waiting.any(routes.load())).isFalse();
        assertThat(waiting.any(elsewhere.load())).isTrue();
    }

    @Test
    void nobodyIsWokenWhereNobodyWaits() {
        assertThat(woken()).isEmpty();
        Exchange only = waits(routes);
        placed.add(only);
        woken();
        assertThat(woken()).isEmpty();
    }

    @Test
    void wakeUpsOfOneTurnAreOne() {
        Exchange only = waits(routes);
        loop.turn();
        tried.clear();
        waiting.wake();
        waiting.wake();
        loop.turn();
        assertThat(tried).containsExactly(only);
        waiting.wake();
        loop.turn();
        assertThat(tried).as("and again later").hasSize(2);
    }

    @Test
    void messageBehindOthersIsTriedOnceForWhatThoseCanNotUse() {
        Exchange large = waits(routes);
        large.tooLarge = true;
        loop.turn();
        assertThat(tried).as("nobody could have hidden a place from the first").isEmpty();
        Exchange small = waits(routes);
        loop.turn();
        assertThat(tried).containsExactly(large, small);
    }

    @Test
    void messageOfOneLoopAmongSeveralIsTriedOnceMore() {
        Waiting shared = waiting(() -> wokeOthers++);
        Exchange exchange = new TestExchange(routes, System.nanoTime(), 10, false);
        assertThat(shared.offer(exchange)).isTrue();
        loop.turn();
        assertThat(tried).containsExactly(exchange);
        assertThat(wokeOthers).isZero();
        shared.wakeAll();
        assertThat(wokeOthers).isEqualTo(1);
    }

    @Test
    void fullQueueTakesNobody() {
        PolicyRoutes none = TestExchange.policy("PP_3", 0);
        Exchange exchange = new TestExchange(none, System.nanoTime(), 10, false);
        assertThat(waiting.offer(exchange)).isFalse();
        assertThat(exchange.stage).isEqualTo(Exchange.Stage.NEW);
        assertThat(waiting.any(none.load())).isFalse();
    }
}
