package io.revproc.proxy.evidence;

import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import com.nimbusds.jwt.SignedJWT;
import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.policy.EvidenceCheck;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.EvidenceVerifier.Verdict;
import io.revproc.proxy.policy.PolicyRules;
import org.jspecify.annotations.Nullable;

/**
 * Checks evidence: signed tokens (JWT) by the issuers of the rules and the keys that are there, and what others have verifiers for. Thread-safe.
 */
public final class JwtEvidence implements EvidenceCheck {
    private final KeySets keys;
    private final List<EvidenceVerifier> others;
    private final Set<String> asked;

    /** @param others verifiers of evidence that is no token */
    public JwtEvidence(KeySets keys, List<? extends EvidenceVerifier> others) {
        this(keys, others, Set.of());
    }

    /** @param asked which of the others are asked although no grant names them */
    public JwtEvidence(KeySets keys, List<? extends EvidenceVerifier> others, Set<String> asked) {
        this.keys = keys;
        this.others = List.copyOf(others);
        this.asked = Set.copyOf(asked);
    }

    @Override
    public Verdict check(String evidence, PolicyRules rules, Instant now) {
        for (EvidenceVerifier other : others) {
            if (rules.names(other.name()) || asked.contains(other.name())) {
                try {
                    if (other.mayRead(evidence)) {
                        return own(other.verify(evidence, now), other);
                    }
                } catch (RuntimeException | Error e) {
                    // Others wrote it: a peer may have found what it does not stand, or a class of its jar is missing.
                    return new Verdict.Unproven("evidence-verifier-failed-by-" + e.getClass().getSimpleName(), null);
                }
            }
        }
        SignedJWT token;
        String issuer;
        try {
            token = JwtIssuer.parse(evidence);
            issuer = token.getJWTClaimsSet().getIssuer();
        } catch (ParseException e) {
            return new Verdict.Unproven("evidence-not-readable", null);
        }
        Verdict last = new Verdict.Unproven("evidence-of-unknown-issuer", null);
        for (EvidenceIssuer candidate : rules.issuers()) {
            if (candidate.issuer() == null || candidate.issuer().equals(issuer)) {
                last = check(token, candidate, now);
                if (last instanceof Verdict.Proven) {
                    return last;
                }
            }
        }
        return last;
    }

    /** Returns the verdict, if it is one, and proves something in the verifier's own name alone. */
    private static Verdict own(@Nullable Verdict verdict, EvidenceVerifier verifier) {
        return switch (Objects.requireNonNull(verdict)) {
            case Verdict.Proven(Evidence proven) when !proven.issuer().equals(verifier.name()) ->
                new Verdict.Unproven("evidence-verifier-spoke-for-another-issuer", null);
            case Verdict other -> other;
        };
    }

    private Verdict check(SignedJWT token, EvidenceIssuer issuer, Instant now) {
        JwtIssuer known = keys.find(issuer);
        if (known == null) {
            return new Verdict.Unproven("evidence-keys-not-there", null);
        }
        if (!known.knowsKeyOf(token)) {
            keys.wish(issuer);
            return new Verdict.Unproven("evidence-key-unknown", null);
        }
        return known.verify(token, now);
    }
}
