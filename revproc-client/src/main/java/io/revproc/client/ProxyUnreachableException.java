package io.revproc.client;

/** No proxy could be connected to in time. Nothing of the message was sent. */
public final class ProxyUnreachableException extends RevprocException {
    private static final long serialVersionUID = 1L;

    ProxyUnreachableException(String sentence) {
        super(sentence, true);
    }
}
