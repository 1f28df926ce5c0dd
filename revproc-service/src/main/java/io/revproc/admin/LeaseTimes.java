package io.revproc.admin;

import java.time.Duration;
import java.time.Instant;

import io.revproc.upstream.Endpoint;
import org.jspecify.annotations.Nullable;

/** Knows until when a server is believed to be alive without another heartbeat. Thread-safe. */
@FunctionalInterface
public interface LeaseTimes {
    /** Null if the server holds no lease: a Part 1 server, or one whose session is over. */
    @Nullable
    Instant expiresAt(Endpoint endpoint);

    /** How long a lease lasts from one heartbeat on; zero if that is not known. */
    default Duration duration() {
        return Duration.ZERO;
    }
}
