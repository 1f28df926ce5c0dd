package io.revproc.server;

import java.util.concurrent.CompletionStage;

/** Answers the messages of a policy later. Called on the server's executor, as a {@link Handler}. */
@FunctionalInterface
public interface AsyncHandler {
    /**
     * Begins to answer one message.
     *
     * @return completed with what the client gets, from any thread; if it fails, with a {@link Refusal} for example, that one message is
     *         refused. One that is never completed holds its message's place for ever: give it a time-out
     * @throws Exception as if the stage had failed with it
     */
    CompletionStage<Reply> handle(ServerRequest request) throws Exception;
}
