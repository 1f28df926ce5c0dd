package io.revproc.settings;

import java.net.URI;
import java.util.Map;

import io.revproc.proxy.trace.TracingSettings;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

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
 */
@ConfigurationProperties("revproc.tracing")
public record TracingProperties(@DefaultValue("false") boolean enabled,
        @DefaultValue("http://127.0.0.1:4318/v1/traces") URI endpoint,
        @DefaultValue Map<String, String> headers,
        @DefaultValue("1") double share,
        @DefaultValue("true") boolean followClients) implements CheckedSettings {
    /** The most spans that wait to be sent; what comes while it is full is dropped. */
    private static final int QUEUE_SIZE = 2048;

    @Override
    public void check(Bounds bounds) {
        bounds.percentage("share", share)
                .demand("endpoint", ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
                        && endpoint.getHost() != null, "must be an address such as http://127.0.0.1:4318/v1/traces");
    }

    /** Returns them as the proxy takes them. */
    public TracingSettings settings() {
        return new TracingSettings(enabled, endpoint, headers, share, followClients, QUEUE_SIZE);
    }

}
