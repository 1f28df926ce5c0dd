package io.revproc.client.connect;

import java.time.Duration;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTest {
    private static Backoff withChance(double chance) {
        return new Backoff(Duration.ofMillis(100), Duration.ofMillis(1500), () -> chance);
    }

    @Test
    void doublesUpToItsCap() {
        Backoff longest = withChance(0.999999999);
        assertThat(IntStream.rangeClosed(1, 7).mapToObj(i -> Math.round(longest.delay(i).toNanos() / 1e6)))
                .containsExactly(100L, 200L, 400L, 800L, 1500L, 1500L, 1500L);
    }

    @Test
    void isNeverShorterThanHalf() {
        Backoff shortest = withChance(0);
        assertThat(shortest.delay(1)).isEqualTo(Duration.ofMillis(50));
        assertThat(shortest.delay(5)).isEqualTo(Duration.ofMillis(750));
    }

    @Test
    void doesNotOverflowAfterAYearOfFailures() {
        assertThat(withChance(0).delay(Integer.MAX_VALUE)).isEqualTo(Duration.ofMillis(750));
    }
}
