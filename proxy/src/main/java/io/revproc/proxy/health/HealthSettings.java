package io.revproc.proxy.health;

import java.time.Duration;

/**
 * When a server that fails is taken out, and when it is tried again.
 *
 * @param backoff     how long a server that could not be reached (and a Part 1 server that failed a message) is left alone
 *                    before one real message tries it; doubles with each failed trial. Shorter brings it back sooner and
 *                    costs a message a connect attempt more often
 * @param maxBackoff  the longest of these; a server that comes back stays unused for up to this long
 * @param maxTimeoutBackoff the longest of these after trials that timed out: each costs one message the whole deadline, so the first
 *                    waiting time is as long as that, and the next ones double up to this
 * @param ejectAfter  so many messages in a row without an answer (a time-out, a broken connection) take a server of proto 2
 *                    out although its heartbeats come. 0: never
 * @param ejectTime   how long it is left alone the first time; doubles with each further time
 * @param maxEjectTime the longest of these
 * @param forgetAfter so long without trouble, and the next ejection is a first one again
 * @param jitter      the share of each waiting time, 0 to 0.9, that is left to chance, so that servers that failed together
 *                    are not tried together
 */
public record HealthSettings(
        Duration backoff,
        Duration maxBackoff,
        Duration maxTimeoutBackoff,
        int ejectAfter,
        Duration ejectTime,
        Duration maxEjectTime,
        Duration forgetAfter,
        double jitter) {
    public HealthSettings {
        if (maxBackoff.compareTo(backoff) < 0) {
            throw new IllegalArgumentException("revproc.health.max-backoff must not be below revproc.health.backoff");
        }
        if (maxEjectTime.compareTo(ejectTime) < 0) {
            throw new IllegalArgumentException(
                    "revproc.health.max-eject-time must not be below revproc.health.eject-time");
        }
    }
}
