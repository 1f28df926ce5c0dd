package io.revproc.proxy.trace;

import java.net.URI;
import java.util.Map;

/**
 * Traces by OpenTelemetry.
 *
 * @param enabled       whether messages are traced
 * @param endpoint      where spans are sent: OTLP over HTTP, protobuf
 * @param headers       HTTP headers for it, such as a key of the service that takes the spans. They are secrets: keep them out
 *                      of files that others read
 * @param share         the share of messages that are traced though they bring no trace, in percent. A traced message costs
 *                      several times what another does
 * @param followClients whether a client's {@code traceparent} says if its message is traced. Off: the share alone says it, and
 *                      no client can make its messages dear
 * @param queueSize     the most spans that wait to be sent; what comes while it is full is dropped
 */
public record TracingSettings(boolean enabled,
        URI endpoint,
        Map<String, String> headers,
        double share,
        boolean followClients, int queueSize) {}
