package io.revproc.proxy.stats;

/** The figures that are kept for every second. */
public enum Figure {
    /** Messages answered per second; of a longer time the mean. */
    RATE("rate", false),
    /** Messages per second that were refused, or failed at a server; of a longer time the mean. */
    FAILED("failed", false),
    /** The 99th percentile of a second in microseconds, unknown if nothing was answered; of a longer time the worst second's. */
    P99("p99", true),
    /** Messages at servers; of a longer time the most. */
    IN_FLIGHT("inFlight", true),
    /** Messages that wait for a place at a server; of a longer time the most. */
    WAITING("waiting", true);

    private final String word;
    private final boolean most;

    Figure(String word, boolean most) {
        this.word = word;
        this.most = most;
    }

    /** Returns its name in JSON. */
    public String word() {
        return word;
    }

    /** Returns whether a longer time is told by its highest second, not by the mean of all. */
    boolean isMost() {
        return most;
    }
}
