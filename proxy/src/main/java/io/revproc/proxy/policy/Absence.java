package io.revproc.proxy.policy;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.wire.DidYouMean;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** Says of a policy without a server whether it lost its servers, waits for its first one, or is perhaps a mistyped name. */
public final class Absence {
    private static final int MAX_NAME = 128;

    private Absence() {}

    /** Returns whether neither the rules nor the table has heard of the policy. */
    private static boolean isUnknown(String policy, RouteTable table, PolicyRules rules) {
        return table.find(policy) == null && table.unserved(policy) == null && rules.declared(policy) == null;
    }

    /** Returns the names of declared policies that no server has registered for, by name. */
    public static List<String> awaited(RouteTable table, PolicyRules rules) {
        return rules.declared().stream().map(DeclaredPolicy::name)
                .filter(name -> table.find(name) == null && table.unserved(name) == null)
                .sorted(Comparator.comparing(Ident::of)).toList();
    }

    /** Returns why the policy has no server, as a clause for operators; null if it has one. */
    public static @Nullable String of(String policy, RouteTable table, PolicyRules rules) {
        if (table.find(policy) != null) {
            return null;
        }
        PolicyRoutes unserved = table.unserved(policy);
        if (unserved != null) {
            Instant since = Objects.requireNonNull(unserved.noServerSince()).truncatedTo(ChronoUnit.SECONDS);
            return "the last server of " + policy + " left at " + since + ", and none has registered since";
        }
        if (rules.declared(policy) != null) {
            return policy + " is declared and waits for its first server";
        }
        return ofUnknown(policy, table, rules, " here, and it is not declared; ");
    }

    /**
     * Returns that nobody has heard of the policy, and which one may be meant, as a clause; null if somebody has.
     *
     * @param undeclared whether the reader knows already that it is not declared
     */
    public static @Nullable String note(String policy, RouteTable table, PolicyRules rules, boolean undeclared) {
        return !isUnknown(policy, table, rules)
                ? null
                : undeclared ? ofUnknown(policy, table, rules, " here; ") : of(policy, table, rules);
    }

    private static String ofUnknown(String policy, RouteTable table, PolicyRules rules, String middle) {
        List<String> near = Spelling.near(policy, known(table, rules));
        return "no server has registered for " + (policy.length() <= MAX_NAME ? policy : "this policy") + middle
                + (near.isEmpty() ? "'bin/revproc policies' shows those there are" : DidYouMean.of(near));
    }

    private static Set<String> known(RouteTable table, PolicyRules rules) {
        Set<String> known = new TreeSet<>();
        table.policies().forEach(routes -> known.add(routes.policy().text()));
        table.unserved().forEach(routes -> known.add(routes.policy().text()));
        rules.declared().forEach(policy -> known.add(policy.name()));
        return known;
    }
}
