package io.revproc.wire;

/** A message that can't be taken, with the code and the sentence its sender gets. Never quotes a payload. */
public final class WireException extends Exception {
    private final ErrorCode code;

    /** @param sentence what is wrong and what to do, for a person; no payload bytes */
    public WireException(ErrorCode code, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }

    /** The sentence for a person. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
