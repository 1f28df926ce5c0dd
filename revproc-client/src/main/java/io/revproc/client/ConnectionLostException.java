package io.revproc.client;

/** The connection broke after the proxy had the message, or a part of it, and before its reply: a server may have handled it. Never {@link #retryable()}. */
public final class ConnectionLostException extends RevprocException {
    private static final long serialVersionUID = 1L;

    ConnectionLostException(String sentence) {
        super(sentence, false);
    }
}
