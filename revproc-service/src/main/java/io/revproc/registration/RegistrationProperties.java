package io.revproc.registration;

import java.time.Duration;
import java.util.List;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Who may register, and how long a silent server is believed.
 *
 * @param heartbeat             how often a server of proto 2 is asked to send a heartbeat; 10 ms to 1 min. Shorter finds a
 *                              frozen server sooner and costs a message per server and heartbeat
 * @param ttl                   a server that was silent for this long is not alive; at least twice the heartbeat, so that one
 *                              that comes late takes nobody out; at most 10 min
 * @param grace                 how long the entry of a lost server is kept, so that it comes back to its place in the turn, its
 *                              counters and its maintenance; 0 to 1 d
 * @param allowedCidrs          the networks that servers may register from; none: nobody registers
 * @param maxEndpoints          the most entries in the whole table; about 1 KiB of memory each
 * @param maxEndpointsPerPolicy the most servers of one policy; a change of one of them copies an array of this length
 */
@Validated
@ConfigurationProperties(prefix = "revproc.registration", ignoreUnknownFields = false)
public record RegistrationProperties(@DefaultValue("1s") Duration heartbeat, @DefaultValue("3s") Duration ttl,
        @DefaultValue("10s") Duration grace, @DefaultValue({
                "127.0.0.0/8", "::1"}) List<Cidr> allowedCidrs,
        @DefaultValue("200000") @Min(1) @Max(10_000_000) int maxEndpoints,
        @DefaultValue("10000") @Min(1) @Max(1_000_000) int maxEndpointsPerPolicy) {

    public RegistrationProperties {
        if (heartbeat.compareTo(Duration.ofMillis(10)) < 0 || heartbeat.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("revproc.registration.heartbeat must be 10ms to 1m");
        }
        if (ttl.compareTo(heartbeat.multipliedBy(2)) < 0 || ttl.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "revproc.registration.ttl must be at least twice revproc.registration.heartbeat, and at most 10m");
        }
        if (grace.isNegative() || grace.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("revproc.registration.grace must be 0s to 1d");
        }
        allowedCidrs = List.copyOf(allowedCidrs);
    }
}
