package io.revproc.server;

/** Decides which refusal a client gets when a handler fails. */
@FunctionalInterface
public interface FailureHandler {
    /**
     * Returns the refusal for a message whose handler threw something that is no {@link Refusal}. Called on the thread that the handler
     * failed on. If it throws itself, the refusal is {@code SERVER_FAILED}.
     *
     * @param failure what the handler threw; its text may hold the payload
     */
    Refusal refusal(ServerRequest request, Throwable failure);
}
