package io.revproc.cli.live;

/** A count that only grows, and how fast: over the last five seconds, as the dashboard has it. Not thread-safe. */
final class Meter {
    private static final int SAMPLES = 6;

    private final long[] at = new long[SAMPLES];
    private final long[] value = new long[SAMPLES];
    private int count;
    private long now;

    void set(long count) {
        now = count;
    }

    /**
     * Takes a sample.
     *
     * @param millis on a scale of its own; never goes back
     */
    void sample(long millis) {
        if (count > 0 && now < value[(count - 1) % SAMPLES]) {
            // Counted anew: the server registered again.
            count = 0;
        }
        at[count % SAMPLES] = millis;
        value[count % SAMPLES] = now;
        count++;
    }

    double perSecond() {
        int last = (count - 1) % SAMPLES;
        int first = count <= SAMPLES ? 0 : count % SAMPLES;
        return count < 2 || at[last] <= at[first] ? 0 : (value[last] - value[first]) * 1e3 / (at[last] - at[first]);
    }
}
