package io.revproc.settings;

import java.time.Duration;

import io.revproc.proxy.health.HealthSettings;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

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
@Validated
@ConfigurationProperties(prefix = "revproc.health", ignoreUnknownFields = false)
public record HealthProperties(
        @DefaultValue("200ms") @NotNull @DurationMin(millis = 1) @DurationMax(hours = 1) Duration backoff,
        @DefaultValue("10s") @NotNull @DurationMin(millis = 1) @DurationMax(hours = 24) Duration maxBackoff,
        @DefaultValue("5m") @NotNull @DurationMin(millis = 1) @DurationMax(hours = 24) Duration maxTimeoutBackoff,
        @DefaultValue("5") @Min(0) @Max(1_000_000) int ejectAfter,
        @DefaultValue("2s") @NotNull @DurationMin(millis = 1) @DurationMax(hours = 1) Duration ejectTime,
        @DefaultValue("60s") @NotNull @DurationMin(millis = 1) @DurationMax(hours = 24) Duration maxEjectTime) {
    /** The time without a failure after which the next ejection counts as the first again. */
    private static final Duration FORGET_AFTER = Duration.ofSeconds(60);
    /** The share of each waiting time that is left to chance, so that servers that failed together are not tried together. */
    private static final double JITTER = 0.2;

    /** @throws IllegalArgumentException if the values do not go together */
    public HealthProperties {
        new HealthSettings(backoff, maxBackoff, maxTimeoutBackoff, ejectAfter, ejectTime, maxEjectTime, FORGET_AFTER,
                JITTER);
    }

    /** Returns them as the proxy takes them. */
    public HealthSettings settings() {
        return new HealthSettings(backoff, maxBackoff, maxTimeoutBackoff, ejectAfter, ejectTime, maxEjectTime,
                FORGET_AFTER, JITTER);
    }
}
