package io.revproc.spring;

import java.time.Duration;

import io.revproc.server.ServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a message besides its payload, for a handler.
 *
 * @param policy      the message's policy, one of the handler's
 * @param clientId    the client's id as it named itself: nobody has checked it. 1 to 128 characters without control characters
 * @param idempotent  whether the client said that the message may be handled twice; then it may indeed come twice
 * @param deadline    how long the client waits, counted from when it sent the message; null if it did not say
 * @param traceparent the W3C trace context as the client wrote it, unchecked; null if there is none
 */
public record MessageContext(String policy, String clientId, boolean idempotent, @Nullable Duration deadline,
        @Nullable String traceparent) {
    static MessageContext of(ServerRequest request) {
        return new MessageContext(request.policy(), request.clientId(), request.idempotent(), request.deadline(),
                request.traceparent());
    }
}
