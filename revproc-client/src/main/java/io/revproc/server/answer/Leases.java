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
import java.util.stream.Stream;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * Decides what proxies may send to this server. A lease, by which a data connection shows that it comes from the proxy that gave it, is for one
 * policy, and for the wider ones that the proxy named with it. The lease before the current one stays valid until it is ended: a proxy may have
 * opened a connection just before we registered anew. A proxy that speaks Part 1 gives no lease; its connections bring messages straight away.
 * Thread-safe.
 */
public final class Leases {
    private record Pair(Lease current, Lease previous) {
        @Nullable
        Lease find(String id) {
            return current.id.equals(id) ? current : previous.id.equals(id) ? previous : null;
        }
    }

    /** A lease that a proxy gave, as long as it lasts. */
    static final class Lease {
        private final String id;
        /** What its connections may bring: the policy that it is for, then wider ones. */
        private final List<Served> served;
        private volatile boolean over;

        Lease(String id, List<Served> served) {
            this.id = id;
            this.served = served;
        }

        /** Returns the policy of these bytes, if a message of it may come under this lease; else null. */
        @Nullable
        Served served(byte[] name, int from, int to) {
            for (int i = 0; i < served.size(); i++) {
                if (served.get(i).is(name, from, to)) {
                    return served.get(i);
                }
            }
            return null;
        }

        /** Returns whether it has ended: what comes under it now is not to be handled. */
        boolean isOver() {
            return over;
        }
    }

    /**
     * A policy whose messages may come, and its bytes in messages.
     *
     * @param handledAs the policy of this server by whose lease they come: the same, or a narrower one
     */
    record Served(Ident policy, byte[] bytes, Ident handledAs) {
        static Served of(Ident policy, Ident handledAs) {
            return new Served(policy, policy.text().getBytes(StandardCharsets.UTF_8), handledAs);
        }

        boolean is(byte[] name, int from, int to) {
            return Arrays.equals(bytes, 0, bytes.length, name, from, to);
        }
    }

    private final Map<Ident, Served> policies;
    private final ConcurrentHashMap<Ident, Pair> byPolicy = new ConcurrentHashMap<>();
    /** The policies of messages on connections without a hello; written under the lock of this object. */
    private final List<Served> withoutHello = new CopyOnWriteArrayList<>();

    /** @param policies those that this server serves */
    public Leases(Collection<Ident> policies) {
        this.policies = policies.stream()
                .collect(Collectors.toUnmodifiableMap(Function.identity(), policy -> Served.of(policy, policy),
                        (a, b) -> a));
    }

    /** Takes a lease: a proxy accepted the registration for this policy, and says hello with it. */
    public void grant(Ident policy, String lease) {
        grant(policy, lease, List.of());
    }

    /**
     * Takes a lease: a proxy accepted the registration for this policy, and says hello with it.
     *
     * @param alsoServes wider policies whose messages come under it too
     */
    public synchronized void grant(Ident policy, String lease, List<String> alsoServes) {
        byPolicy.compute(policy, (_, pair) -> {
            if (pair != null && pair.current.id.equals(lease) && !pair.current.over) {
                return pair;
            }
            List<Served> served = Stream.concat(Stream.of(policy), alsoServes.stream().map(Ident::of))
                    .map(each -> Served.of(each, policy)).toList();
            Lease granted = new Lease(lease, served);
            return new Pair(granted, pair == null ? granted : pair.current);
        });
        withoutHello.remove(policies.get(policy));
    }

    /** Ends a lease: nothing that comes under it from now on is handled, on open connections neither. */
    public void end(Ident policy, String lease) {
        Pair pair = byPolicy.get(policy);
        Lease ended = pair == null ? null : pair.find(lease);
        if (ended != null) {
            ended.over = true;
        }
    }

    /** Messages for this policy come without a hello: its proxy speaks Part 1. */
    public synchronized void grantWithoutHello(Ident policy) {
        Served served = policies.get(policy);
        if (served != null && !withoutHello.contains(served)) {
            withoutHello.add(served);
        }
    }

    /** Returns whether this lease is one of ours. */
    public boolean holds(String lease) {
        return find(lease) != null;
    }

    /** Returns the lease of this id; null if it is not one of ours, or over. */
    @Nullable
    Lease find(String id) {
        for (Pair pair : byPolicy.values()) {
            Lease lease = pair.find(id);
            if (lease != null && !lease.over) {
                return lease;
            }
        }
        return null;
    }

    /** The policy of these bytes, if a message for it may come on a connection without a hello; else null. */
    @Nullable
    Served withoutHello(byte[] bytes, int from, int to) {
        return find(withoutHello, bytes, from, to);
    }

    /** Returns whether this server serves the policy of these bytes at all. */
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
