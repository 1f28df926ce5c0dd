package io.revproc.proxy.forward;

import java.time.Duration;

import io.revproc.proxy.tls.ForwardTlsSettings;

/**
 * How messages are brought to the servers.
 *
 * @param deadline             how long a client waits for an answer unless its message says so, over all attempts. Longer
 *                             helps slow servers, shorter frees places of stuck ones
 * @param maxDeadline          the most that a client's {@code deadlineMs} may ask for
 * @param connectTimeout       how long a connect to a server may take before the message goes to the next one
 * @param maxInFlightPerServer the most messages at one server at once, unless its setup says less
 * @param part1MaxInFlight     the same for Part 1 servers, over all event loops. They listen with a backlog of one and handle
 *                             one connection at a time: more than 1 makes the kernel drop connects of a busy one
 * @param part1MaxMessageSize  the largest message for Part 1 servers, in bytes as they get it; a payloadsize that is added counts. Some of
 *                             them die, or hang for good, on more than their 1,024- or 2,048-byte buffer: raise it only where
 *                             all old servers are known to take more
 * @param queueTimeout         how long a message may wait for a place at a server before it is refused as overloaded; never
 *                             longer than its deadline. Default: as long as that. A Part 1 server takes one message at a time,
 *                             so behind a slow one many wait that will have their turn; shorter tells clients sooner
 * @param retryBudget          the share of a policy's messages, in percent, that may be sent a second time because they are
 *                             idempotent; what was never handed over does not count
 * @param tls                  TLS towards servers that speak it
 */
public record ForwardSettings(
        Duration deadline,
        Duration maxDeadline,
        Duration connectTimeout,
        int maxInFlightPerServer,
        int part1MaxInFlight,
        long part1MaxMessageSize,
        Duration queueTimeout,
        int retryBudget,
        ForwardTlsSettings tls) {}
