package io.revproc.proxy.trace;

import java.net.URI;
import java.util.Map;

/**
 * Traces by OpenTelemetry.
 *
 * @param enabled       whether messages are traced
 * @param endpoint      the URL to which spans are sent: OTLP over HTTP, protobuf
 * @param headers       HTTP headers for the receiver of the spans, such as a key. They are secrets: keep them out of
 *                      files that others can read
 * @param share         the share of messages without a trace of their own that are traced, in percent. A traced message
 *                      costs several times as much as another
 * @param followClients whether a client's {@code traceparent} decides if its message is traced. If false, only the share
 *                      decides, and no client can make its messages more expensive
 * @param queueSize     the most spans that wait to be sent; what comes while it is full is dropped
 */
public record TracingSettings(boolean enabled,
        URI endpoint,
        Map<String, String> headers,
        double share,
        boolean followClients, int queueSize) {}
