package io.revproc.settings;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.policy.EvidenceIssuer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * An entry of {@code revproc.evidence}: whose signed tokens (JWT) count as evidence, and how far.
 *
 * @param issuer      the exact value of a token's {@code iss}. Default: {@code iss} is not checked, since tokens of SPIFFE need not have one
 * @param audiences   a token's {@code aud} has to name one of these, so that tokens for other programs are not taken
 * @param keySet      the issuer's public keys as a JSON Web Key Set: a file, or an address with https. Files are read anew when they change,
 *                    addresses every 5 minutes and soon after a token names an unknown key
 * @param bundle      the SSL bundle whose trust store is used for that address. Default: the machine's authorities
 * @param algorithms  the signature algorithms that are taken: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512. Default: RS256, ES256
 * @param maxLifetime a token that is valid for longer than this from now is not taken, 1 s to 366 d
 * @param clockSkew   the difference that there may be between the issuer's clock and the proxy's, 0 to 5 min
 */
public record EvidenceProperties(@Nullable String issuer, @DefaultValue List<String> audiences,
        @Nullable String keySet, @Nullable String bundle, @DefaultValue List<String> algorithms,
        @DefaultValue("1d") Duration maxLifetime, @DefaultValue("10s") Duration clockSkew) {
    /** Returns it as the proxy takes it. @throws IllegalArgumentException if a part is not what it has to be */
    public EvidenceIssuer issuer(String name) {
        return new EvidenceIssuer(name, issuer, audiences, Objects.requireNonNullElse(keySet, ""), bundle, algorithms,
                maxLifetime, clockSkew);
    }
}
