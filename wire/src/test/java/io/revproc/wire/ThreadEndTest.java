package io.revproc.wire;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ThreadEndTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final CountDownLatch release = new CountDownLatch(1);
    private final Thread writer = Thread.ofPlatform().unstarted(this::untilReleased);

    @AfterEach
    void noInterruptIsLeft() {
        release.countDown();
        Thread.interrupted();
    }

    private void untilReleased() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void threadThatWasNotStartedHasEnded() {
        assertThat(ThreadEnd.await(writer, LONG)).isTrue();
    }

    @Test
    void threadThatGoesOnHasNotEndedInTime() {
        writer.start();
        assertThat(ThreadEnd.await(writer, Duration.ofMillis(5))).isFalse();
        assertThat(ThreadEnd.await(writer, Duration.ZERO)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lastWriteComesAfterTheThreadAndIsNotInterrupted(boolean before) throws Exception {
        writer.start();
        AtomicReference<String> seen = new AtomicReference<>("");
        Thread closing = Thread.ofPlatform().start(() -> {
            if (before) {
                Thread.currentThread().interrupt();
            }
            ThreadEnd.thenWrite(writer,
                    () -> seen.set("alive: " + writer.isAlive() + ", flag: " + Thread.currentThread().isInterrupted()));
            seen.accumulateAndGet("; afterwards: " + Thread.currentThread().isInterrupted(), String::concat);
        });
        // a thread that waits without a limit is what Spring interrupts, and takes for stuck
        while (closing.getState() != Thread.State.TIMED_WAITING) {
            assertThat(closing.getState()).isIn(Thread.State.NEW, Thread.State.RUNNABLE);
            Thread.onSpinWait();
        }
        if (!before) {
            closing.interrupt();
        }
        release.countDown();

        assertThat(closing.join(LONG)).isTrue();
        assertThat(seen).hasValue("alive: false, flag: false; afterwards: true");
    }
}
