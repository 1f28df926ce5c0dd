package io.revproc.proxy.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import io.revproc.proxy.route.EndpointSpec;
import org.jspecify.annotations.Nullable;

/**
 * What other rules would change for the servers that are there, and for messages such as those of the last minutes.
 *
 * @param servers  those that may not serve any more, or may again, in order of policy and id
 * @param policies those whose messages would be refused, or go to others' servers no more, by name
 */
public record PolicyChange(List<Server> servers, List<Policy> policies) {
    public PolicyChange {
        servers = List.copyOf(servers);
        policies = List.copyOf(policies);
    }

    /**
     * A server that is there now.
     *
     * @param leased   whether it holds a lease, at whatever proxy
     * @param inFlight messages that it has now, by this proxy
     * @param recent   messages that it answered in the last minutes, by this proxy
     * @param known    whether the new rules still know it by what it showed; true where this proxy can't tell
     */
    public record Present(EndpointSpec spec, boolean leased, int inFlight, long recent, boolean known) {}

    /**
     * What becomes of a server.
     *
     * @param loses  whether it may not serve any more; false: it may again
     * @param reason why not, by the new rules, or by the present ones where it may again
     */
    public record Server(Present present, boolean loses, String reason) {}

    /**
     * What becomes of a policy's messages.
     *
     * @param recent  messages of the last minutes, by this proxy, answered or not
     * @param refused whether such messages would be refused from now on; false: other servers are left
     * @param effect  in a sentence
     */
    public record Policy(String policy, long recent, boolean refused, String effect) {}

    private record Takers(int own, int narrower) {
        int all() {
            return own + narrower;
        }
    }

    /**
     * Compares.
     *
     * @param recent messages of the last minutes by policy, also of policies that have no server
     */
    public static PolicyChange of(PolicyRules before, PolicyRules after, Collection<Present> present,
            Map<String, Long> recent, Instant now) {
        List<Server> servers = new ArrayList<>();
        Map<EndpointSpec, Boolean> mayNow = new LinkedHashMap<>();
        Map<EndpointSpec, Boolean> mayThen = new LinkedHashMap<>();
        for (Present each : present) {
            Objection was = before.objection(each.spec(), now);
            String then = then(after, each, now);
            mayNow.put(each.spec(), was == null);
            mayThen.put(each.spec(), then == null);
            if (was == null && then != null) {
                servers.add(new Server(each, true, then));
            } else if (was != null && then == null) {
                servers.add(new Server(each, false, was.sentence()));
            }
        }
        TreeSet<String> names = new TreeSet<>(recent.keySet());
        present.forEach(each -> names.add(each.spec().policy().text()));
        before.declared().forEach(policy -> names.add(policy.name()));
        List<Policy> policies = new ArrayList<>();
        for (String policy : names) {
            Policy effect = effect(policy, before, after, takers(policy, before, mayNow),
                    takers(policy, after, mayThen), recent.getOrDefault(policy, 0L));
            if (effect != null) {
                policies.add(effect);
            }
        }
        return new PolicyChange(servers, policies);
    }

    private static @Nullable String then(PolicyRules after, Present each, Instant now) {
        Objection objection = after.objection(each.spec(), now);
        if (objection != null) {
            return objection.sentence();
        }
        return each.known()
                ? null
                : "The grant '" + each.spec().owner()
                        + "' does not know it any more by the token, certificate or address that it showed";
    }

    private static Takers takers(String policy, PolicyRules rules, Map<EndpointSpec, Boolean> may) {
        int own = 0;
        int narrower = 0;
        for (Map.Entry<EndpointSpec, Boolean> each : may.entrySet()) {
            if (each.getValue() && each.getKey().policy().text().equals(policy)) {
                own++;
            } else if (each.getValue() && rules.widening(policy, each.getKey()) == null) {
                narrower++;
            }
        }
        return new Takers(own, narrower);
    }

    private static @Nullable Policy effect(String policy, PolicyRules before, PolicyRules after, Takers was,
            Takers then, long recent) {
        if (after.unknown(policy) && !before.unknown(policy)) {
            return new Policy(policy, recent, true, "it is not declared any more: UNKNOWN_POLICY");
        }
        if (was.all() > 0 && then.all() == 0) {
            return new Policy(policy, recent, true, "none of its servers may serve it any more: NO_SERVER");
        }
        if (was.own() > 0 && then.own() == 0) {
            return new Policy(policy, recent, false, "only servers of narrower policies are left");
        }
        if (was.narrower() > 0 && then.narrower() == 0) {
            return new Policy(policy, recent, false, "no server of a narrower policy may serve it any more");
        }
        return was.all() == 0 && then.all() > 0
                ? new Policy(policy, recent, false, "it has servers again")
                : null;
    }
}
