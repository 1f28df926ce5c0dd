package io.revproc.forward;

/** A connection to an endpoint that has messages. Belongs to one event loop. */
interface EndpointConnection {
    /**
     * The message's deadline passed, or its client is gone: whatever comes for it now is dropped.
     *
     * @return whether the endpoint surely never gets it
     */
    boolean abandon(Exchange exchange);
}
