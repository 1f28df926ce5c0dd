package io.revproc.proxy.policy;

import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What a server or a client has proved: the claims of a signed token that somebody vouches for whom the rules name.
 *
 * @param issuer whose it is, by the name that the rules have for it
 * @param claims what it says, as JSON has it
 * @param end    from this moment on it proves nothing
 */
public record Evidence(String issuer, Map<String, Object> claims, Instant end) {
    public Evidence {
        claims = Map.copyOf(claims);
    }

    /**
     * Returns the texts of a claim: one, or those of a list. Numbers and truth values are texts too; what is none of these is not there.
     *
     * @param name a claim's name, or a JSON pointer (RFC 6901), which begins with a slash: {@code /kubernetes.io/namespace}
     */
    List<String> texts(String name) {
        Object found = name.startsWith("/") ? follow(name) : claims.get(name);
        List<?> all = found instanceof List<?> list ? list : found == null ? List.of() : List.of(found);
        return all.stream().filter(each -> each instanceof String || each instanceof Number || each instanceof Boolean)
                .map(Object::toString).toList();
    }

    private @Nullable Object follow(String pointer) {
        Object at = claims;
        for (String part : parts(pointer)) {
            at = at instanceof Map<?, ?> map ? map.get(part) : null;
        }
        return at;
    }

    /** Returns the names that a JSON pointer leads through. */
    static String[] parts(String pointer) {
        String[] parts = pointer.substring(1).split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            parts[i] = parts[i].replace("~1", "/").replace("~0", "~");
        }
        return parts;
    }

    /** Returns the same with these claims alone, as far as it has them. */
    public Evidence only(Set<String> names) {
        Map<String, Object> kept = new HashMap<>(claims);
        kept.keySet().retainAll(names);
        return new Evidence(issuer, kept, end);
    }

    /**
     * Returns whether it may be shown on a connection whose peer showed this certificate. A token may say which one it is for (RFC 8705);
     * what is bound to a key in any other way, which nothing here could prove, is shown by nobody.
     *
     * @param fingerprint the certificate's SHA-256; null: the peer showed none
     */
    public boolean mayBeShownWith(byte @Nullable [] fingerprint) {
        Object confirmation = claims.get("cnf");
        if (confirmation == null) {
            return true;
        }
        return fingerprint != null && confirmation instanceof Map<?, ?> keys && keys.size() == 1
                && Base64.getUrlEncoder().withoutPadding().encodeToString(fingerprint).equals(keys.get("x5t#S256"));
    }

    /** Returns whether it is good only together with a certificate, or another key. */
    public boolean isBound() {
        return claims.containsKey("cnf");
    }

    /** Returns whom it is about, as the token names them; null if it does not. */
    public @Nullable String subject() {
        return claims.get("sub") instanceof String subject ? subject : null;
    }

    /** Without the claims: this may end in a log. */
    @Override
    public String toString() {
        return "Evidence[issuer=" + issuer + ", end=" + end + "]";
    }
}
