package io.revproc.server.registration;

import java.time.Duration;

import io.revproc.client.connect.ProxyAddress;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * One policy's registration as health checks see it.
 *
 * @param policy     the policy
 * @param registered whether the proxy knows us for it
 * @param state      one word: connecting, waiting, refused, registered, draining, ended
 * @param proxy      the proxy last tried
 * @param leaseAge   since when it is registered; null if it is not
 * @param reason     why it is not registered; null if it is
 */
public record SessionStatus(Ident policy, boolean registered, String state, ProxyAddress proxy,
        @Nullable Duration leaseAge, @Nullable String reason) {}
