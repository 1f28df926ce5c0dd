package io.revproc.proxy.forward;

import java.util.List;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import org.jspecify.annotations.Nullable;

/**
 * Listens to what becomes of messages: health, counters, the delivery record, logs, traces, the seed's transcript. Called on the event
 * loops, for every message: return at once, allocate nothing, block never, throw nothing.
 */
public interface ForwardObserver {
    /** Does nothing. */
    ForwardObserver NONE = new ForwardObserver() {
    };

    /**
     * Tells of a message that has come and has a policy.
     *
     * @param bytes holds the message; valid for the call
     */
    default void arrived(Exchange message, byte[] bytes, MessageFields fields) {}

    /**
     * Tells of a message that has got a place at an endpoint and is about to be sent there.
     *
     * @param bytes holds the client's message from {@code from} to {@code to}; valid for the call
     */
    default void forwarding(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to) {}

    /** Called when a message was handed to an open connection. */
    default void sent(Exchange message) {}

    /**
     * Tells of a message whose client gets the endpoint's answer.
     *
     * @param bytes holds the answer from {@code from} to {@code to}; valid for the call
     * @param now   as {@link System#nanoTime()}
     */
    default void replied(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to, long now) {}

    /**
     * Tells of a message whose client gets a refusal.
     *
     * @param endpoint where it was; null if it held a place nowhere
     * @param now      as {@link System#nanoTime()}
     */
    default void refused(Exchange message, @Nullable Endpoint endpoint, ErrorCode code, String sentence, long now) {}

    /**
     * Tells of a message whose client left before it was sent.
     *
     * @param now as {@link System#nanoTime()}
     */
    default void cancelled(Exchange message, long now) {}

    /** Called when a message was refused before it was given to a policy. */
    default void refused(RefusedMessage message) {}

    /** Called when the connect to the endpoint failed; the message was not handed over and goes to another one. */
    default void unreachable(Endpoint endpoint) {}

    /**
     * Tells that the endpoint answered, be it with a refusal or after its client was told to wait no longer.
     *
     * @param nanos from handing over to the answer
     */
    default void answered(Endpoint endpoint, long nanos) {}

    /**
     * Tells that the endpoint had a message and did not answer it.
     *
     * @param code  {@link ErrorCode#TIMEOUT}: not within the proxy's own deadline; or {@link ErrorCode#SERVER_FAILED}
     * @param nanos since it was handed over
     */
    default void failed(Endpoint endpoint, ErrorCode code, long nanos) {}

    /**
     * Tells that the endpoint does not serve the policy that it is registered for, as it says. It has handled nothing of the message.
     *
     * @param present whether it said so under its present lease; what is said under another one tells nothing about it
     */
    default void notServed(Endpoint endpoint, boolean present) {}

    /**
     * Tells that an endpoint has had the message, for the delivery record.
     *
     * @param failure null if it answered; else {@link ErrorCode#TIMEOUT} or {@link ErrorCode#SERVER_FAILED}
     * @param nanos   since it was handed over
     */
    default void delivered(Delivery message, Endpoint endpoint, @Nullable ErrorCode failure, long nanos) {}

    /**
     * Tells that a message which an endpoint has had is not waited for any more: the rules do not allow the endpoint to have it. That
     * says nothing of how well the endpoint works.
     *
     * @param nanos since it was handed over
     */
    default void cut(Delivery message, Endpoint endpoint, long nanos) {}

    /** Called when nothing more happens to the message. */
    default void done(Delivery message) {}

    /** Returns one observer that tells all of these, in order. */
    static ForwardObserver all(List<? extends ForwardObserver> observers) {
        List<? extends ForwardObserver> each = observers.stream()
                .filter(observer -> observer != NONE && observer != DeliveryLog.NONE).toList();
        return switch (each.size()) {
            case 0 -> NONE;
            case 1 -> each.getFirst();
            default -> new AllObservers(each);
        };
    }
}
