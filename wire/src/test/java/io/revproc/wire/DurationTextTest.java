package io.revproc.wire;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DurationTextTest {
    @ParameterizedTest
    @CsvSource({"PT0S, 0s", "PT0.0005S, 500us", "PT0.01S, 10ms", "PT1.5S, 1500ms", "PT90S, 90s", "PT2M, 2m", "PT1H, 1h",
            "PT24H, 1d", "PT36H, 36h", "PT-5S, -5s"})
    void inTheLargestUnitOfWhichItIsAMultiple(Duration duration, String text) {
        assertThat(DurationText.of(duration)).isEqualTo(text);
    }
}
