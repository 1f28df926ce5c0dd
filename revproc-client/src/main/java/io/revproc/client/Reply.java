package io.revproc.client;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/** The answer of a server. Immutable and thread-safe. */
public final class Reply {
    private final byte[] payload;
    private final String server;
    private final @Nullable String receipt;

    Reply(byte[] payload, String server, @Nullable String receipt) {
        this.payload = payload;
        this.server = server;
        this.receipt = receipt;
    }

    /** Returns the payload as text. Decoded with each call. */
    public String payloadText() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** Returns the payload's bytes, well-formed UTF-8. Not a copy: do not change them. */
    public byte[] payload() {
        return payload;
    }

    /** Returns the id of the server that answered, as it named itself. */
    public String server() {
        return server;
    }

    /** Returns the proxy's receipt (C2SP tlog-proof, several lines); null if none was asked for, or the proxy gives none. */
    public @Nullable String receipt() {
        return receipt;
    }

    /** Without the payload: this may end in a log. */
    @Override
    public String toString() {
        return "Reply[server=" + server + ", " + payload.length + " bytes]";
    }
}
