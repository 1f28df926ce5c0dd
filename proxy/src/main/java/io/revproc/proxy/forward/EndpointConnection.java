package io.revproc.proxy.forward;

/** A connection to an endpoint that has messages. Belongs to one event loop. */
interface EndpointConnection {
    /**
     * Takes back a message of which nothing was sent yet.
     *
     * @return whether the endpoint surely never gets it; false changes nothing
     */
    boolean withdraw(Exchange exchange);

    /** Gives up waiting for the answer: whatever comes for the message now is dropped. */
    void abandon(Exchange exchange);
}
