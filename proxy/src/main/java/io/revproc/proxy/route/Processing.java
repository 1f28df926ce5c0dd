package io.revproc.proxy.route;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A server's statement of how it processes its policy's messages. It is no proof; grants and policies say what it has to be.
 *
 * @param region   where, an ISO 3166 code or another label; null if it did not say
 * @param purposes what for; empty if it did not say
 */
public record Processing(@Nullable String region, List<String> purposes) {
    /** States nothing. */
    public static final Processing UNSTATED = new Processing(null, List.of());

    public Processing {
        purposes = List.copyOf(purposes);
    }

    /** Returns a statement as it was stored: what is missing was not stated. */
    public static Processing of(@Nullable String region, @Nullable List<String> purposes) {
        return new Processing(region, purposes == null ? List.of() : purposes);
    }
}
