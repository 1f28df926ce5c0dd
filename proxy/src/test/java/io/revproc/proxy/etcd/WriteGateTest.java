package io.revproc.proxy.etcd;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WriteGateTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final WriteGate gate = new WriteGate(() -> 0.5);

    @Test
    void opensWithTheFirstWriteThatEtcdTakes() {
        assertThat(gate.open()).isTrue();
        assertThat(gate.opened()).isFalse();
        gate.shut("full", 0);
        assertThat(gate.open()).isFalse();
        assertThat(gate.reason()).isEqualTo("full");
        assertThat(gate.opened()).isTrue();
        assertThat(gate.open()).isTrue();
    }

    @Test
    void probesOneAtATimeAndLessAndLessOften() {
        long now = 0;
        gate.shut("full", now);
        long[] pauses = {1, 2, 4, 8, 16, 30, 30};
        for (long pause : pauses) {
            assertThat(gate.probe(now + pause * SECOND - 1)).as("too soon, after " + pause).isFalse();
            now += pause * SECOND;
            assertThat(gate.probe(now)).isTrue();
            assertThat(gate.probe(now)).as("one is under way").isFalse();
            gate.shut("full", now);
        }
    }

    @Test
    void refusalsOfWritesThatWereUnderWayMakeThePauseNoLonger() {
        gate.shut("full", 0);
        for (int i = 0; i < 100; i++) {
            gate.shut("full", 1);
        }
        assertThat(gate.probe(SECOND)).isTrue();
    }

    @Test
    void probeWhoseOutcomeIsLostIsMadeAgain() {
        gate.shut("full", 0);
        assertThat(gate.probe(SECOND)).isTrue();
        gate.probeLost();
        assertThat(gate.probe(SECOND)).isTrue();
    }

    @Test
    void isSaidOnceAMinute() {
        assertThat(gate.shut("full", 0)).isTrue();
        assertThat(gate.shut("full", 59 * SECOND)).isFalse();
        assertThat(gate.shut("full", 60 * SECOND)).isTrue();
        assertThat(gate.shut("full", 61 * SECOND)).isFalse();
    }
}
