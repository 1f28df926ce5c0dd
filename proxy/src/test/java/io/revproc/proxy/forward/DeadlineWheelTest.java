package io.revproc.proxy.forward;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

import io.revproc.proxy.route.PolicyRoutes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class DeadlineWheelTest {
    private static final long MILLI = 1_000_000;
    private static final PolicyRoutes ROUTES = TestExchange.policy("PP_1", 10);

    private final DeadlineWheel wheel = new DeadlineWheel(0);
    private final List<Exchange> expired = new ArrayList<>();

    private Exchange add(long millis) {
        Exchange exchange = new TestExchange(ROUTES, millis * MILLI);
        wheel.add(exchange);
        return exchange;
    }

    @Test
    void deadlineIsNoticedInTheTickAfterItAndNotBefore() {
        Exchange exchange = add(100);
        wheel.advance(99 * MILLI, expired::add);
        assertThat(expired).isEmpty();
        wheel.advance(100 * MILLI, expired::add);
        wheel.advance(110 * MILLI, expired::add);
        assertThat(expired).containsExactly(exchange);
        assertThat(wheel.isEmpty()).isTrue();
    }

    @Test
    void deadlineOfALaterRoundStaysInItsBucket() {
        long round = 1024 * DeadlineWheel.TICK_NANOS / MILLI;
        Exchange late = add(50 + 3 * round);
        for (long now = 0; now < 50 + 3 * round; now += 10) {
            wheel.advance(now * MILLI, expired::add);
        }
        assertThat(expired).isEmpty();
        wheel.advance((60 + 3 * round) * MILLI, expired::add);
        assertThat(expired).containsExactly(late);
    }

    @Test
    void longPauseMissesNobody() {
        Exchange near = add(10);
        Exchange far = add(60_000);
        Exchange further = add(200_000);
        wheel.advance(100_000 * MILLI, expired::add);
        assertThat(expired).containsExactlyInAnyOrder(near, far);
        wheel.advance(300_000 * MILLI, expired::add);
        assertThat(expired).contains(further);
    }

    @Test
    void deadlineInThePastIsDueAtTheNextTick() {
        wheel.advance(5_000 * MILLI, expired::add);
        Exchange past = add(1);
        wheel.advance(5_010 * MILLI, expired::add);
        assertThat(expired).containsExactly(past);
    }

    @Test
    void removedOneIsNotReportedAndMayComeAgain() {
        Exchange exchange = add(20);
        wheel.remove(exchange);
        wheel.remove(exchange);
        assertThat(wheel.isEmpty()).isTrue();
        wheel.advance(1_000 * MILLI, expired::add);
        assertThat(expired).isEmpty();
        exchange.deadlineNanos = 2_000 * MILLI;
        wheel.add(exchange);
        wheel.advance(2_010 * MILLI, expired::add);
        assertThat(expired).containsExactly(exchange);
    }

    @Test
    void oneThatTheFirstOneEndsIsNotReported() {
        Exchange first = add(20);
        Exchange second = add(20);
        wheel.advance(100 * MILLI, exchange -> {
            expired.add(exchange);
            wheel.remove(exchange == first ? second : first);
        });
        assertThat(expired).hasSize(1);
        assertThat(wheel.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithASortedMap(long seed) {
        Random random = new Random(seed);
        TreeMap<Long, Exchange> model = new TreeMap<>();
        long now = 0;
        for (int step = 0; step < 20_000; step++) {
            long deadline = now + 1 + random.nextInt(30_000);
            if (random.nextInt(3) > 0 && !model.containsKey(deadline)) {
                model.put(deadline, add(deadline));
            } else if (!model.isEmpty() && random.nextInt(3) == 0) {
                wheel.remove(model.pollLastEntry().getValue());
            }
            now += random.nextInt(20) == 0 ? random.nextInt(15_000) : random.nextInt(30);
            expired.clear();
            wheel.advance(now * MILLI, expired::add);
            for (Exchange exchange : expired) {
                assertThat(model.remove(exchange.deadlineNanos / MILLI)).isSameAs(exchange);
                assertThat(exchange.deadlineNanos).isLessThanOrEqualTo(now * MILLI);
            }
            // at most one tick late
            assertThat(model.isEmpty() || model.firstKey() > now - 2 * DeadlineWheel.TICK_NANOS / MILLI).isTrue();
            assertThat(wheel.isEmpty()).isEqualTo(model.isEmpty());
        }
    }
}
