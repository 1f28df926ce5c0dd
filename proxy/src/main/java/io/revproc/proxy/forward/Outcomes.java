package io.revproc.proxy.forward;

import java.util.Collection;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;

/** Takes what connections to endpoints report of the messages that they have. Used on one event loop. */
interface Outcomes {
    /** Reports that a message is in the write of an open connection. */
    void sent(Exchange exchange);

    /**
     * Tells of an endpoint's answer: the bytes of the array from {@code from} to {@code cutStart} and from {@code cutEnd} to
     * {@code to}, which are valid for the call.
     */
    void answered(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to, int cutStart, int cutEnd);

    /**
     * Tells that the endpoint refused this one message.
     *
     * @param code      that it named
     * @param retryable whether it said that it has handled nothing of the message
     * @param present   whether the connection is of the endpoint's present lease; what is said on another one tells nothing about it
     */
    void refused(Exchange exchange, Endpoint endpoint, ErrorCode code, boolean retryable, String sentence,
            boolean present);

    /** Reports that the endpoint had the message and did not answer it. */
    void failed(Exchange exchange, Endpoint endpoint);

    /** Reports that an endpoint sent an invalid answer; the reason contains no payload. */
    void breach(Endpoint endpoint, String what);

    /** Reports that the connect to the endpoint failed; none of these messages were handed over. */
    void unconnected(Endpoint endpoint, Collection<Exchange> exchanges, ConnectFailure failure);

    /** Reports that these messages were not sent, for a reason that is not the endpoint's; they may go there again. */
    void unsent(Endpoint endpoint, Collection<Exchange> exchanges);

    /** Reports that a connection takes messages again. */
    void roomAgain();
}
