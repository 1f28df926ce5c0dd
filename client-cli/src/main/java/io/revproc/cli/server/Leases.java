package io.revproc.cli.server;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * Decides what proxies may send to this server: under a lease, messages for the policy that it was given for; from a proxy that speaks
 * Part 1, messages for the policies that it registered. The lease before the current one stays valid, since the proxy may have
 * opened a connection just before. Thread-safe.
 */
public final class Leases {
    /** How long the first bytes of a connection may overtake the answer to our setup, which travels on another one. */
    private static final Duration OVERTAKING = Duration.ofSeconds(1);

    private final Set<Ident> policies;
    /** A lease, and the policies whose messages come under it. */
    private record Lease(String id, Set<Ident> policies) {}

    /** The last two leases of each policy, the current one last. Guarded by this object, as all that follows. */
    private final Map<Ident, List<Lease>> leases = new HashMap<>();
    private final Set<Ident> withoutHello = new HashSet<>();

    /** @param policies those that this server serves */
    public Leases(Collection<Ident> policies) {
        this.policies = Set.copyOf(policies);
    }

    /** A proxy accepted the registration: it says hello with the lease. */
    public void grant(Ident policy, String lease) {
        grant(policy, lease, List.of());
    }

    /**
     * A proxy accepted the registration: it says hello with the lease.
     *
     * @param alsoServes wider policies whose messages come under it too
     */
    public synchronized void grant(Ident policy, String lease, List<String> alsoServes) {
        List<Lease> before = leases.getOrDefault(policy, List.of());
        Lease granted = new Lease(lease, Stream.concat(Stream.of(policy), alsoServes.stream().map(Ident::of))
                .collect(Collectors.toUnmodifiableSet()));
        leases.put(policy, before.isEmpty() ? List.of(granted) : List.of(before.getLast(), granted));
        withoutHello.remove(policy);
        notifyAll();
    }

    /** Messages for this policy come without a hello: its proxy speaks Part 1. */
    public synchronized void grantWithoutHello(Ident policy) {
        withoutHello.add(policy);
        notifyAll();
    }

    /** The policies whose messages come under this lease; null if it is not one of ours, and does not become one soon. */
    synchronized @Nullable Set<Ident> policiesOf(String lease) throws InterruptedException {
        return soon(() -> leases.values().stream().flatMap(List::stream).filter(each -> each.id().equals(lease))
                .map(Lease::policies).findFirst().orElse(null));
    }

    /** Returns whether a message for this policy may come without a hello, now or soon. */
    synchronized boolean withoutHello(Ident policy) throws InterruptedException {
        return policies.contains(policy) && (withoutHello.contains(policy)
                || !leases.containsKey(policy) && soon(() -> withoutHello.contains(policy) ? policy : null) != null);
    }

    private <T> @Nullable T soon(Supplier<@Nullable T> known) throws InterruptedException {
        long end = System.nanoTime() + OVERTAKING.toNanos();
        T policy = known.get();
        for (long left = OVERTAKING.toMillis(); policy == null
                && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
            policy = known.get();
        }
        return policy;
    }
}
