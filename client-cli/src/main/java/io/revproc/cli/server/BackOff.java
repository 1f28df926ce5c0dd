package io.revproc.cli.server;

import java.time.Duration;

/**
 * Decides how long to wait before the next attempt to register. A proxy that can't be reached is soon tried again, since nothing else brings the
 * server back; a refusal that will not change by itself costs the proxy a setup each time, and its log a line. For one thread.
 */
final class BackOff {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(30);

    private Duration next = FIRST;

    /** Returns the time to wait after a failure that may pass by itself. */
    Duration passing() {
        next = FIRST;
        return FIRST;
    }

    /** Returns the time to wait after a refusal that somebody has to do something about: twice the last one, at most 30 s. */
    Duration lasting() {
        Duration now = next;
        next = now.multipliedBy(2).compareTo(MOST) > 0 ? MOST : now.multipliedBy(2);
        return now;
    }
}
