package io.revproc.client;

/** The client was closed. Unless {@link #retryable()}, the message had been sent. */
public final class ClientClosedException extends RevprocException {
    private static final long serialVersionUID = 1L;

    ClientClosedException(boolean sent) {
        super(sent ? "the client was closed before the reply came" : "the client is closed", !sent);
    }
}
