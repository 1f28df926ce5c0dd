package io.revproc.proxy.forward;

import java.time.Duration;

import io.revproc.proxy.tls.ForwardTlsSettings;

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
public record ForwardSettings(
        Duration deadline,
        Duration maxDeadline,
        Duration connectTimeout,
        int maxInFlightPerServer,
        int part1MaxInFlight,
        long part1MaxMessageSize,
        Duration queueTimeout,
        int retryBudget,
        InFlightWithoutGrant inFlightWithoutGrant,
        ForwardTlsSettings tls) {}
