package io.revproc.record;

import org.jspecify.annotations.Nullable;

/** The outcome of a message that was handed to a server. */
public enum Outcome {
    /** The server answered. */
    ANSWERED(0),
    /** The deadline passed without an answer; the server may have handled it. */
    TIMEOUT(1),
    /** The server closed or broke the connection after it had the message. */
    SERVER_FAILED(2),
    /** The rules did not allow the server any more while it had the message; whatever it answered was dropped. It may have handled it. */
    CUT(3);

    private static final Outcome[] ALL = values();

    private final int code;

    Outcome(int code) {
        this.code = code;
    }

    /** Its number in the file. */
    public int code() {
        return code;
    }

    /** Null if there is none of this number. */
    static @Nullable Outcome of(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : null;
    }
}
