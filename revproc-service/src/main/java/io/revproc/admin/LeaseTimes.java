package io.revproc.admin;

import java.time.Duration;
import java.time.Instant;

import io.revproc.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/** Knows of an entry what the table does not: how long its lease lasts, whether the store has it. Thread-safe. */
@FunctionalInterface
public interface LeaseTimes {
    /** Null if the server holds no lease: a Part 1 server, or one whose session is over. */
    @Nullable
    Instant expiresAt(Endpoint endpoint);

    /** Returns whether the store has yet to get something of this entry: it may be lost with this machine. */
    default boolean pending(Endpoint endpoint) {
        return false;
    }

    /** Returns how long a lease lasts from one heartbeat on; zero if that is not known. */
    default Duration duration() {
        return Duration.ZERO;
    }
}
