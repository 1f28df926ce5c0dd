package io.revproc.proxy.etcd;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(20)
class StartWaitTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final CountDownLatch there = new CountDownLatch(1);

    @Test
    void whatIsThereIsNotWaitedFor() throws Exception {
        there.countDown();
        assertThat(StartWait.await(there, HOUR, () -> false)).isTrue();
        assertThat(StartWait.await(there, HOUR, () -> true)).isTrue();
        assertThat(StartWait.await(there, Duration.ZERO, () -> false)).isTrue();
    }

    @Test
    void whatComesMeanwhileEndsTheWait() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        assertThat(StartWait.await(there, HOUR, () -> {
            if (looks.incrementAndGet() == 2) {
                there.countDown();
            }
            return false;
        })).isTrue();
    }

    @Test
    void aProcessThatIsToldToEndWaitsNoLonger() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        assertThat(StartWait.await(there, HOUR, () -> looks.incrementAndGet() > 2)).isFalse();
    }

    @Test
    void theTimeRunsOut() throws Exception {
        assertThat(StartWait.await(there, Duration.ofMillis(1), () -> false)).isFalse();
        assertThat(StartWait.await(there, Duration.ZERO, () -> false)).isFalse();
    }
}
