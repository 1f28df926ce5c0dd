package io.revproc.server;

import java.nio.charset.StandardCharsets;

import io.revproc.wire.Utf8;

/** The answer of a handler. Immutable. */
public final class Reply {
    private final byte[] payload;

    private Reply(byte[] payload) {
        this.payload = payload;
    }

    /**
     * Returns a reply with this text.
     *
     * @throws IllegalArgumentException if it holds half a surrogate pair, which has no form in UTF-8
     */
    public static Reply of(String payload) {
        if (!Utf8.canEncode(payload)) {
            throw new IllegalArgumentException("the payload holds half a surrogate pair");
        }
        return new Reply(payload.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns a reply with these bytes, which are text: payloads are strings on the wire. For other bytes use Base64.
     *
     * @param utf8 not copied; must not change any more
     * @throws IllegalArgumentException if they are not well-formed UTF-8
     */
    public static Reply of(byte[] utf8) {
        if (!Utf8.isWellFormed(utf8)) {
            throw new IllegalArgumentException("the payload is not UTF-8; use Base64 for bytes that are not text");
        }
        return new Reply(utf8);
    }

    byte[] payload() {
        return payload;
    }
}
