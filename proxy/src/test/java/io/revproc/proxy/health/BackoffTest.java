package io.revproc.proxy.health;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTest {
    @ParameterizedTest
    @CsvSource({"200,10000,0,1,0,200", "200,10000,0,2,0,400", "200,10000,0,6,0,6400", "200,10000,0,7,0,10000",
            "200,10000,0,1000000,0,10000", "200,10000,0.5,1,0.999999,101", "200,10000,0.5,1,0,200",
            "200,10000,0.2,7,0.5,9000", "1,9223372036854775807,0,63,0,4611686018427387904",
            "1,9223372036854775807,0,64,0,4611686018427387904",
            "4611686018427387904,9223372036854775807,0,9,0,4611686018427387904"})
    void doublesUpToItsCapAndChanceOnlyShortens(long first, long cap, double jitter, int failures, double chance,
            long delay) {
        assertThat(new Backoff(first, cap, jitter).delay(failures, chance)).isEqualTo(delay);
    }
}
