package io.revproc.cli.bench;

/**
 * When messages are due. In an open loop that is by the clock; in a closed loop each answer makes the next message due, and only
 * their number is bounded. Not thread-safe.
 */
final class Schedule {
    private final long start;
    private final long end;
    private final double interval;
    private final long limit;
    private long sent;

    /**
     * @param rate  messages a second; 0: closed loop
     * @param limit the most messages; 0: no such bound
     */
    Schedule(long start, long end, double rate, long limit) {
        this.start = start;
        this.end = end;
        this.interval = rate > 0 ? 1e9 / rate : 0;
        this.limit = limit == 0 ? Long.MAX_VALUE : limit;
    }

    boolean open() {
        return interval > 0;
    }

    long limit() {
        return limit;
    }

    /** Returns when the next message is due; in a closed loop that is now. */
    long due(long now) {
        return open() ? start + (long) (sent * interval) : now;
    }

    /** Returns whether another message is due by now. */
    boolean isDue(long now) {
        return sent < limit && (!open() || due(now) - now <= 0 && due(now) - end < 0);
    }

    void sent() {
        sent++;
    }

    /** Messages that were due before the end and found no connection with room. */
    long unsent() {
        if (!open()) {
            return 0;
        }
        long all = Math.min(limit, (long) Math.ceil((end - start) / interval));
        return Math.max(0, all - sent);
    }
}
