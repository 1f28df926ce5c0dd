package io.revproc.cli.bench;

import io.revproc.wire.PayloadDigest;

/** The way in which an answer's payload is checked. */
public enum Verify {
    /** Any answer is right: what a server answers is its own affair. */
    NONE,
    /** The SHA-1 of the message's payload, as the seed's servers answer. */
    SHA1,
    /** The message's payload. */
    ECHO;

    /** Returns whether an answer is right. */
    public boolean isRight(String payload, String answer) {
        return this == NONE || answer.equals(expected(payload));
    }

    /** Returns what the answer's payload must be; empty for {@link #NONE}, which expects nothing. */
    public String expected(String payload) {
        return this == SHA1 ? PayloadDigest.of(payload) : this == ECHO ? payload : "";
    }
}
