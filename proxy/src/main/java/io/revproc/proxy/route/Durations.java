package io.revproc.proxy.route;

import java.util.Arrays;
import java.util.Collection;

/**
 * The sum of some {@link Histogram}s at one moment. {@link #since} returns the difference between two moments. Immutable.
 */
public final class Durations {
    public static final Durations NONE = new Durations(new long[Histogram.LENGTH]);

    /** The buckets, and the sum behind them. */
    private final long[] counts;

    private Durations(long[] counts) {
        this.counts = counts;
    }

    /** Returns what these hold now. */
    static Durations of(Collection<Histogram> histograms) {
        long[] counts = new long[Histogram.LENGTH];
        histograms.forEach(histogram -> histogram.addTo(counts));
        return new Durations(counts);
    }

    static Durations of(long[] counts) {
        return new Durations(counts.clone());
    }

    public Durations plus(Durations others) {
        return combine(others, 1);
    }

    /** Returns what came after an earlier moment of the same histograms. */
    public Durations since(Durations earlier) {
        return combine(earlier, -1);
    }

    private Durations combine(Durations other, int sign) {
        long[] combined = counts.clone();
        for (int i = 0; i < combined.length; i++) {
            combined[i] = Math.max(0, combined[i] + sign * other.counts[i]);
        }
        return new Durations(combined);
    }

    public long count() {
        return Arrays.stream(counts, 0, Histogram.BUCKETS).sum();
    }

    public long sumNanos() {
        return counts[Histogram.SUM];
    }

    /**
     * Returns the duration that this share of all did not exceed, spread evenly within its bucket; 0 if there are none.
     *
     * @param share 0 to 1, for instance 0.99
     */
    public long quantileNanos(double share) {
        long count = count();
        double rank = Math.max(0, Math.min(1, share)) * count;
        long below = 0;
        for (int i = 0; i < Histogram.BUCKETS; i++) {
            if (counts[i] > 0 && below + counts[i] >= rank) {
                long lower = i == 0 ? 0 : Histogram.upperNanos(i - 1);
                return lower + (long) ((Histogram.upperNanos(i) - lower) * ((rank - below) / counts[i]));
            }
            below += counts[i];
        }
        return 0;
    }

    /** Returns how many octaves there are: upper ends of 50 µs, 100 µs, 200 µs and so on. */
    public static int octaves() {
        return Histogram.OCTAVES;
    }

    public static long octaveNanos(int octave) {
        return Histogram.upperNanos((octave + 1) * Histogram.PER_OCTAVE - 1);
    }

    /** Returns how many lie above the octave before and not above this one; {@link #octaves()} itself: above the last one. */
    public long octaveCount(int octave) {
        int from = octave * Histogram.PER_OCTAVE;
        long count = 0;
        for (int i = from; i < Math.min(from + Histogram.PER_OCTAVE, Histogram.BUCKETS); i++) {
            count += counts[i];
        }
        return count;
    }
}
