package io.revproc.client;

import io.revproc.wire.ErrorCode;

/**
 * The message was refused, by the proxy, by a server or by this client itself. There is a subclass for each kind of refusal that callers
 * act on; {@link #code()} says exactly which it was.
 */
public class PolicyRefusedException extends RevprocException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String sentence;

    PolicyRefusedException(ErrorCode code, boolean retryable, String sentence) {
        super(code + ": " + sentence, retryable);
        this.code = code;
        this.sentence = sentence;
    }

    /** Returns the exception for a refusal. */
    static PolicyRefusedException of(ErrorCode code, boolean retryable, String sentence) {
        return switch (code) {
            case NO_SERVER, NO_LIVE_SERVER, NOT_SERVED, UNKNOWN_POLICY ->
                new NoServerException(code, retryable, sentence);
            case OVERLOADED, RATE_LIMITED -> new OverloadedException(code, retryable, sentence);
            case TIMEOUT -> new RequestTimeoutException(retryable, sentence);
            case SERVER_FAILED -> new ServerFailedException(sentence);
            case BAD_MESSAGE, TOO_LARGE -> new InvalidRequestException(code, sentence);
            case NOT_ALLOWED -> new NotAllowedException(sentence);
            case SHUTTING_DOWN, ID_TAKEN -> new PolicyRefusedException(code, retryable, sentence);
        };
    }

    /** Returns why, in one word that programs know. */
    public ErrorCode code() {
        return code;
    }

    /** Returns why, for a person; may come from the server. */
    public String sentence() {
        return sentence;
    }
}
