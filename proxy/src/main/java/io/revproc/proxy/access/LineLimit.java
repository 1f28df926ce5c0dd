package io.revproc.proxy.access;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Lets a stranger cause only so many log lines: {@value #PER_SECOND} a second by default; the others are counted. Thread-safe. */
public final class LineLimit {
    public static final int PER_SECOND = 10;

    private final LongSupplier nanoClock;
    private final int most;
    private final long periodNanos;
    private long period;
    private int lines;
    private long unlogged;

    /** @param nanoClock as {@link System#nanoTime()} */
    public LineLimit(LongSupplier nanoClock) {
        this(nanoClock, PER_SECOND, Duration.ofSeconds(1));
    }

    /**
     * @param nanoClock as {@link System#nanoTime()}
     * @param most      how many lines in each period
     */
    public LineLimit(LongSupplier nanoClock, int most, Duration period) {
        this.nanoClock = nanoClock;
        this.most = most;
        this.periodNanos = period.toNanos();
        this.period = nanoClock.getAsLong();
    }

    /** Returns how many lines were left out since the last one, if this one may be written; -1 if not. */
    public synchronized long next() {
        long now = nanoClock.getAsLong();
        if (now - period >= periodNanos) {
            period = now;
            lines = 0;
        }
        if (lines == most) {
            unlogged++;
            return -1;
        }
        lines++;
        long before = unlogged;
        unlogged = 0;
        return before;
    }
}
