package io.revproc.proxy.health;

import java.time.Duration;

/**
 * When a server that fails is taken out, and when it is tried again.
 *
 * @param backoff     how long a server that could not be reached, or an old server that failed a message, gets no
 *                    messages before one real message tries it. The time doubles with each failed trial. A shorter time
 *                    brings the server back sooner, and costs more failed connects
 * @param maxBackoff  the longest back-off. A server that works again stays unused for up to this long
 * @param maxTimeoutBackoff the longest back-off after trials that timed out. Each such trial costs one message the whole
 *                          deadline, so the first wait is as long as the deadline, and further ones double up to this
 * @param ejectAfter  after this many messages in a row without an answer (time-outs, broken connections) a server of Part
 *                    2 is taken out of rotation although its heartbeats come. 0: never
 * @param ejectTime   how long an ejected server gets no messages the first time. The time doubles with each further
 *                    ejection
 * @param maxEjectTime the longest ejection
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
