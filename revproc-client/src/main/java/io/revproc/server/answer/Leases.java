package io.revproc.server.answer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * What proxies may send us. A lease, by which a data connection shows that it comes from the proxy that gave it, is for one
 * policy. The lease before the current one stays valid: a proxy may have opened a connection just before we registered anew.
 * A proxy that speaks Part 1 gives no lease; its connections bring messages straight away. Thread-safe.
 */
public final class Leases {
    private record Pair(String current, String previous) {
        boolean holds(String lease) {
            return current.equals(lease) || previous.equals(lease);
        }
    }

    /** A policy of this server, and its bytes in messages. */
    record Served(Ident policy, byte[] bytes) {
        boolean is(byte[] name, int from, int to) {
            return Arrays.equals(bytes, 0, bytes.length, name, from, to);
        }
    }

    private final Map<Ident, Served> policies;
    private final ConcurrentHashMap<Ident, Pair> byPolicy = new ConcurrentHashMap<>();
    /** What connections without a hello may bring; written under the lock of this object. */
    private final List<Served> withoutHello = new CopyOnWriteArrayList<>();

    /** @param policies those that this server serves */
    public Leases(Collection<Ident> policies) {
        this.policies = policies.stream()
                .collect(Collectors.toUnmodifiableMap(Function.identity(),
                        policy -> new Served(policy, policy.text().getBytes(StandardCharsets.UTF_8)), (a, b) -> a));
    }

    /** A proxy accepted the registration for this policy: it says hello with the lease. */
    public synchronized void grant(Ident policy, String lease) {
        byPolicy.compute(policy,
                (_, pair) -> pair == null
                        ? new Pair(lease, lease)
                        : pair.current.equals(lease) ? pair : new Pair(lease, pair.current));
        withoutHello.remove(policies.get(policy));
    }

    /** Messages for this policy come without a hello: its proxy speaks Part 1. */
    public synchronized void grantWithoutHello(Ident policy) {
        Served served = policies.get(policy);
        if (served != null && !withoutHello.contains(served)) {
            withoutHello.add(served);
        }
    }

    /** Whether this lease is one of ours. */
    public boolean holds(String lease) {
        return policyOf(lease) != null;
    }

    /** The policy that this lease is for; null if the lease is not one of ours. */
    @Nullable
    Served policyOf(String lease) {
        for (Map.Entry<Ident, Pair> entry : byPolicy.entrySet()) {
            if (entry.getValue().holds(lease)) {
                return policies.get(entry.getKey());
            }
        }
        return null;
    }

    /** The policy of these bytes, if a message for it may come on a connection without a hello; else null. */
    @Nullable
    Served withoutHello(byte[] bytes, int from, int to) {
        return find(withoutHello, bytes, from, to);
    }

    /** Whether this server serves the policy of these bytes at all. */
    boolean serves(byte[] bytes, int from, int to) {
        return find(policies.values(), bytes, from, to) != null;
    }

    private static @Nullable Served find(Collection<Served> policies, byte[] bytes, int from, int to) {
        for (Served policy : policies) {
            if (policy.is(bytes, from, to)) {
                return policy;
            }
        }
        return null;
    }
}
