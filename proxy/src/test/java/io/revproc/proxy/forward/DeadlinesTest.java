package io.revproc.proxy.forward;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.route.PolicyRoutes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** When a message has waited too long, by a clock that the test moves. */
class DeadlinesTest {
    private static final Duration TICK = Duration.ofMillis(10);

    private final ManualLoop loop = new ManualLoop();
    private final PolicyRoutes routes = TestExchange.policy("PP_1", 10);
    private final List<Exchange> expired = new ArrayList<>();
    private long now = 1_000_000_000;
    private final Deadlines deadlines = new Deadlines(loop.context().loop(), () -> now,
            TestSettings.of(0, Duration.ofSeconds(2), InFlightWithoutGrant.FINISH),
            expired::add);

    @AfterEach
    void end() {
        loop.close();
    }

    private void pass(long millis) {
        for (long left = TimeUnit.MILLISECONDS.toNanos(millis); left > 0; left -= TICK.toNanos()) {
            now += TICK.toNanos();
            loop.pass(TICK);
        }
    }

    private Exchange message() {
        return new TestExchange(routes, now, 10, false);
    }

    @ParameterizedTest
    @CsvSource({
            // what the client wants in milliseconds, when the message is over, whether that is the client's own doing
            "0, 10000, false", "500, 500, true", "9999, 9999, true", "10000, 10000, false", "20000, 20000, false",
            "40000, 30000, false"})
    void clientMayWaitForLessOrUpToTheLongest(int wanted, long expected, boolean clients) {
        Exchange exchange = message();
        deadlines.start(exchange, wanted);
        assertThat(exchange.deadlineNanos - now).isEqualTo(TimeUnit.MILLISECONDS.toNanos(expected));
        assertThat(exchange.clientsDeadline).isEqualTo(clients);
        pass(expected - 10);
        assertThat(expired).isEmpty();
        pass(30);
        assertThat(expired).containsExactly(exchange);
        pass(expected + 100);
        assertThat(expired).as("once").hasSize(1);
    }

    @Test
    void messageThatEndsIsWatchedNoLonger() {
        Exchange first = message();
        deadlines.start(first, 100);
        Exchange second = message();
        deadlines.start(second, 200);
        deadlines.end(first);
        pass(300);
        assertThat(expired).containsExactly(second);
        deadlines.end(second);
        Exchange third = message();
        deadlines.start(third, 100);
        pass(200);
        assertThat(expired).as("the clock goes on with the next message").containsExactly(second, third);
    }

    @Test
    void timeInTheQueueIsPartOfTheMessagesOwn() {
        Exchange exchange = message();
        deadlines.start(exchange, 0);
        long own = exchange.deadlineNanos;
        pass(1_000);
        deadlines.enterQueue(exchange, now);
        assertThat(exchange.deadlineNanos - now).isEqualTo(TimeUnit.SECONDS.toNanos(2));
        deadlines.leaveQueue(exchange);
        assertThat(exchange.deadlineNanos).isEqualTo(own);
        pass(3_000);
        assertThat(expired).isEmpty();
        pass(6_100);
        assertThat(expired).containsExactly(exchange);
    }

    @Test
    void queueNeverKeepsAMessageBeyondItsOwnDeadline() {
        Exchange exchange = message();
        deadlines.start(exchange, 500);
        long own = exchange.deadlineNanos;
        deadlines.enterQueue(exchange, now);
        assertThat(exchange.deadlineNanos).isEqualTo(own);
        pass(600);
        assertThat(expired).containsExactly(exchange);
    }

    @Test
    void queuesTimeOutIsNoticed() {
        Exchange exchange = message();
        deadlines.start(exchange, 0);
        deadlines.enterQueue(exchange, now);
        pass(1_990);
        assertThat(expired).isEmpty();
        pass(30);
        assertThat(expired).containsExactly(exchange);
    }

    @Test
    void serverKeepsAMessageForAsLongAsTheProxyWaits() {
        Exchange exchange = message();
        deadlines.start(exchange, 100);
        pass(200);
        exchange.sentNanos = now;
        deadlines.extend(exchange);
        assertThat(exchange.deadlineNanos - now).isEqualTo(deadlines.ownNanos())
                .isEqualTo(TimeUnit.SECONDS.toNanos(10));
        expired.clear();
        pass(9_990);
        assertThat(expired).isEmpty();
        pass(30);
        assertThat(expired).containsExactly(exchange);
    }
}
