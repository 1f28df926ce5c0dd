package io.revproc.transport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What one connection holds, as it is counted with all others. */
class HeldBytesTest {
    private final HeldLoop loop = new HeldLoop();
    private final HeldMemory bound = new HeldMemory("answers", 1_000, 100, (memory, holders, bytes) -> {});
    private int gaveUp;
    private final HeldBytes bytes = new HeldBytes(loop.context(), bound, () -> gaveUp++);

    @AfterEach
    void end() {
        loop.close();
    }

    @Test
    void whatIsHeldIsCountedUntilItIsGivenBack() {
        bytes.set(0);
        assertThat(bound.bytes()).isZero();
        bytes.set(300);
        bytes.set(200);
        assertThat(bound.bytes()).isEqualTo(200);
        bytes.set(0);
        assertThat(bound.bytes()).isZero();
        bytes.set(400);
        bytes.close();
        bytes.close();
        assertThat(bound.bytes()).isZero();
        assertThat(gaveUp).isZero();
    }

    @Test
    void whoHoldsTooMuchGivesItBackAndIsTold() {
        bytes.set(1_001);
        assertThat(gaveUp).isEqualTo(1);
        assertThat(bound.bytes()).isZero();
        assertThat(bound.gaveUp()).isEqualTo(1);
        bytes.set(500);
        assertThat(bound.bytes()).as("it is over").isZero();
    }

    @Test
    void nothingIsOpenedForAConnectionThatHoldsNothing() {
        bytes.close();
        bytes.resume();
        bytes.set(0);
        assertThat(bound.bytes()).isZero();
    }
}
