package io.revproc.proxy.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.route.Processing;
import org.jspecify.annotations.Nullable;

/**
 * What a grant asks for of a server's evidence, or a policy of its clients', and what its claims say for it. A claim is named, or pointed to as
 * {@code /kubernetes.io/namespace}.
 *
 * @param issuer   whose evidence it has to be
 * @param claims   what its claims have to be: each has a value of which the pattern is true
 * @param policies the claim that names the policies that the server may serve, beside the grant's; null: the grant says that alone
 * @param ids      the claim that names the ids that it may have, likewise
 * @param region   the claim that says where it is: it counts, whatever the setup states; null: the setup's statement counts
 * @param purposes the claim that says what it may process messages for: the setup may state no other ones; null: the statement counts
 */
public record EvidenceDemand(String issuer, Map<String, NamePattern> claims, @Nullable String policies,
        @Nullable String ids, @Nullable String region, @Nullable String purposes) {
    public EvidenceDemand {
        claims = Map.copyOf(claims);
        if (issuer.isBlank()) {
            throw new IllegalArgumentException("evidence names an issuer of revproc.evidence");
        }
    }

    /** Returns the names of the claims that it looks at; of a pointer, the outermost one. */
    public Set<String> claimNames() {
        return Stream.concat(claims.keySet().stream(), Stream.of(policies, ids, region, purposes)
                .filter(Objects::nonNull)).map(EvidenceDemand::outermost).collect(Collectors.toUnmodifiableSet());
    }

    private static String outermost(String claim) {
        return claim.startsWith("/") ? Evidence.parts(claim)[0] : claim;
    }

    /** Returns whether it is evidence of whom is meant. */
    public boolean knows(@Nullable Evidence shown) {
        return shown != null && shown.issuer().equals(issuer) && claims.entrySet().stream()
                .allMatch(wanted -> shown.texts(wanted.getKey()).stream().anyMatch(wanted.getValue()::matches));
    }

    /** Returns whether its claims name this policy, where they have to. */
    public boolean covers(Evidence shown, String policy) {
        return policies == null || shown.texts(policies).contains(policy);
    }

    /** Returns whether its claims name this policy and this id, where they have to. */
    boolean covers(Evidence shown, String policy, String id) {
        return covers(shown, policy) && (ids == null || shown.texts(ids).contains(id));
    }

    /** Returns why what the setup states is not what is proved; null if it is, or does not have to be. */
    @Nullable
    Objection objection(String grant, Processing stated, Evidence shown) {
        if (region != null) {
            List<String> proved = shown.texts(region);
            if (proved.size() != 1) {
                return new Objection("region-not-proved", "The grant '" + grant
                        + "' takes the region from the evidence's claim '" + region + "', which does not name one");
            }
            if (stated.region() != null && !stated.region().equals(proved.getFirst())) {
                return new Objection("region-not-proved", "The setup states the region '" + stated.region()
                        + "', and its evidence says another one");
            }
        }
        if (purposes != null && !new HashSet<>(shown.texts(purposes)).containsAll(stated.purposes())) {
            return new Objection("purpose-not-proved",
                    "The setup " + DeclaredPolicy.stating(stated.purposes()) + ", and its evidence does not");
        }
        return null;
    }

    /** Returns what counts as stated: what is proved, where that is asked for. */
    Processing proved(Processing stated, Evidence shown) {
        return region == null ? stated : new Processing(shown.texts(region).getFirst(), stated.purposes());
    }
}
