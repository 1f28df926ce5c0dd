package io.revproc.proxy.route;

/**
 * Whether this process stood still, as a stopped or starved one does, for so long that others may have gone on without it: the
 * table may be an old one then, and what was read before from clients is not to be routed by it. One thread ticks, and tells when
 * the table was true; any thread asks. Knows no clock: all times are those of {@link System#nanoTime()}.
 */
public final class Standstill {
    private final long limit;
    private final long longest;
    private volatile long ticked;
    /** The time at which the standstill of the process was found; meaningful while {@link #doubted}. */
    private volatile long since;
    private volatile boolean doubted;

    /**
     * @param limit   nanoseconds without a tick from which on the process stood still
     * @param longest nanoseconds after which the table is believed again even if nobody says that it is true: who keeps the table
     *                is away, and routing goes on by the last one
     */
    public Standstill(long limit, long longest, long now) {
        this.limit = limit;
        this.longest = longest;
        this.ticked = now;
    }

    /**
     * Says that the process runs.
     *
     * @return whether it had stood still
     */
    public boolean tick(long now) {
        boolean stood = now - ticked > limit;
        if (stood) {
            since = now;
            doubted = true;
        } else if (doubted && now - since > longest) {
            doubted = false;
        }
        // Last: who sees this tick sees the doubt as well.
        ticked = now;
        return stood;
    }

    /** Notes that the table holds all changes up to this time. */
    public void trueAt(long time) {
        if (doubted && time - since >= 0) {
            doubted = false;
        }
    }

    /** Returns whether the table may be out of date. */
    public boolean doubts(long now) {
        return now - ticked > limit || doubted;
    }
}
