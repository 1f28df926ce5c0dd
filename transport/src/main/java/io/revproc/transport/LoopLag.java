package io.revproc.transport;

import java.util.concurrent.TimeUnit;

/**
 * How late an event loop is: the worst of the last 15 to 30 seconds, so that a scrape does not miss it. Written by the loop,
 * read by anyone.
 */
public final class LoopLag {
    private static final long WINDOW = TimeUnit.SECONDS.toNanos(15);

    /** One immutable state, so that a reader sees all of one moment. */
    private record Seen(long since, long worst, long worstBefore) {}

    private volatile Seen seen;

    /** @param now as {@link System#nanoTime()} */
    public LoopLag(long now) {
        seen = new Seen(now, 0, 0);
    }

    /** Takes note that what was due at one time is done at another. */
    public void ran(long due, long now) {
        Seen before = current(now);
        seen = new Seen(before.since, Math.max(before.worst, now - due), before.worstBefore);
    }

    /** Returns the worst of this window and the one before. */
    public long nanos(long now) {
        Seen at = current(now);
        return Math.max(at.worst, at.worstBefore);
    }

    private Seen current(long now) {
        Seen last = seen;
        long windows = (now - last.since) / WINDOW;
        return windows == 0 ? last : new Seen(last.since + windows * WINDOW, 0, windows == 1 ? last.worst : 0);
    }
}
