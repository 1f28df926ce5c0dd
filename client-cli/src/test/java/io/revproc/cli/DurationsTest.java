package io.revproc.cli;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"PT0.1S, 1s", "PT1S, 2s", "PT10S, 30s", "PT30S, 60s", "PT1M, 120s", "PT10M, 20m"})
    void theLongerWaitIsAtLeastTwiceAsLong(Duration wait, String longer) {
        assertThat(Durations.longerThan(wait)).isEqualTo(longer);
        assertThat(Durations.parse(longer)).isGreaterThanOrEqualTo(wait.multipliedBy(2));
    }
}
