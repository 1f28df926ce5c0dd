package io.revproc.proxy.peers;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Another proxy over the same table.
 *
 * @param id     the name of its process: another after each start
 * @param status its last words of itself; null if there were none: versions before 1.0 say nothing
 * @param seen   when this proxy last heard of it
 * @param gone   since when it has been gone; null while it is there
 */
public record Peer(String id, @Nullable ProxyStatus status, Instant seen, @Nullable Instant gone) {
    /** Returns its name, as far as it has said one. */
    public String name() {
        return status == null ? id : status.name();
    }

    /** Returns whether it said that it stops. */
    public boolean stopped() {
        return status != null && status.stopping();
    }

    Peer told(ProxyStatus words, Instant now) {
        return new Peer(id, words, now, null);
    }

    Peer gone(Instant now) {
        return new Peer(id, status, seen, now);
    }

    Peer there(Instant now) {
        return new Peer(id, status, now, null);
    }
}
