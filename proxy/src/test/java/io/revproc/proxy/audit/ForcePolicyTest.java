package io.revproc.proxy.audit;

import java.time.Duration;

import io.revproc.proxy.audit.AuditSettings.Fsync;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ForcePolicyTest {
    @ParameterizedTest
    @CsvSource({"BATCH, false, 0, true", "BATCH, true, 0, true", "INTERVAL, false, 0, false",
            "INTERVAL, false, 999, false", "INTERVAL, false, 1000, true", "INTERVAL, true, 0, true",
            "NEVER, false, 100000, false", "NEVER, true, 100000, false"})
    void whoWaitsForAReceiptHasTheDiskForced(Fsync fsync, boolean wanted, long sinceMillis, boolean due) {
        assertThat(ForcePolicy.due(fsync, wanted, Duration.ofMillis(sinceMillis).toNanos(), Duration.ofSeconds(1)))
                .isEqualTo(due);
    }
}
