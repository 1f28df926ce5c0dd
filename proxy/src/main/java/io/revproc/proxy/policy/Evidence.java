package io.revproc.proxy.policy;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a server has proved: the claims of a signed token that somebody vouches for whom the rules name.
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
        for (String part : pointer.substring(1).split("/", -1)) {
            at = at instanceof Map<?, ?> map ? map.get(part.replace("~1", "/").replace("~0", "~")) : null;
        }
        return at;
    }

    /** Without the claims: this may end in a log. */
    @Override
    public String toString() {
        return "Evidence[issuer=" + issuer + ", end=" + end + "]";
    }
}
