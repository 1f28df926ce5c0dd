package io.revproc.proxy.stats;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.events.EventLog;
import io.revproc.wire.ThreadEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes the figures once a second, and writes events and figures to a file every five minutes and at the end. One thread of its own.
 */
public final class HistoryTimer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HistoryTimer.class);
    private static final long SECOND = 1_000;
    private static final int WRITE_EVERY = 300;

    private final History history;
    private final InstantSource clock;
    private final @Nullable HistoryFile file;
    private final Thread thread = Thread.ofPlatform().name("history").daemon().unstarted(this::run);
    private final CountDownLatch end = new CountDownLatch(1);

    private HistoryTimer(History history, InstantSource clock, @Nullable HistoryFile file) {
        this.history = history;
        this.clock = clock;
        this.file = file;
    }

    /**
     * Reads the file, and goes on from there.
     *
     * @param file null keeps nothing over a restart
     */
    public static HistoryTimer start(History history, EventLog events, InstantSource clock, @Nullable Path file) {
        HistoryTimer timer = new HistoryTimer(history, clock,
                file == null ? null : new HistoryFile(file, events, history));
        if (timer.file != null) {
            timer.file.read();
        }
        timer.thread.start();
        return timer;
    }

    private void run() {
        try {
            for (int seconds = 1; !end.await(SECOND - clock.millis() % SECOND, TimeUnit.MILLISECONDS); seconds++) {
                // The second that has just ended, also if the wait was a little short.
                tick(clock.instant().minusMillis(SECOND / 2));
                if (seconds % WRITE_EVERY == 0 && file != null) {
                    file.write();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick(Instant second) {
        try {
            history.tick(System.nanoTime(), second);
        } catch (RuntimeException e) {
            log.error("event=history_failed", e);
        }
    }

    /** Ends the thread and writes the file for the last time. */
    @Override
    public void close() {
        end.countDown();
        ThreadEnd.thenWrite(thread, () -> {
            if (file != null) {
                file.write();
            }
        });
    }
}
