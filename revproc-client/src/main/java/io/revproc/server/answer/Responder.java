package io.revproc.server.answer;

/** Decides what becomes of messages. */
@FunctionalInterface
public interface Responder {
    /**
     * Takes a message. Called on the connection's event loop: must return soon, and may answer before it returns or later, from any
     * thread. What it throws refuses the message.
     */
    void respond(Exchange exchange);
}
