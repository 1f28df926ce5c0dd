package io.revproc.access;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Lets a stranger cause only so many log lines: {@value #PER_SECOND} a second, the others are counted. Thread-safe. */
public final class LineLimit {
    public static final int PER_SECOND = 10;

    private final LongSupplier nanoClock;
    private long second;
    private int lines;
    private long unlogged;

    /** @param nanoClock as {@link System#nanoTime()} */
    public LineLimit(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.second = nanoClock.getAsLong();
    }

    /** How many lines were left out since the last one, if this one may be written; -1 if not. */
    public synchronized long next() {
        long now = nanoClock.getAsLong();
        if (now - second >= TimeUnit.SECONDS.toNanos(1)) {
            second = now;
            lines = 0;
        }
        if (lines == PER_SECOND) {
            unlogged++;
            return -1;
        }
        lines++;
        long before = unlogged;
        unlogged = 0;
        return before;
    }
}
