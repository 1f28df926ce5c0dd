package io.revproc.proxy.audit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever puts something does not have to wait for the writer's sleep to end. */
@Timeout(30)
class WriterSignalTest {
    private static final long LONG = Duration.ofSeconds(60).toNanos();
    private static final int RECORDS = 2_000;

    private final WriterSignal signal = new WriterSignal();
    private final AtomicInteger put = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();

    /** One missed wake-up would take a minute. */
    @Test
    void nothingThatIsPutWhileTheWriterFallsAsleepIsMissed() throws Exception {
        Thread writer = Thread.ofPlatform().start(() -> {
            signal.writer(Thread.currentThread());
            while (taken.get() < RECORDS) {
                taken.set(put.get());
                signal.sleep(LONG, () -> put.get() == taken.get() && taken.get() < RECORDS);
            }
        });
        for (int i = 0; i < RECORDS; i++) {
            put.incrementAndGet();
            signal.published(false);
            while (i % 3 == 0 && taken.get() <= i) {
                Thread.onSpinWait();
            }
        }
        assertThat(writer.join(Duration.ofSeconds(20))).isTrue();
        assertThat(taken.get()).isEqualTo(RECORDS);
    }

    @Test
    void writerThatGathersIsHurriedWhereTheRingFillsUpAndOnlyThere() throws Exception {
        CountDownLatch gathered = new CountDownLatch(1);
        Thread writer = Thread.ofPlatform().start(() -> {
            signal.writer(Thread.currentThread());
            while (put.get() == 0) {
                signal.gather(LONG);
            }
            gathered.countDown();
        });
        while (writer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        signal.published(false);
        assertThat(writer.getState()).as("it goes on gathering").isEqualTo(Thread.State.TIMED_WAITING);
        put.incrementAndGet();
        signal.published(true);
        gathered.await();
        assertThat(writer.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void loopsSeeWhetherTheRecordIsTaken() {
        assertThat(signal.accepting()).isTrue();
        signal.accepting(false);
        assertThat(signal.accepting()).isFalse();
    }
}
