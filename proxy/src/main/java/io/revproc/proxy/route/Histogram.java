package io.revproc.proxy.route;

/**
 * How long things took, counted by one event loop and read by anyone, see {@link Durations}. Log-linear: each doubling from
 * 50 µs to 105 s has {@value #PER_OCTAVE} buckets, so a quantile is wrong by at most a quarter, and less where values are spread
 * evenly. Below 50 µs the buckets are 12.5 µs wide; what took longer than the last one is counted as just longer. 0.7 kB.
 */
public final class Histogram {
    static final int PER_OCTAVE = 4;
    static final int OCTAVES = 22;
    /** The last bucket has no upper end. */
    static final int BUCKETS = PER_OCTAVE * OCTAVES + 1;
    static final long UNIT_NANOS = 12_500;

    /** The index behind the buckets, of the sum of all nanoseconds. */
    static final int SUM = BUCKETS;
    static final int LENGTH = BUCKETS + 1;

    private final Counters counters = new Counters(LENGTH);

    /** Counts one duration. For the loop whose histogram it is. */
    public void record(long nanos) {
        counters.add(bucket(nanos), 1);
        counters.add(SUM, nanos);
    }

    void addTo(long[] sums) {
        counters.addTo(sums);
    }

    /** A bucket holds its upper end and not its lower one, as Prometheus counts. */
    static int bucket(long nanos) {
        long units = Math.max(0, nanos - 1) / UNIT_NANOS;
        if (units < PER_OCTAVE) {
            return (int) units;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(units);
        int bucket = (exponent - 1) * PER_OCTAVE + (int) (units >>> exponent - 2 & PER_OCTAVE - 1);
        return Math.min(bucket, BUCKETS - 1);
    }

    /** Returns the upper end of a bucket; that of the last one is its lower end. */
    static long upperNanos(int bucket) {
        int next = Math.min(bucket + 1, BUCKETS - 1);
        return next < PER_OCTAVE
                ? next * UNIT_NANOS
                : UNIT_NANOS * (PER_OCTAVE + next % PER_OCTAVE) << next / PER_OCTAVE - 1;
    }
}
