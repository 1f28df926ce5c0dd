package io.revproc.forward;

import io.revproc.upstream.Endpoint;
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
     * @param code {@link ErrorCode#TIMEOUT} or {@link ErrorCode#SERVER_FAILED}
     */
    default void failed(Endpoint endpoint, ErrorCode code) {}
}
