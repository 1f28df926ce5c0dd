package io.revproc.proxy.policy;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.SanPattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.route.Processing;
import org.jspecify.annotations.Nullable;

/**
 * An entry of {@code revproc.registration.grants}: who may register for what. A peer must meet all of what the entry names.
 *
 * @param name        the grant's name in the log. Server ids that were registered by the grant belong to this name.
 *                    Default: made of the token's hash or the certificate's pattern. Keep the name when you exchange the
 *                    token, so that the ids stay
 * @param tokenSha256 the SHA-256 of the token, in hexadecimal; of both, while a token is exchanged for a new one
 * @param certificate a DNS name or URI that the server's certificate must have. Needs TLS with client certificates
 * @param cidrs       networks from which such a server may register, within revproc.registration.allowed-cidrs. For old
 *                    servers, which know no token
 * @param policies    the policies: exact names, or a beginning with a star
 * @param ids         the ids that such a server may have: exact names, or a beginning with a star; none: any
 * @param terms       until when, for what and where
 * @param evidence    a signed token that the server must show, and what its claims say; null: none
 */
public record Grant(@Nullable String name, List<TokenHash> tokenSha256,
        @Nullable SanPattern certificate, List<Cidr> cidrs, List<NamePattern> policies,
        List<NamePattern> ids, Terms terms, @Nullable EvidenceDemand evidence) {
    private static final String KEY = "revproc.registration.grants";
    private static final int MAX_TOKENS = 4;

    public Grant {
        tokenSha256 = List.copyOf(tokenSha256);
        cidrs = List.copyOf(cidrs);
        policies = List.copyOf(policies);
        ids = List.copyOf(ids);
        if (policies.isEmpty()) {
            throw new IllegalArgumentException(KEY + ": a grant needs policies, exact names or PP_*");
        }
        if (tokenSha256.isEmpty() && certificate == null && cidrs.isEmpty() && evidence == null) {
            throw new IllegalArgumentException(KEY + ": a grant needs token-sha256, certificate, cidrs or evidence");
        }
        if (tokenSha256.size() > MAX_TOKENS) {
            throw new IllegalArgumentException(KEY + ": a grant has at most " + MAX_TOKENS + " tokens");
        }
        if (name == null || name.isBlank()) {
            name = !tokenSha256.isEmpty()
                    ? "token-" + tokenSha256.getFirst()
                    : certificate != null
                            ? certificate.toString()
                            : !cidrs.isEmpty() ? cidrs.getFirst().toString() : "evidence-" + nameOf(evidence);
        }
        if (name.length() > 128) {
            throw new IllegalArgumentException(KEY + ": a grant's name has at most 128 characters");
        }
    }

    private static String nameOf(@Nullable EvidenceDemand evidence) {
        return evidence == null ? "" : evidence.issuer();
    }

    /** Makes a grant that asks for no evidence. */
    public Grant(@Nullable String name, List<TokenHash> tokenSha256, @Nullable SanPattern certificate, List<Cidr> cidrs,
            List<NamePattern> policies, List<NamePattern> ids, Terms terms) {
        this(name, tokenSha256, certificate, cidrs, policies, ids, terms, null);
    }

    /** Makes a grant without terms. */
    public Grant(@Nullable String name, List<TokenHash> tokenSha256, @Nullable SanPattern certificate, List<Cidr> cidrs,
            List<NamePattern> policies, List<NamePattern> ids) {
        this(name, tokenSha256, certificate, cidrs, policies, ids, Terms.NONE);
    }

    /** Returns the name, given or made. */
    public String owner() {
        return String.valueOf(name);
    }

    /** Returns whether the peer is the one that is meant; looks at every part, whatever the others say. */
    boolean knows(Applicant who) {
        return knows(who.address(), who.certificates(), who.token())
                && (evidence == null || evidence.knows(who.evidence()));
    }

    @SuppressWarnings("ShortCircuitBoolean") // what a part says must not show in the time that it takes
    private boolean knows(InetAddress address, List<X509Certificate> shownCertificates, @Nullable TokenHash shown) {
        boolean token = tokenSha256.isEmpty();
        for (TokenHash hash : tokenSha256) {
            token |= shown != null && hash.same(shown);
        }
        boolean certified = certificate == null
                || !shownCertificates.isEmpty() && certificate.matches(shownCertificates.getFirst());
        boolean near = cidrs.isEmpty() || cidrs.stream().anyMatch(network -> network.contains(address));
        return token & certified & near;
    }

    /** Returns whether it is for this policy and id, by its own names and by what the evidence says where that counts. */
    boolean covers(Applicant who) {
        Evidence shown = who.evidence();
        return covers(who.policy(), who.id())
                && (evidence == null || shown != null && evidence.covers(shown, who.policy(), who.id()));
    }

    /** Returns why the server may not have it now, though it is for its policy and id; null if it may. */
    @Nullable
    Objection objection(Applicant who, Instant now) {
        Evidence shown = who.evidence();
        if (evidence != null && shown != null) {
            if (!who.session()) {
                return new Objection("evidence-without-session", "The grant '" + owner()
                        + "' asks for evidence, which ends: a setup for it says \"proto\": 2");
            }
            if (!now.isBefore(shown.end())) {
                return new Objection("evidence-ended", "The evidence ended at " + shown.end());
            }
            Objection unproved = evidence.objection(owner(), who.processing(), shown);
            if (unproved != null) {
                return unproved;
            }
        }
        return terms.objection(owner(), processing(who), now);
    }

    /** Returns what counts as the server's statement: what it proved, where that is asked for. */
    Processing processing(Applicant who) {
        Evidence shown = who.evidence();
        return evidence == null || shown == null ? who.processing() : evidence.proved(who.processing(), shown);
    }

    boolean covers(String policy, String id) {
        return any(policies.stream(), policy) && (ids.isEmpty() || any(ids.stream(), id));
    }

    private static boolean any(Stream<NamePattern> patterns, String name) {
        return patterns.anyMatch(pattern -> pattern.matches(name));
    }
}
