package io.revproc.proxy.route;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * One policy's part of a snapshot: its endpoints, and which of them may take messages. Membership and health were read
 * together when the snapshot was made. Immutable but for the balancer's cursor and the load, which outlive snapshots.
 */
public final class PolicyRoutes {
    private final Ident policy;
    final byte[] key;
    final int hash;
    private final LoadBalancer balancer;
    private final PolicyLoad load;
    private final Endpoint[] all;
    private final Endpoint[] selectable;
    private final Endpoint[] onTrial;
    private final @Nullable Narrower narrower;
    private final @Nullable Instant noServerSince;

    /**
     * Endpoints of narrower policies that may serve this one. They come after its own: a message goes to one of them if none of its own
     * takes it. The arrays are shared: not to be changed.
     *
     * @param selectable that may take messages, in order of policies and of registration
     * @param onTrial    that may be tried with one message
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Narrower(LoadBalancer balancer, Endpoint[] all, Endpoint[] selectable, Endpoint[] onTrial) {}

    PolicyRoutes(Ident policy, LoadBalancer balancer, PolicyLoad load, Endpoint[] all) {
        this(policy, balancer, load, all, null, null);
    }

    private PolicyRoutes(Ident policy, LoadBalancer balancer, PolicyLoad load, Endpoint[] all,
            @Nullable Narrower narrower, @Nullable Instant noServerSince) {
        this.policy = policy;
        this.key = policy.text().getBytes(StandardCharsets.UTF_8);
        this.hash = RouteTable.hash(key, 0, key.length);
        this.balancer = balancer;
        this.load = load;
        this.all = all;
        this.selectable = those(all, Endpoint::selectable);
        this.onTrial = those(all, Endpoint::onTrial);
        this.narrower = narrower;
        this.noServerSince = noServerSince;
    }

    /** Returns the same policy with other endpoints, or the same ones in other states. */
    PolicyRoutes with(Endpoint[] endpoints) {
        return new PolicyRoutes(policy, balancer, load, endpoints);
    }

    /**
     * Returns the same policy with other endpoints.
     *
     * @param ofNarrower those of narrower policies that may serve it
     * @param another    makes a balancer for these, if the policy has none for them yet
     */
    PolicyRoutes with(Endpoint[] endpoints, Endpoint[] ofNarrower, Supplier<LoadBalancer> another) {
        if (ofNarrower.length == 0) {
            return with(endpoints);
        }
        LoadBalancer theirs = narrower == null ? another.get() : narrower.balancer();
        return new PolicyRoutes(policy, balancer, load, endpoints, new Narrower(theirs, ofNarrower,
                those(ofNarrower, Endpoint::selectable), those(ofNarrower, Endpoint::onTrial)), null);
    }

    /** Returns the same policy, which has no endpoint since then. */
    PolicyRoutes unserved(Instant since) {
        return new PolicyRoutes(policy, balancer, load, new Endpoint[0], null, since);
    }

    private static Endpoint[] those(Endpoint[] endpoints, Predicate<Endpoint> wanted) {
        Endpoint[] found = new Endpoint[endpoints.length];
        int n = 0;
        for (Endpoint endpoint : endpoints) {
            if (wanted.test(endpoint)) {
                found[n++] = endpoint;
            }
        }
        return n == found.length ? found : Arrays.copyOf(found, n);
    }

    public Ident policy() {
        return policy;
    }

    public LoadBalancer balancer() {
        return balancer;
    }

    public PolicyLoad load() {
        return load;
    }

    /** Returns the endpoints that may take messages, in order of registration. Shared: not to be changed. */
    public Endpoint[] selectable() {
        return selectable;
    }

    /** Returns the endpoints that may be tried with one message once their back-off is over. Shared: not to be changed. */
    public Endpoint[] onTrial() {
        return onTrial;
    }

    /** Returns whether any endpoint is to be tried, of a narrower policy too. */
    public boolean anyOnTrial() {
        return onTrial.length > 0 || narrower != null && narrower.onTrial().length > 0;
    }

    /** Returns whether no endpoint takes messages, nor may be tried with one. */
    public boolean nobody() {
        return selectable.length == 0 && onTrial.length == 0
                && (narrower == null || narrower.selectable().length == 0 && narrower.onTrial().length == 0);
    }

    /** Returns the endpoints of narrower policies that may serve this one; null if there are none. */
    public @Nullable Narrower narrower() {
        return narrower;
    }

    /** Returns the narrower policies whose servers may get its messages where none of its own takes one, in order; none if there is no such server. */
    public List<String> servedBy() {
        return narrower == null
                ? List.of()
                : Arrays.stream(narrower.all()).map(endpoint -> endpoint.spec().policy().text()).distinct().toList();
    }

    /** Returns whether it has neither entries of its own nor of narrower policies. */
    boolean isUnserved() {
        return all.length == 0 && narrower == null;
    }

    /** Returns since when the policy has had no entry; null if it has one. */
    public @Nullable Instant noServerSince() {
        return noServerSince;
    }

    /** Returns all entries in order of registration. */
    public List<Endpoint> endpoints() {
        return List.of(all);
    }

    /** Returns how many entries there are. */
    public int size() {
        return all.length;
    }

    Endpoint[] all() {
        return all;
    }

    boolean is(byte[] name, int from, int to) {
        return Arrays.equals(key, 0, key.length, name, from, to);
    }
}
