package io.revproc.settings;

import java.time.Duration;

import io.revproc.proxy.forward.ForwardSettings;
import io.revproc.proxy.forward.InFlightWithoutGrant;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How messages are brought to the servers.
 *
 * @param deadline             how long a client waits for an answer over all attempts, unless its message says otherwise.
 *                             A longer time helps slow servers, a shorter one frees the places of stuck servers
 * @param maxDeadline          the longest time that a client's {@code deadlineMs} may ask for
 * @param connectTimeout       how long a connect to a server may take before the message goes to the next server
 * @param maxInFlightPerServer the most messages in flight at one server, unless its setup asks for fewer
 * @param part1MaxInFlight     the most messages in flight at one server of Part 1 (the old protocol), over all event
 *                             loops. Such servers listen with a backlog of one and handle one connection at a time: with
 *                             more than 1 the kernel drops connects of a busy one
 * @param part1MaxMessageSize  the largest message for servers of Part 1 (the old protocol), in bytes as the server gets
 *                             it, including a payloadsize that the proxy adds. Some old servers crash or hang for good on
 *                             more than their buffer of 1,024 or 2,048 bytes: raise it only if all old servers are known
 *                             to take more
 * @param queueTimeout         how long a message may wait for a place at a server before it is refused as overloaded, at
 *                             most its deadline. Default: as long as the deadline. An old server takes one message at a
 *                             time, so many messages may wait behind a slow one and still get their turn; a shorter time
 *                             tells clients sooner
 * @param retryBudget          the share of a policy's messages, in percent, that may be sent a second time because they
 *                             are idempotent. Retries of messages that were never handed over do not count
 * @param inFlightWithoutGrant what becomes of messages that a server has when policies and grants do not allow it any
 *                             more. finish: their answers are waited for. cut: their clients hear SERVER_FAILED at once,
 *                             and late answers are dropped
 * @param tls                  TLS towards servers that speak it
 */
@ConfigurationProperties("revproc.forward")
public record ForwardProperties(
        @DefaultValue("10s") Duration deadline,
        @DefaultValue("60s") Duration maxDeadline,
        @DefaultValue("1s") Duration connectTimeout,
        @DefaultValue("1024") int maxInFlightPerServer,
        @DefaultValue("1") int part1MaxInFlight,
        @DefaultValue("1KB") DataSize part1MaxMessageSize,
        @DefaultValue("10s") Duration queueTimeout,
        @DefaultValue("20") int retryBudget,
        @DefaultValue("finish") InFlightWithoutGrant inFlightWithoutGrant,
        @DefaultValue @NestedConfigurationProperty ForwardTlsProperties tls) implements CheckedSettings {
    @Override
    public void check(Bounds bounds) {
        bounds.range("deadline", deadline, Duration.ofMillis(10), Duration.ofHours(24))
                .range("max-deadline", maxDeadline, Duration.ofMillis(10), Duration.ofHours(24))
                .range("connect-timeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(5))
                .range("max-in-flight-per-server", maxInFlightPerServer, 1, 65536)
                .range("part1-max-in-flight", part1MaxInFlight, 1, 65536)
                .range("queue-timeout", queueTimeout, Duration.ofMillis(1), Duration.ofHours(1))
                .range("retry-budget", retryBudget, 0, 100);
    }

    /** Returns them as the proxy takes them. */
    public ForwardSettings settings() {
        return new ForwardSettings(deadline, maxDeadline, connectTimeout, maxInFlightPerServer, part1MaxInFlight,
                part1MaxMessageSize.toBytes(), queueTimeout, retryBudget, inFlightWithoutGrant, tls.settings());
    }
}
