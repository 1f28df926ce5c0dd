package io.revproc.proxy.route;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * An immutable snapshot of the switch table. A policy is found by the bytes of its name, without building a string. The
 * policies lie in {@value #SHARDS} small shards, so that the next snapshot copies one shard and not the table.
 */
public final class RouteTable {
    /** A table without policies. */
    static final RouteTable EMPTY = new RouteTable(new PolicyRoutes[0][], Map.of(), 0);
    /** How many policies without a server are remembered; beyond it the policy is forgotten that has had none for the longest. */
    static final int MAX_UNSERVED = 1_000;

    private static final int SHARDS = 1024;
    private static final int MAX_NAME_BYTES = 4 * Ident.MAX_LENGTH;
    private static final PolicyRoutes[] NONE = new PolicyRoutes[0];

    private final PolicyRoutes[][] shards;
    /** Policies that had a server and have none now; never changed. */
    private final Map<String, PolicyRoutes> unserved;
    private final long version;

    private RouteTable(PolicyRoutes[][] shards, Map<String, PolicyRoutes> unserved, long version) {
        this.shards = shards;
        this.unserved = unserved;
        this.version = version;
    }

    /** Grows by one with every change. */
    public long version() {
        return version;
    }

    /** Returns the policy of exactly this name; null if no server is registered for it, nor for a narrower policy that may serve it. */
    public @Nullable PolicyRoutes find(byte[] name, int from, int to) {
        int hash = hash(name, from, to);
        for (PolicyRoutes routes : shard(hash)) {
            if (routes.hash == hash && routes.is(name, from, to)) {
                return routes;
            }
        }
        return null;
    }

    /** Returns the policy of exactly this name; null if no server is registered for it, nor for a narrower policy that may serve it. */
    public @Nullable PolicyRoutes find(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return find(bytes, 0, bytes.length);
    }

    /** Returns all policies, sorted by name. */
    public List<PolicyRoutes> policies() {
        List<PolicyRoutes> found = new ArrayList<>();
        for (PolicyRoutes[] shard : shards) {
            found.addAll(Arrays.asList(shard));
        }
        found.sort(Comparator.comparing(PolicyRoutes::policy));
        return found;
    }

    /** Returns the policies that had a server and have none now, sorted by name. */
    public List<PolicyRoutes> unserved() {
        List<PolicyRoutes> found = new ArrayList<>(unserved.values());
        found.sort(Comparator.comparing(PolicyRoutes::policy));
        return found;
    }

    /** Returns the policy of this name if it had a server and has none now; else null. */
    public @Nullable PolicyRoutes unserved(String policy) {
        return unserved.get(policy);
    }

    /** Returns the policy of this name if it had a server and has none now; else null. */
    public @Nullable PolicyRoutes unserved(byte[] name, int from, int to) {
        return unserved.isEmpty() || to - from > MAX_NAME_BYTES
                ? null
                : unserved.get(new String(name, from, to - from, StandardCharsets.UTF_8));
    }

    /** Returns whether both snapshots have the same policies without a server. */
    public boolean sameUnserved(RouteTable other) {
        return unserved == other.unserved;
    }

    /**
     * Returns the next snapshot: with these policies in place of those of their names. Those that have no endpoint left are kept
     * apart, as unserved since {@code now}.
     */
    RouteTable with(List<PolicyRoutes> policies, Instant now) {
        PolicyRoutes[][] next = shards.length == 0 ? new PolicyRoutes[SHARDS][] : shards.clone();
        if (shards.length == 0) {
            Arrays.fill(next, NONE);
        }
        for (PolicyRoutes routes : policies) {
            int index = index(routes.hash);
            next[index] = replaced(next[index], routes);
        }
        return new RouteTable(next, unserved(policies, now), version + 1);
    }

    private Map<String, PolicyRoutes> unserved(List<PolicyRoutes> policies, Instant now) {
        Map<String, PolicyRoutes> next = null;
        for (PolicyRoutes routes : policies) {
            boolean without = routes.isUnserved();
            if (without != unserved.containsKey(routes.policy().text())) {
                next = next == null ? new HashMap<>(unserved) : next;
                if (without) {
                    next.put(routes.policy().text(), routes.unserved(now));
                } else {
                    next.remove(routes.policy().text());
                }
            }
        }
        return next == null ? unserved : next;
    }

    /** Returns the next snapshot, with this policy remembered as unserved since then. */
    RouteTable withUnserved(PolicyRoutes routes, Instant since) {
        Map<String, PolicyRoutes> next = new HashMap<>(unserved);
        next.put(routes.policy().text(), routes.unserved(since));
        return new RouteTable(shards, next, version + 1);
    }

    /** Returns the next snapshot, in which this policy without a server is forgotten. */
    RouteTable withoutUnserved(Ident policy) {
        Map<String, PolicyRoutes> next = new HashMap<>(unserved);
        next.remove(policy.text());
        return new RouteTable(shards, next, version + 1);
    }

    /** Returns the policy to be forgotten since there are too many without a server; null if there are not. */
    @Nullable
    Ident surplus() {
        return unserved.size() <= MAX_UNSERVED
                ? null
                : unserved.values().stream()
                        .min(Comparator
                                .comparing((PolicyRoutes routes) -> Objects.requireNonNull(routes.noServerSince()))
                                .thenComparing(PolicyRoutes::policy))
                        .map(PolicyRoutes::policy).orElse(null);
    }

    private static PolicyRoutes[] replaced(PolicyRoutes[] old, PolicyRoutes routes) {
        PolicyRoutes[] shard = Arrays.copyOf(old, old.length + 1);
        int n = 0;
        for (PolicyRoutes other : old) {
            if (!other.policy().equals(routes.policy())) {
                shard[n++] = other;
            }
        }
        if (!routes.isUnserved()) {
            shard[n++] = routes;
        }
        return Arrays.copyOf(shard, n);
    }

    private PolicyRoutes[] shard(int hash) {
        return shards.length == 0 ? NONE : shards[index(hash)];
    }

    private static int index(int hash) {
        return (hash ^ hash >>> 16) & SHARDS - 1;
    }

    static int hash(byte[] name, int from, int to) {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + name[i];
        }
        return hash;
    }
}
