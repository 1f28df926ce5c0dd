package io.revproc.proxy.accesslog;

/**
 * A line for each message, by the logger {@code io.revproc.access}. Payloads are never in it.
 *
 * @param enabled   whether it is written. A line costs about as much processor time as bringing its message to a server
 * @param share     the share of the answered messages that get a line, in percent. Refused and failed messages always get
 *                  one
 * @param queueSize the most lines that wait to be written; what comes while it is full is counted and not written. About 200
 *                  bytes of memory each
 */
public record AccessLogSettings(boolean enabled,
        double share,
        int queueSize) {}
