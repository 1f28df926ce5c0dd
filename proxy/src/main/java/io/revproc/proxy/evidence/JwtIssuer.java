package io.revproc.proxy.evidence;

import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;
import java.util.stream.Collectors;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.policy.EvidenceVerifier.Verdict;

/** Checks one issuer's tokens with the keys that it has now. Thread-safe. */
final class JwtIssuer {
    private final EvidenceIssuer issuer;
    private final JWKSet keys;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    JwtIssuer(EvidenceIssuer issuer, JWKSet keys, InstantSource clock) {
        this.issuer = issuer;
        this.keys = keys;
        Set<JWSAlgorithm> algorithms = issuer.algorithms().stream().map(JWSAlgorithm::parse)
                .collect(Collectors.toUnmodifiableSet());
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, new ImmutableJWKSet<>(keys)));
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, JOSEObjectType.JOSE, null));
        JWTClaimsSet exact = issuer.issuer() == null
                ? new JWTClaimsSet.Builder().build()
                : new JWTClaimsSet.Builder().issuer(issuer.issuer()).build();
        DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(
                Set.copyOf(issuer.audiences()), exact, Set.of("exp"), Set.of()) {
            @Override
            protected Date currentTime() {
                return Date.from(clock.instant());
            }
        };
        claims.setMaxClockSkew((int) issuer.clockSkew().toSeconds());
        processor.setJWTClaimsSetVerifier(claims);
    }

    /** Returns whether the token names no key, or one that is known. */
    boolean knowsKeyOf(SignedJWT token) {
        return token.getHeader().getKeyID() == null
                || !new JWKSelector(new JWKMatcher.Builder().keyID(token.getHeader().getKeyID()).build()).select(keys)
                        .isEmpty();
    }

    /** Checks signature and claims. */
    Verdict verify(SignedJWT token, Instant now) {
        try {
            JWTClaimsSet claims = processor.process(token, null);
            Instant end = claims.getExpirationTime().toInstant();
            if (end.isAfter(now.plus(issuer.maxLifetime()).plus(issuer.clockSkew()))) {
                return new Verdict.Unproven("evidence-lives-too-long", "The evidence is good for longer than "
                        + issuer.maxLifetime().toSeconds() + " seconds; make it out for less");
            }
            return new Verdict.Proven(new Evidence(issuer.name(), claims.toJSONObject(), end.plus(issuer.clockSkew())));
        } catch (BadJWTException e) {
            // The signature is good: it is told what is wrong.
            return new Verdict.Unproven("evidence-not-good-here", "The evidence is not good here: " + e.getMessage());
        } catch (BadJWSException e) {
            return new Verdict.Unproven("evidence-signature-wrong", null);
        } catch (BadJOSEException e) {
            return new Verdict.Unproven("evidence-key-or-algorithm-not-taken", null);
        } catch (JOSEException | RuntimeException e) {
            return new Verdict.Unproven("evidence-not-readable", null);
        }
    }

    /** Returns the token of this text; what it says is not checked. */
    static SignedJWT parse(String text) throws ParseException {
        try {
            return SignedJWT.parse(text);
        } catch (RuntimeException e) {
            // the library's parser falls over a header that is null
            throw new ParseException("it is not a token: " + e.getMessage(), 0);
        }
    }
}
