package io.revproc;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MessagesFirstTest {
    private long nanos;
    private int owed;
    private int asked;
    private int rests;
    private Runnable duringRest = () -> {};

    private final MessagesFirst messages = new MessagesFirst(() -> {
        asked++;
        return owed;
    }, () -> nanos, () -> {
        rests++;
        duringRest.run();
    });

    @Test
    void whereNobodyWaitsTheStartGoesOn() {
        bean(Duration.ofMillis(300));
        assertThat(asked).isEqualTo(1);
        assertThat(rests).isZero();
    }

    @Test
    void theStartRestsUntilAllRepliesHaveLeft() {
        owed = 3;
        duringRest = () -> owed--;
        bean(Duration.ofMillis(10));
        assertThat(rests).isEqualTo(3);
    }

    @Test
    void smallBeansAddUp() {
        owed = 1;
        duringRest = () -> owed = 0;
        bean(Duration.ofMillis(4));
        bean(Duration.ofMillis(4));
        assertThat(asked).isZero();
        bean(Duration.ofMillis(4));
        assertThat(rests).isEqualTo(1);
    }

    /** Four rests of a quarter. */
    @Test
    void underAnyLoadItRestsForASecondInAll() {
        owed = 64;
        for (int i = 0; i < 100; i++) {
            bean(Duration.ofMillis(20));
        }
        assertThat(rests).isEqualTo(4);
    }

    private void bean(Duration took) {
        nanos += took.toNanos();
        assertThat(messages.postProcessAfterInitialization("bean", "name")).isEqualTo("bean");
    }
}
