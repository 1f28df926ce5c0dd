package io.revproc.proxy.audit;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class ForcerTest {
    @TempDir
    Path directory;

    private final List<Long> told = new CopyOnWriteArrayList<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final CountDownLatch busy = new CountDownLatch(1);

    private FileChannel file(String name) throws Exception {
        return FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private void slowly(long upTo) {
        told.add(upTo);
        busy.countDown();
        try {
            go.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatIsAskedForMeanwhileIsOneForceForEachFile() throws Exception {
        try (FileChannel one = file("one"); FileChannel two = file("two"); Forcer forcer = new Forcer(this::slowly)) {
            forcer.force(one, 1, false);
            busy.await();
            for (long upTo = 2; upTo <= 50; upTo++) {
                forcer.force(one, upTo, false);
            }
            forcer.force(two, 60, false);
            go.countDown();
            await().until(() -> forcer.upTo() == 60);
        }
        assertThat(told).containsExactly(1L, 50L, 60L);
    }

    @Test
    void fileThatIsDoneWithIsClosed() throws Exception {
        FileChannel last = file("last");
        go.countDown();
        try (Forcer forcer = new Forcer(this::slowly)) {
            forcer.force(last, 7, true);
            await().until(() -> !last.isOpen());
        }
        assertThat(told).containsExactly(7L);
    }

    @Test
    void failureIsSaidAndDoesNotKeepItFromEnding() throws Exception {
        FileChannel closed = file("closed");
        closed.close();
        Forcer forcer = new Forcer(this::slowly);
        forcer.force(closed, 1, false);
        await().until(() -> forcer.failure() != null);
        assertThat(forcer.upTo()).isZero();
        forcer.close();
        assertThat(told).isEmpty();
    }

    @Test
    void whatSomebodyElseForcedCounts() {
        try (Forcer forcer = new Forcer(this::slowly)) {
            forcer.forced(9);
            forcer.forced(3);
            assertThat(forcer.upTo()).isEqualTo(9);
        }
    }

    @Test
    void whoIsToldCanNotEndIt() throws Exception {
        try (FileChannel one = file("one"); Forcer forcer = new Forcer(upTo -> {
            told.add(upTo);
            throw new IllegalStateException("a test");
        })) {
            assertThat(forcer.lastNanos()).isZero();
            forcer.force(one, 1, false);
            await().until(() -> told.contains(1L));
            forcer.force(one, 2, false);
            await().until(() -> told.contains(2L));
            assertThat(forcer.upTo()).isEqualTo(2);
            assertThat(forcer.failure()).isNull();
            assertThat(forcer.lastNanos()).isPositive();
        }
    }

    @Test
    void allThatWasAskedForIsDoneBeforeItEnds() throws Exception {
        FileChannel one = file("one");
        FileChannel two = file("two");
        Forcer forcer = new Forcer(this::slowly);
        forcer.force(one, 1, true);
        busy.await();
        forcer.force(two, 2, true);
        go.countDown();
        forcer.close();
        assertThat(told).containsExactly(1L, 2L);
        assertThat(one.isOpen() || two.isOpen()).isFalse();
    }
}
