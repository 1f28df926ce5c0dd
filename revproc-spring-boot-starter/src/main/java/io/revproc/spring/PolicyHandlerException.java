package io.revproc.spring;

/** A method can't be a handler. The message is one sentence for a person. */
public final class PolicyHandlerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PolicyHandlerException(String sentence) {
        super(sentence);
    }
}
