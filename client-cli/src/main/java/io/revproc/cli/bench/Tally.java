package io.revproc.cli.bench;

import java.util.TreeMap;

import org.HdrHistogram.Histogram;

/** One thread's counts. Only what happens within the measurement counts. Not thread-safe. */
final class Tally {
    private static final long HIGHEST_NANOS = 120_000_000_000L;

    final Histogram latency = new Histogram(100, HIGHEST_NANOS, 3);
    final TreeMap<String, Long> errors = new TreeMap<>();
    private final long from;
    private final long to;
    /** Whether a message belongs to the measurement by the moment it was due, not by the moment of its answer. */
    private final boolean byDue;
    long opened;
    long messages;
    /** Answered or failed, the warm-up's included. */
    long done;
    /** The copy of {@link #done} that other threads may read. */
    private volatile long published;

    Tally(long from, long to, boolean byDue) {
        this.byDue = byDue;
        this.from = from;
        this.to = to;
    }

    /** Lets other threads see how many are done; called now and then by the thread that counts. */
    void publish() {
        published = done;
    }

    /** Returns how many were done when it was last published. Any thread. */
    long published() {
        return published;
    }

    void answered(long due, long now) {
        done++;
        long moment = byDue ? due : now;
        if (moment - from >= 0 && to - moment > 0) {
            messages++;
            latency.recordValue(Math.clamp(now - due, 1, HIGHEST_NANOS));
        }
    }

    /** @param due when the first of the lost messages was due */
    void failed(String error, long count, long due, long now) {
        done += count;
        long moment = byDue ? due : now;
        if (moment - from >= 0 && to - moment > 0) {
            errors.merge(error, count, Long::sum);
        }
    }
}
