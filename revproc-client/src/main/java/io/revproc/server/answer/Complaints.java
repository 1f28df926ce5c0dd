package io.revproc.server.answer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log lines that a stranger can cause, so many of them and no more. Thread-safe. */
public final class Complaints {
    static final int PER_WINDOW = 20;
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger log = LoggerFactory.getLogger(DataPort.class);

    private final LongSupplier nanoTime;
    private long windowStart;
    private int inWindow;
    private long left;

    /** @param nanoTime a monotonic clock */
    public Complaints(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        windowStart = nanoTime.getAsLong();
    }

    /** @param reason one of our own sentences, or one without anything of the peer's in it */
    void say(String what, String peer, String reason) {
        long unsaid = admit();
        if (unsaid >= 0) {
            log.warn("event={} peer={} reason=\"{}\"{}", what, peer, reason,
                    unsaid > 0 ? " unsaid-before=" + unsaid : "");
        }
    }

    /**
     * A handler threw something. Its text may hold the payload, so the class and the place have to do.
     *
     * @param policy of the message
     */
    public void handlerFailed(String policy, Throwable failure) {
        long unsaid = admit();
        if (unsaid >= 0) {
            StackTraceElement[] trace = failure.getStackTrace();
            log.warn("event=handler_failed policy={} exception={} at={}{}", LogValue.of(policy),
                    failure.getClass().getName(), trace.length == 0 ? "unknown" : trace[0],
                    unsaid > 0 ? " unsaid-before=" + unsaid : "");
        }
    }

    /** Returns how many were left out since the last one that was not; -1 if this one is to be left out as well. */
    synchronized long admit() {
        long now = nanoTime.getAsLong();
        if (now - windowStart >= WINDOW_NANOS) {
            windowStart = now;
            inWindow = 0;
        }
        if (inWindow == PER_WINDOW) {
            left++;
            return -1;
        }
        inWindow++;
        long unsaid = left;
        left = 0;
        return unsaid;
    }
}
