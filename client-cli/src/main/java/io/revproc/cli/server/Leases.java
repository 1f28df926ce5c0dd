package io.revproc.cli.server;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * What proxies may send to this server: under a lease, messages for the policy that it was given for; from a proxy that speaks
 * Part 1, messages for the policies that it registered. The lease before the current one stays valid, since the proxy may have
 * opened a connection just before. Thread-safe.
 */
public final class Leases {
    /** How long the first bytes of a connection may overtake the answer to our setup, which travels on another one. */
    private static final Duration OVERTAKING = Duration.ofSeconds(1);

    private final Set<Ident> policies;
    /** The last two leases of each policy, the current one last. Guarded by this object, as all that follows. */
    private final Map<Ident, List<String>> leases = new HashMap<>();
    private final Set<Ident> withoutHello = new HashSet<>();

    /** @param policies those that this server serves */
    public Leases(Collection<Ident> policies) {
        this.policies = Set.copyOf(policies);
    }

    /** A proxy accepted the registration: it says hello with the lease. */
    public synchronized void grant(Ident policy, String lease) {
        List<String> before = leases.getOrDefault(policy, List.of());
        leases.put(policy, before.isEmpty() ? List.of(lease) : List.of(before.getLast(), lease));
        withoutHello.remove(policy);
        notifyAll();
    }

    /** Messages for this policy come without a hello: its proxy speaks Part 1. */
    public synchronized void grantWithoutHello(Ident policy) {
        withoutHello.add(policy);
        notifyAll();
    }

    /** The policy that this lease is for; null if it is not one of ours, and does not become one soon. */
    synchronized @Nullable Ident policyOf(String lease) throws InterruptedException {
        return soon(() -> {
            for (Map.Entry<Ident, List<String>> entry : leases.entrySet()) {
                if (entry.getValue().contains(lease)) {
                    return entry.getKey();
                }
            }
            return null;
        });
    }

    /** Whether a message for this policy may come without a hello, now or soon. */
    synchronized boolean withoutHello(Ident policy) throws InterruptedException {
        return policies.contains(policy) && (withoutHello.contains(policy)
                || !leases.containsKey(policy) && soon(() -> withoutHello.contains(policy) ? policy : null) != null);
    }

    private @Nullable Ident soon(Supplier<@Nullable Ident> known) throws InterruptedException {
        long end = System.nanoTime() + OVERTAKING.toNanos();
        Ident policy = known.get();
        for (long left = OVERTAKING.toMillis(); policy == null
                && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
            policy = known.get();
        }
        return policy;
    }
}
