package io.revproc.route;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * An immutable snapshot of the switch table. A policy is found by the bytes of its name, without building a string. The
 * policies lie in {@value #SHARDS} small shards, so that the next snapshot copies one shard and not the table.
 */
public final class RouteTable {
    /** A table without policies. */
    static final RouteTable EMPTY = new RouteTable(new PolicyRoutes[0][], 0);

    private static final int SHARDS = 1024;
    private static final PolicyRoutes[] NONE = new PolicyRoutes[0];

    private final PolicyRoutes[][] shards;
    private final long version;

    private RouteTable(PolicyRoutes[][] shards, long version) {
        this.shards = shards;
        this.version = version;
    }

    /** Grows by one with every change. */
    public long version() {
        return version;
    }

    /** The policy of exactly this name; null if no server is registered for it. */
    public @Nullable PolicyRoutes find(byte[] name, int from, int to) {
        int hash = hash(name, from, to);
        for (PolicyRoutes routes : shard(hash)) {
            if (routes.hash == hash && routes.is(name, from, to)) {
                return routes;
            }
        }
        return null;
    }

    /** The policy of exactly this name; null if no server is registered for it. */
    public @Nullable PolicyRoutes find(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return find(bytes, 0, bytes.length);
    }

    /** All policies, sorted by name. */
    public List<PolicyRoutes> policies() {
        List<PolicyRoutes> found = new ArrayList<>();
        for (PolicyRoutes[] shard : shards) {
            found.addAll(Arrays.asList(shard));
        }
        found.sort(Comparator.comparing(PolicyRoutes::policy));
        return found;
    }

    /** The next snapshot: with these policies in place of those of their names, without those that have no endpoint left. */
    RouteTable with(List<PolicyRoutes> policies) {
        PolicyRoutes[][] next = shards.length == 0 ? new PolicyRoutes[SHARDS][] : shards.clone();
        if (shards.length == 0) {
            Arrays.fill(next, NONE);
        }
        for (PolicyRoutes routes : policies) {
            int index = index(routes.hash);
            next[index] = replaced(next[index], routes);
        }
        return new RouteTable(next, version + 1);
    }

    private static PolicyRoutes[] replaced(PolicyRoutes[] old, PolicyRoutes routes) {
        PolicyRoutes[] shard = Arrays.copyOf(old, old.length + 1);
        int n = 0;
        for (PolicyRoutes other : old) {
            if (!other.policy().equals(routes.policy())) {
                shard[n++] = other;
            }
        }
        if (routes.all().length > 0) {
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
