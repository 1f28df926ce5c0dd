package io.revproc.server;

import io.revproc.client.connect.Printable;
import io.revproc.wire.ErrorCode;

/**
 * The refusal of one message: thrown by a handler, or what its stage fails with. The others on the connection do not notice.
 * Immutable; has no stack trace.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** The most characters of a sentence; the rest is cut off. */
    public static final int MAX_SENTENCE = 500;

    private final ErrorCode code;

    private Refusal(ErrorCode code, String sentence) {
        super(Printable.text(sentence.length() > MAX_SENTENCE ? sentence.substring(0, MAX_SENTENCE) : sentence), null,
                false, false);
        this.code = code;
    }

    /**
     * Returns the refusal of a message of which nothing was handled: the proxy may give it to another server, and the client may send it
     * again. Its code is {@code OVERLOADED}.
     *
     * @param sentence what is wrong and what to do, for a person, without anything of the payload; it reaches the client
     */
    public static Refusal retryable(String sentence) {
        return new Refusal(ErrorCode.OVERLOADED, sentence);
    }

    /** Returns the refusal of a message that was handled in part, or may have been. Its code is {@code SERVER_FAILED}. */
    public static Refusal failed(String sentence) {
        return new Refusal(ErrorCode.SERVER_FAILED, sentence);
    }

    /** Returns the refusal of a message that no server can handle. Its code is {@code BAD_MESSAGE}. */
    public static Refusal invalid(String sentence) {
        return new Refusal(ErrorCode.BAD_MESSAGE, sentence);
    }

    /** Returns the refusal of a message whose client may not send it. Its code is {@code NOT_ALLOWED}. */
    public static Refusal notAllowed(String sentence) {
        return new Refusal(ErrorCode.NOT_ALLOWED, sentence);
    }

    /** Returns the code that the client gets. */
    public ErrorCode code() {
        return code;
    }

    /** Returns the sentence that the client gets. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
