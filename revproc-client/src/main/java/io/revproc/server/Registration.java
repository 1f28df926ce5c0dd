package io.revproc.server;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How one policy's registration stands, for health checks and people.
 *
 * @param policy     the policy
 * @param registered whether the proxy sends us messages of it
 * @param state      one word: connecting, waiting, refused, registered, draining, ended
 * @param proxy      the proxy last tried, as {@code host:port}
 * @param leaseAge   since when it is registered; null if it is not
 * @param reason     why it is not registered, for a person; null if it is
 */
public record Registration(String policy, boolean registered, String state, String proxy, @Nullable Duration leaseAge,
        @Nullable String reason) {}
