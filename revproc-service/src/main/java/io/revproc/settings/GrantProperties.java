package io.revproc.settings;

import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.SanPattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.registration.Grant;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * An entry of {@code revproc.registration.grants}: who may register for what. A peer must meet all of what the entry names.
 *
 * @param name        whom the ids belong to that are registered by it, and what the log calls it; without one it is made from the
 *                    token's hash or the certificate's pattern. Keep it when a token is exchanged, and the ids stay
 * @param tokenSha256 the SHA-256 of the token, in hexadecimal; of both, while a token is exchanged for a new one
 * @param certificate a DNS name or URI that the server's certificate must have; needs TLS with client certificates
 * @param cidrs       networks, within revproc.registration.allowed-cidrs; for old servers that know no token
 * @param policies    the policies: exact names, or a beginning with a star
 * @param ids         the server ids, likewise; none: any
 */
public record GrantProperties(@Nullable String name, @DefaultValue List<TokenHash> tokenSha256,
        @Nullable SanPattern certificate, @DefaultValue List<Cidr> cidrs, @DefaultValue List<NamePattern> policies,
        @DefaultValue List<NamePattern> ids) {
    /** @throws IllegalArgumentException if the values do not go together */
    public GrantProperties {
        new Grant(name, tokenSha256, certificate, cidrs, policies, ids);
    }

    Grant grant() {
        return new Grant(name, tokenSha256, certificate, cidrs, policies, ids);
    }
}
