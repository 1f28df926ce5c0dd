package io.revproc.cli.server;

import java.time.Duration;

/**
 * Decides how long to wait before the next attempt to register, or to follow a stream. A proxy that can't be reached is soon tried again, since
 * nothing else brings the server or reader back; a refusal that does not change soon costs the proxy a request each time, and its log a line.
 * For one thread.
 */
public final class BackOff {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(30);

    private Duration next = FIRST;

    /** Returns the time to wait after a failure that may pass by itself. */
    public Duration passing() {
        next = FIRST;
        return FIRST;
    }

    /** Returns the time to wait after a refusal that somebody has to do something about: twice the last one, at most 30 s. */
    public Duration lasting() {
        Duration now = next;
        next = now.multipliedBy(2).compareTo(MOST) > 0 ? MOST : now.multipliedBy(2);
        return now;
    }
}
