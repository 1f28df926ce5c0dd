package io.revproc.proxy.forward;

import java.util.List;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import org.jspecify.annotations.Nullable;

/**
 * Told of each message, for the access log and for traces. Called on the event loops: block never, and throw nothing. A
 * forwarder without one pays a look at a null.
 */
public interface MessageLog {
    /**
     * A message has come and has a policy.
     *
     * @param bytes holds the message; valid for the call
     */
    default void arrived(Exchange exchange, byte[] bytes, MessageFields fields) {}

    /**
     * The message has ended.
     *
     * @param endpoint   where it was; null if it held a place nowhere
     * @param code       why it was refused; null if it was answered, or {@code replyBytes} is negative
     * @param replyBytes of the endpoint's answer; -1 if the client left before the message was sent
     * @param now        as {@link System#nanoTime()}
     */
    void ended(Exchange exchange, @Nullable Endpoint endpoint, @Nullable ErrorCode code, int replyBytes, long now);

    /** A message was refused before it was given to a policy. */
    default void refused(RefusedMessage message) {}

    /** One that tells all of these, in order; null if there are none. */
    static @Nullable MessageLog all(List<MessageLog> logs) {
        if (logs.size() < 2) {
            return logs.isEmpty() ? null : logs.getFirst();
        }
        List<MessageLog> each = List.copyOf(logs);
        return new MessageLog() {
            @Override
            public void arrived(Exchange exchange, byte[] bytes, MessageFields fields) {
                each.forEach(log -> log.arrived(exchange, bytes, fields));
            }

            @Override
            public void ended(Exchange exchange, @Nullable Endpoint endpoint, @Nullable ErrorCode code, int replyBytes,
                    long now) {
                each.forEach(log -> log.ended(exchange, endpoint, code, replyBytes, now));
            }

            @Override
            public void refused(RefusedMessage message) {
                each.forEach(log -> log.refused(message));
            }
        };
    }
}
