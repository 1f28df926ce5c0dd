package io.revproc.proxy.health;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HealthPropertiesTest {
    private static HealthSettings of(int backoff, int maxBackoff, int eject, int maxEject) {
        return new HealthSettings(Duration.ofMillis(backoff), Duration.ofMillis(maxBackoff), Duration.ofMinutes(5), 5,
                Duration.ofMillis(eject), Duration.ofMillis(maxEject), Duration.ofSeconds(60), 0.2);
    }

    @Test
    void longestWaitIsNotBelowTheFirst() {
        assertThat(of(10, 10, 20, 20).maxBackoff()).hasMillis(10);
        assertThatThrownBy(() -> of(10, 9, 20, 20)).hasMessageContaining("revproc.health.max-backoff");
        assertThatThrownBy(() -> of(10, 10, 20, 19)).hasMessageContaining("revproc.health.max-eject-time");
    }
}
