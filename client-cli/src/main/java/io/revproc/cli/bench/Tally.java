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
    long opened;
    long messages;
    /** Answered or failed, the warm-up's included. */
    long done;

    Tally(long from, long to) {
        this.from = from;
        this.to = to;
    }

    void answered(long due, long now) {
        done++;
        if (now - from >= 0 && to - now > 0) {
            messages++;
            latency.recordValue(Math.clamp(now - due, 1, HIGHEST_NANOS));
        }
    }

    void failed(String error, long count, long now) {
        done += count;
        if (now - from >= 0 && to - now > 0) {
            errors.merge(error, count, Long::sum);
        }
    }
}
