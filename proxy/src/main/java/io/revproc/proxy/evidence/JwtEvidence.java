package io.revproc.proxy.evidence;

import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import com.nimbusds.jwt.SignedJWT;
import io.revproc.proxy.policy.EvidenceCheck;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.EvidenceVerifier.Verdict;
import io.revproc.proxy.policy.PolicyRules;

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
                        return other.verify(evidence, now);
                    }
                } catch (RuntimeException | StackOverflowError e) {
                    // others wrote it, and a peer may have found what it does not stand
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
