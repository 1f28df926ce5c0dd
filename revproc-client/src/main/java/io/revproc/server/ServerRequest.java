package io.revproc.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.revproc.server.answer.Exchange;
import org.jspecify.annotations.Nullable;

/** One message, as its handler sees it. Immutable and thread-safe; may be kept as long as one likes. */
public final class ServerRequest {
    private final Exchange exchange;

    ServerRequest(Exchange exchange) {
        this.exchange = exchange;
    }

    /**
     * Returns the policy of the message: the one that its handler was added for; or, where {@link PolicyServer.Builder#widerPolicies} is
     * on, a wider one that the proxy's operator lets servers of that policy serve.
     */
    public String policy() {
        return exchange.policy().text();
    }

    /** Returns the policy that the handler was added for, by whose registration the message came here. */
    public String servedAs() {
        return exchange.handledAs().text();
    }

    /** Returns the client's id as it named itself: nobody has checked it. 1 to 128 characters without control characters. */
    public String clientId() {
        return exchange.client();
    }

    /** Returns the payload as text. Decoded with each call. */
    public String payloadText() {
        return new String(exchange.payload(), StandardCharsets.UTF_8);
    }

    /** Returns the payload's bytes, well-formed UTF-8. Not a copy: do not change them. */
    public byte[] payload() {
        return exchange.payload();
    }

    /** Returns whether the client said that the message may be handled twice; then it may indeed come twice. */
    public boolean idempotent() {
        return exchange.idempotent();
    }

    /** Returns how long the client waits, counted from when it sent the message; null if it did not say. */
    public @Nullable Duration deadline() {
        int millis = exchange.deadlineMillis();
        return millis == 0 ? null : Duration.ofMillis(millis);
    }

    /** Returns the W3C trace context as the client wrote it, unchecked; null if there is none. */
    public @Nullable String traceparent() {
        return exchange.traceparent();
    }

    /** Without the payload: this may end in a log. */
    @Override
    public String toString() {
        return "ServerRequest[policy=" + policy() + ", " + exchange.payload().length + " bytes]";
    }
}
