package io.revproc.proxy.forward;

import java.util.List;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;

/**
 * Told what becomes of messages, for health, metrics and records. Called on the event loops, for every message: return at
 * once, allocate nothing, block never.
 */
public interface ForwardObserver {
    /** No connection could be had; the message was not handed over and goes elsewhere. */
    default void unreachable(Endpoint endpoint) {}

    /**
     * The endpoint answered.
     *
     * @param nanos from handing over to the answer
     */
    default void answered(Endpoint endpoint, long nanos) {}

    /**
     * The endpoint had the message and did not answer it.
     *
     * @param code  {@link ErrorCode#TIMEOUT}: not within the proxy's own deadline; or {@link ErrorCode#SERVER_FAILED}
     * @param nanos since it was handed over
     */
    default void failed(Endpoint endpoint, ErrorCode code, long nanos) {}

    /** The endpoint said that it does not serve the policy that it is registered for. It has handled nothing of the message. */
    default void notServed(Endpoint endpoint) {}

    /** One observer that tells all of these, in order. */
    static ForwardObserver all(List<ForwardObserver> observers) {
        if (observers.size() == 1) {
            return observers.getFirst();
        }
        ForwardObserver[] each = observers.toArray(new ForwardObserver[0]);
        return new ForwardObserver() {
            @Override
            public void unreachable(Endpoint endpoint) {
                for (ForwardObserver observer : each) {
                    observer.unreachable(endpoint);
                }
            }

            @Override
            public void answered(Endpoint endpoint, long nanos) {
                for (ForwardObserver observer : each) {
                    observer.answered(endpoint, nanos);
                }
            }

            @Override
            public void failed(Endpoint endpoint, ErrorCode code, long nanos) {
                for (ForwardObserver observer : each) {
                    observer.failed(endpoint, code, nanos);
                }
            }

            @Override
            public void notServed(Endpoint endpoint) {
                for (ForwardObserver observer : each) {
                    observer.notServed(endpoint);
                }
            }
        };
    }
}
