package io.revproc.server.answer;

import java.util.concurrent.ConcurrentHashMap;

import io.revproc.wire.Ident;

/**
 * The leases that proxies gave us, by which a data connection shows that it comes from one of them. The lease before the
 * current one stays valid: a proxy may have opened a connection just before we registered anew. Thread-safe.
 */
public final class Leases {
    private record Pair(String current, String previous) {
        boolean holds(String lease) {
            return current.equals(lease) || previous.equals(lease);
        }
    }

    private final ConcurrentHashMap<Ident, Pair> byPolicy = new ConcurrentHashMap<>();

    /** A proxy accepted the registration for this policy. */
    public void grant(Ident policy, String lease) {
        byPolicy.compute(policy,
                (_, pair) -> pair == null
                        ? new Pair(lease, lease)
                        : pair.current.equals(lease) ? pair : new Pair(lease, pair.current));
    }

    public boolean holds(String lease) {
        return byPolicy.values().stream().anyMatch(pair -> pair.holds(lease));
    }
}
