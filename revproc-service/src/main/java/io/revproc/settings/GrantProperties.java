package io.revproc.settings;

import java.util.List;
import java.util.Map;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.SanPattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.EvidenceDemand;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyDocument;
import io.revproc.proxy.policy.Terms;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * An entry of {@code revproc.registration.grants}: who may register for what. A peer must meet all of what the entry names.
 *
 * @param name        the grant's name in the log. Server ids that were registered by the grant belong to this name.
 *                    Default: made of the token's hash or the certificate's pattern. Keep the name when you exchange the
 *                    token, so that the ids stay
 * @param tokenSha256 the SHA-256 of the token that such a server shows, in hexadecimal; both hashes while a token is
 *                    exchanged for a new one
 * @param certificate a DNS name or URI that the server's certificate must have. Needs TLS with client certificates
 * @param cidrs       networks from which such a server may register, within revproc.registration.allowed-cidrs. For old
 *                    servers, which know no token
 * @param policies    the policies that such a server may register for: exact names, or a beginning with a star
 * @param ids         the ids that such a server may have: exact names, or a beginning with a star; none: any
 * @param notBefore   the beginning of the grant, such as 2026-01-01T00:00:00Z, with the time zone
 * @param notAfter    the end of the grant, such as 2026-07-01T00:00:00+02:00. From then on its leases end, and no message
 *                    is routed by it
 * @param purposes    the purposes that such a server may state, and no others; none: any
 * @param regions     the regions that such a server may state: ISO 3166 codes, such as DE, or other labels; none: any
 * @param maxServers  the most entries in the table at a time by this grant, where a server has one entry for each of its
 *                    policies; 0: no limit
 * @param comment     a note for people, such as the approval's number
 * @param evidence    the entry of revproc.evidence whose signed token (JWT) such a server must show; none: no evidence is needed
 * @param claims      what claims of that token must be, by their names or by a JSON pointer such as /kubernetes.io/namespace: an
 *                    exact value, or a beginning with a star
 * @param policiesClaim the claim that names the policies that such a server may serve, in addition to the list of the grant; none: the
 *                    list decides alone
 * @param idsClaim    the claim that names the ids that such a server may have; none: the list of the grant decides alone
 * @param regionClaim the claim that names the region of such a server, in place of the setup; none: the setup states it
 * @param purposesClaim the claim that names the purposes that such a server may state, and no others; none: those of the grant
 */
public record GrantProperties(@Nullable String name, @DefaultValue List<TokenHash> tokenSha256,
        @Nullable SanPattern certificate, @DefaultValue List<Cidr> cidrs, @DefaultValue List<NamePattern> policies,
        @DefaultValue List<NamePattern> ids, @Nullable String notBefore, @Nullable String notAfter,
        @DefaultValue List<String> purposes, @DefaultValue List<String> regions, @DefaultValue("0") int maxServers,
        @Nullable String comment, @Nullable String evidence, @DefaultValue Map<String, NamePattern> claims,
        @Nullable String policiesClaim, @Nullable String idsClaim, @Nullable String regionClaim,
        @Nullable String purposesClaim) {
    private static final String KEY = "revproc.registration.grants: ";

    /** @throws IllegalArgumentException if the values do not go together */
    public GrantProperties {
        make(name, tokenSha256, certificate, cidrs, policies, ids, notBefore, notAfter, purposes, regions, maxServers,
                comment, PolicyDocument.demand(evidence, claims, policiesClaim, idsClaim, regionClaim, purposesClaim));
    }

    /** Returns it as the proxy takes it. */
    public Grant grant() {
        return make(name, tokenSha256, certificate, cidrs, policies, ids, notBefore, notAfter, purposes, regions,
                maxServers, comment,
                PolicyDocument.demand(evidence, claims, policiesClaim, idsClaim, regionClaim, purposesClaim));
    }

    private static Grant make(@Nullable String name, List<TokenHash> tokenSha256, @Nullable SanPattern certificate,
            List<Cidr> cidrs, List<NamePattern> policies, List<NamePattern> ids, @Nullable String notBefore,
            @Nullable String notAfter, List<String> purposes, List<String> regions, int maxServers,
            @Nullable String comment, @Nullable EvidenceDemand evidence) {
        return new Grant(name, tokenSha256, certificate, cidrs, policies, ids,
                new Terms(PolicyDocument.moment(KEY + "not-before", notBefore),
                        PolicyDocument.moment(KEY + "not-after", notAfter), purposes, regions, maxServers, comment),
                evidence);
    }
}
