package io.revproc.proxy.store;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * A policy that had a server, as the snapshot file has it.
 *
 * @param noServerSince null if it had one when the file was written
 */
record StoredPolicy(String policy, boolean quoted, @Nullable Instant noServerSince) {
    StoredPolicy {
        Objects.requireNonNull(policy);
    }

    static StoredPolicy of(PolicyRoutes routes) {
        return new StoredPolicy(routes.policy().text(), routes.policy().quoted(), routes.noServerSince());
    }

    /** Returns the policy; empty if no policy can have such a name. */
    Optional<Ident> ident() {
        try {
            return Optional.of(new Ident(policy, quoted));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
