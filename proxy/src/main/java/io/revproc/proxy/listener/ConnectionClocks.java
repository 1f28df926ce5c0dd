package io.revproc.proxy.listener;

/**
 * The clocks of one connection: how long its message has been incomplete, how long nothing came or went, how long its peer has taken
 * nothing. They run only while it is the peer's turn: the first two stand while we do not read. Knows no clock of its own; all times are
 * nanoseconds on the scale of {@link System#nanoTime()}. Belongs to the connection's event loop.
 */
final class ConnectionClocks {
    private long active;
    private long begun;
    private long pausedAt;
    private long unsentBytes;
    private long unsentSince;
    private boolean partial;
    private boolean paused;

    ConnectionClocks(long now) {
        active = now;
        begun = now;
        unsentSince = now;
    }

    /** Takes note of bytes that came. */
    void read(long now) {
        active = now;
    }

    /** Takes note of a reply that was written. */
    void replied(long now) {
        active = now;
    }

    /**
     * Takes note of a look at what came.
     *
     * @param complete whether there was a whole message in it
     * @param rest     whether the beginning of one is left
     */
    void taken(boolean complete, boolean rest, long now) {
        if (complete || !partial) {
            begun = now;
        }
        partial = rest;
    }

    /** Stops the clocks of what is read: from now on nothing is. */
    void pause(long now) {
        if (!paused) {
            paused = true;
            pausedAt = now;
        }
    }

    /** Lets them go on: the time between does not count. */
    void resume(long now) {
        if (paused) {
            paused = false;
            begun += now - pausedAt;
            active = now;
        }
    }

    /** Returns when the message began that is not complete, or what waits here came; the time in which nothing was read left out. */
    long begun() {
        return begun;
    }

    /** Returns how long a message has been incomplete, counting the time in which we read; 0 if none is. */
    long incompleteFor(long now) {
        return partial ? (paused ? pausedAt : now) - begun : 0;
    }

    /** Returns how long nothing came and no reply went. While nothing is read that says nothing: 0. */
    long idleFor(long now) {
        return paused ? 0 : now - active;
    }

    /**
     * Returns how long the peer has taken nothing of what waits to be sent; 0 if nothing waits. Its silence is all that there is to see of its
     * end.
     *
     * @param bytes how many bytes wait now
     */
    long untakenFor(long bytes, long now) {
        if (bytes == 0 || bytes != unsentBytes) {
            unsentBytes = bytes;
            unsentSince = now;
        }
        return now - unsentSince;
    }

    /** The time-outs of a connection. */
    enum Due {
        NOTHING,
        /** The peer takes nothing of what is sent. */
        UNTAKEN,
        /** A message has begun and does not end. */
        INCOMPLETE,
        /** No data comes, and no reply is owed. */
        IDLE
    }

    /**
     * How long peers may take. 0: as long as they like.
     *
     * @param message for a message to be complete, in nanoseconds; and to take what is sent once the connection is being closed
     * @param idle    between messages, in nanoseconds; and to take what is sent
     */
    record Timeouts(long message, long idle) {}

    /**
     * Returns what is overdue, the worst first.
     *
     * @param open   whether messages are taken
     * @param owed   whether replies are owed
     * @param unsent how many bytes wait to be sent
     */
    Due due(Timeouts timeouts, boolean open, boolean owed, long unsent, long now) {
        if (exceeds(untakenFor(unsent, now), open ? timeouts.idle : timeouts.message)) {
            return Due.UNTAKEN;
        }
        if (open && exceeds(incompleteFor(now), timeouts.message)) {
            return Due.INCOMPLETE;
        }
        return open && !owed && exceeds(idleFor(now), timeouts.idle) ? Due.IDLE : Due.NOTHING;
    }

    private static boolean exceeds(long nanos, long limit) {
        return limit > 0 && nanos > limit;
    }
}
