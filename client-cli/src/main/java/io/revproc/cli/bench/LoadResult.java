package io.revproc.cli.bench;

import java.util.SortedMap;

import org.HdrHistogram.Histogram;

/**
 * The result of a load run.
 *
 * @param messages   answered, and rightly, within the measurement
 * @param seconds    that the measurement took
 * @param errors     by the refusal's code; also HASH and REPLY (not what was expected), CLOSED, CONNECT, TIMEOUT and GARBAGE
 * @param latency    nanoseconds of the answered messages, from the moment they were due
 * @param cpuSeconds what this process itself used; rough, the system counts in hundredths
 * @param opened     connections that were opened
 */
public record LoadResult(long messages, double seconds, SortedMap<String, Long> errors, Histogram latency,
        double cpuSeconds,
        long opened) {
    public double perSecond() {
        return seconds > 0 ? messages / seconds : 0;
    }

    /** Microseconds below which this share of the messages was answered. */
    public double micros(double percentile) {
        return messages == 0 ? 0 : latency.getValueAtPercentile(percentile) / 1e3;
    }

    public double maxMicros() {
        return messages == 0 ? 0 : latency.getMaxValue() / 1e3;
    }

    public long errorCount() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns whether any connection was ever made. */
    public boolean connected() {
        return opened > 0;
    }
}
