package io.revproc.server.answer;

/** The data port can't be opened; the message is one sentence for a person. */
public final class PortTakenException extends RuntimeException {
    PortTakenException(String sentence) {
        super(sentence);
    }
}
