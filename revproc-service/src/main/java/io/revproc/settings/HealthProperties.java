package io.revproc.settings;

import java.time.Duration;

import io.revproc.proxy.health.HealthSettings;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

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
 */
@ConfigurationProperties("revproc.health")
public record HealthProperties(
        @DefaultValue("200ms") Duration backoff,
        @DefaultValue("10s") Duration maxBackoff,
        @DefaultValue("5m") Duration maxTimeoutBackoff,
        @DefaultValue("5") int ejectAfter,
        @DefaultValue("2s") Duration ejectTime,
        @DefaultValue("60s") Duration maxEjectTime) implements CheckedSettings {
    /** The time without a failure after which the next ejection counts as the first again. */
    private static final Duration FORGET_AFTER = Duration.ofSeconds(60);
    /** The share of each waiting time that is left to chance, so that servers that failed together are not tried together. */
    private static final double JITTER = 0.2;

    @Override
    public void check(Bounds bounds) {
        bounds.range("backoff", backoff, Duration.ofMillis(1), Duration.ofHours(1))
                .range("max-backoff", maxBackoff, Duration.ofMillis(1), Duration.ofHours(24))
                .range("max-timeout-backoff", maxTimeoutBackoff, Duration.ofMillis(1), Duration.ofHours(24))
                .range("eject-after", ejectAfter, 0, 1_000_000)
                .range("eject-time", ejectTime, Duration.ofMillis(1), Duration.ofHours(1))
                .range("max-eject-time", maxEjectTime, Duration.ofMillis(1), Duration.ofHours(24))
                .together(this::settings);
    }

    /** Returns them as the proxy takes them. */
    public HealthSettings settings() {
        return new HealthSettings(backoff, maxBackoff, maxTimeoutBackoff, ejectAfter, ejectTime, maxEjectTime,
                FORGET_AFTER, JITTER);
    }
}
