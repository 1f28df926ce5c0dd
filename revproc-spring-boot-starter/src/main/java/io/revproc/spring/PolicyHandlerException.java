package io.revproc.spring;

/** A method can't be a handler. The message is one sentence for a person. */
public final class PolicyHandlerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param sentence which method it is and what is wrong, for a person, without a full stop */
    public PolicyHandlerException(String sentence) {
        super(sentence);
    }
}
