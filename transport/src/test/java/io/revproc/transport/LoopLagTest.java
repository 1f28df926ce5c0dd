package io.revproc.transport;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LoopLagTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LoopLag lag = new LoopLag(0);

    @Test
    void theWorstIsSeenUntilItsWindowAndTheNextOneAreOver() {
        lag.ran(SECOND, SECOND + 500);
        lag.ran(2 * SECOND, 2 * SECOND + 3);

        assertThat(lag.nanos(3 * SECOND)).isEqualTo(500);
        assertThat(lag.nanos(16 * SECOND)).isEqualTo(500);
        assertThat(lag.nanos(29 * SECOND)).isEqualTo(500);
        assertThat(lag.nanos(31 * SECOND)).isZero();
    }

    @Test
    void aNewWindowRemembersTheOneBefore() {
        lag.ran(SECOND, SECOND + 500);
        lag.ran(16 * SECOND, 16 * SECOND + 7);

        assertThat(lag.nanos(29 * SECOND)).isEqualTo(500);
        assertThat(lag.nanos(31 * SECOND)).isEqualTo(7);
        assertThat(lag.nanos(100 * SECOND)).isZero();
    }

    @Test
    void whatRanEarlyIsNotLate() {
        lag.ran(SECOND, SECOND - 5);

        assertThat(lag.nanos(SECOND)).isZero();
    }
}
