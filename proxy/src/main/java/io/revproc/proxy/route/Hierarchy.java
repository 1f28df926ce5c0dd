package io.revproc.proxy.route;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which policies' servers may serve which other policies' messages: what was written and nothing that follows from it. A message of a
 * wider policy may go to a server of a narrower one, never the other way round. Immutable.
 */
public final class Hierarchy {
    /** The hierarchy without relations: each policy's servers serve only that policy. */
    public static final Hierarchy NONE = new Hierarchy(Map.of());
    /** The most policies that may be served by one policy's servers beside their own: a setup's answer names them all. */
    public static final int MAX_WIDER = 16;
    private static final String SETTING = "may-be-served-by";

    private final Map<String, List<String>> narrower;
    private final Map<String, List<String>> wider = new TreeMap<>();

    private Hierarchy(Map<String, List<String>> narrower) {
        this.narrower = narrower;
        narrower.forEach((policy, each) -> each
                .forEach(name -> wider.computeIfAbsent(name, unknown -> new ArrayList<>(1)).add(policy)));
    }

    /**
     * Makes one of what is written for each wider policy.
     *
     * @throws IllegalArgumentException if it is none: a circle, a policy twice, or too many; the sentence says which
     */
    public static Hierarchy of(Map<String, List<String>> mayBeServedBy) {
        Map<String, List<String>> written = new LinkedHashMap<>();
        new TreeMap<>(mayBeServedBy).forEach((policy, names) -> {
            if (new HashSet<>(names).size() < names.size()) {
                throw new IllegalArgumentException(
                        "revproc.policies[" + policy + "]." + SETTING + " names a policy twice");
            }
            if (!names.isEmpty()) {
                written.put(policy, List.copyOf(names));
            }
        });
        if (written.isEmpty()) {
            return NONE;
        }
        refuseCircles(written);
        Hierarchy made = new Hierarchy(written);
        made.wider.forEach((policy, names) -> {
            if (names.size() > MAX_WIDER) {
                throw new IllegalArgumentException("'" + policy + "' stands in " + SETTING + " of " + names.size()
                        + " policies; it may in " + MAX_WIDER + " at most");
            }
        });
        return made;
    }

    /** Takes away, again and again, the policies that nothing leads on from: what is left then leads round. */
    private static void refuseCircles(Map<String, List<String>> written) {
        Map<String, Set<String>> left = new TreeMap<>();
        written.forEach((policy, names) -> left.put(policy, new HashSet<>(names)));
        boolean fewer = true;
        while (fewer) {
            left.values().forEach(names -> names.retainAll(left.keySet()));
            fewer = left.values().removeIf(Collection::isEmpty);
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(SETTING + " leads round in a circle among "
                    + String.join(", ", circle(left)) + "; a policy is wider or narrower than another one, not both");
        }
    }

    /** Returns the policies of one circle, in order. */
    private static List<String> circle(Map<String, Set<String>> left) {
        List<String> way = new ArrayList<>();
        String at = left.keySet().iterator().next();
        while (!way.contains(at)) {
            way.add(at);
            at = new TreeSet<>(left.getOrDefault(at, Set.of())).first();
        }
        return way.subList(way.indexOf(at), way.size());
    }

    /** Returns whether nothing is written. */
    public boolean isEmpty() {
        return narrower.isEmpty();
    }

    /** Returns the policies whose servers may serve this one beside its own, in the order that was written. */
    public List<String> narrower(String policy) {
        return narrower.getOrDefault(policy, List.of());
    }

    /** Returns the policies that this one's servers may serve beside their own, sorted by name. */
    public List<String> wider(String policy) {
        return wider.getOrDefault(policy, List.of());
    }

    /** Returns the policies that other policies' servers may serve. */
    Set<String> policies() {
        return narrower.keySet();
    }
}
