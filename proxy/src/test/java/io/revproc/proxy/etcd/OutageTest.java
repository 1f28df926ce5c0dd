package io.revproc.proxy.etcd;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OutageTest {
    private final Outage outage = new Outage(100);

    @Test
    void leasesSayNothingForALeasesTimeAfterEtcdWasAwayForLong() {
        assertThat(outage.ends(false, false, 1_000)).as("read for the first time").isFalse();
        assertThat(outage.over(9_000)).isFalse();
        outage.heard(1_050);
        assertThat(outage.ends(false, true, 1_100)).as("away for a moment").isFalse();
        assertThat(outage.ends(false, true, 1_151)).isTrue();
        assertThat(outage.over(1_250)).isFalse();
        assertThat(outage.over(1_251)).isTrue();
        assertThat(outage.over(1_252)).as("said once").isFalse();
    }

    @Test
    void norAfterItLostItsTable() {
        assertThat(outage.ends(true, false, -50)).isTrue();
        assertThat(outage.over(50)).isTrue();
    }
}
