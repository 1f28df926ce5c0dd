package io.revproc.proxy.policy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Whose signed tokens (JWT) are believed, and how far.
 *
 * @param name        by which grants ask for its tokens
 * @param issuer      what a token's {@code iss} has to be, exactly; null: it is not looked at, as SPIFFE has none
 * @param audiences   a token's {@code aud} has to name one of these: tokens that were made for others are not taken
 * @param keySet      where its public keys are: a file, or an address with https, as a JSON Web Key Set
 * @param bundle      the TLS bundle whose authorities are trusted for that address; null: the machine's
 * @param algorithms  the signatures that are taken
 * @param maxLifetime a token that is good for longer than this from now is not taken
 * @param clockSkew   how far the issuer's clock may be from ours
 */
public record EvidenceIssuer(String name, @Nullable String issuer, List<String> audiences, String keySet,
        @Nullable String bundle, List<String> algorithms, Duration maxLifetime, Duration clockSkew) {
    /** Signatures that may be named. None that a public key could forge, nor none at all. */
    public static final Set<String> ALGORITHMS = Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
            "ES384", "ES512");
    /** What is taken where nothing is said. */
    public static final List<String> DEFAULT_ALGORITHMS = List.of("RS256", "ES256");
    public static final Duration DEFAULT_LIFETIME = Duration.ofDays(1);
    public static final Duration DEFAULT_SKEW = Duration.ofSeconds(10);

    /** @throws IllegalArgumentException if a part is not what it has to be; the sentence names it */
    public EvidenceIssuer {
        String key = "revproc.evidence[" + name + "]";
        audiences = List.copyOf(audiences);
        algorithms = algorithms.isEmpty() ? DEFAULT_ALGORITHMS : List.copyOf(algorithms);
        if (audiences.isEmpty() || audiences.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException(
                    key + ".audiences is missing; write what the tokens for this proxy are made out to");
        }
        for (String algorithm : algorithms) {
            if (!ALGORITHMS.contains(algorithm)) {
                throw new IllegalArgumentException(key + ".algorithms: '" + algorithm
                        + "' is not taken here; what is: " + String.join(", ", ALGORITHMS.stream().sorted().toList()));
            }
        }
        if (maxLifetime.compareTo(Duration.ofSeconds(1)) < 0 || maxLifetime.compareTo(Duration.ofDays(366)) > 0) {
            throw new IllegalArgumentException(key + ".max-lifetime is 1s to 366d");
        }
        if (clockSkew.isNegative() || clockSkew.compareTo(Duration.ofMinutes(5)) > 0) {
            throw new IllegalArgumentException(key + ".clock-skew is 0s to 5m");
        }
        checkLocation(key, keySet);
    }

    private static void checkLocation(String key, String keySet) {
        try {
            if (isAddress(keySet)) {
                if (URI.create(keySet).getHost() == null) {
                    throw new IllegalArgumentException("no host");
                }
            } else if (keySet.isBlank() || keySet.contains("://") || Path.of(keySet).getNameCount() == 0) {
                throw new IllegalArgumentException("no file");
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ".key-set '" + keySet
                    + "' is neither a file nor an address that begins with https://", e);
        }
    }

    /** Returns whether the keys are fetched from another machine. */
    public boolean isRemote() {
        return isAddress(keySet);
    }

    private static boolean isAddress(String text) {
        return text.startsWith("https://");
    }
}
