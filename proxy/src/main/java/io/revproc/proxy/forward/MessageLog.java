package io.revproc.proxy.forward;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Listens to the end of each message, whichever it is: for access log and traces. */
public interface MessageLog extends ForwardObserver {
    /**
     * Tells of a message that has ended.
     *
     * @param endpoint   where it was; null if it held a place nowhere
     * @param code       why it was refused; null if it was answered, or {@code replyBytes} is negative
     * @param replyBytes of the endpoint's answer; -1 if the client left before the message was sent
     * @param now        as {@link System#nanoTime()}
     */
    void ended(Exchange message, @Nullable Endpoint endpoint, @Nullable ErrorCode code, int replyBytes, long now);

    @Override
    default void replied(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to, long now) {
        ended(message, endpoint, null, to - from, now);
    }

    @Override
    default void refused(Exchange message, @Nullable Endpoint endpoint, ErrorCode code, String sentence, long now) {
        ended(message, endpoint, code, 0, now);
    }

    @Override
    default void cancelled(Exchange message, long now) {
        ended(message, null, null, -1, now);
    }
}
