package io.revproc.settings;

import java.net.URI;
import java.util.Map;

import io.revproc.proxy.trace.TracingSettings;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

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
@Validated
@ConfigurationProperties(prefix = "revproc.tracing", ignoreUnknownFields = false)
public record TracingProperties(@DefaultValue("false") boolean enabled,
        @DefaultValue("http://127.0.0.1:4318/v1/traces") @NotNull URI endpoint,
        @DefaultValue Map<String, String> headers,
        @DefaultValue("1") @DecimalMin("0") @DecimalMax("100") double share,
        @DefaultValue("true") boolean followClients) {
    /** The most spans that wait to be sent; what comes while it is full is dropped. */
    private static final int QUEUE_SIZE = 2048;

    /** Returns them as the proxy takes them. */
    public TracingSettings settings() {
        return new TracingSettings(enabled, endpoint, headers, share, followClients, QUEUE_SIZE);
    }

    @AssertTrue(message = "must be an address such as http://127.0.0.1:4318/v1/traces")
    boolean isEndpointHttp() {
        return ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
                && endpoint.getHost() != null;
    }
}
