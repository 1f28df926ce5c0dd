package io.revproc.server;

/** Answers the messages of a policy. Called for several messages at once, each on its own thread of the server's executor. */
@FunctionalInterface
public interface Handler {
    /**
     * Answers one message. May block: by default it runs on a virtual thread.
     *
     * @return what the client gets
     * @throws Refusal   to refuse this one message, with a sentence of its own
     * @throws Exception anything else refuses this one message as {@code SERVER_FAILED}; the exception's text reaches neither the
     *                   client nor the log, since it may hold the payload (see {@link PolicyServer.Builder#onFailure})
     */
    Reply handle(ServerRequest request) throws Exception;
}
