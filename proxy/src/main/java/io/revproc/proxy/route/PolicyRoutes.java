package io.revproc.proxy.route;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

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
    private final @Nullable Instant noServerSince;

    PolicyRoutes(Ident policy, LoadBalancer balancer, PolicyLoad load, Endpoint[] all) {
        this(policy, balancer, load, all, null);
    }

    private PolicyRoutes(Ident policy, LoadBalancer balancer, PolicyLoad load, Endpoint[] all,
            @Nullable Instant noServerSince) {
        this.policy = policy;
        this.key = policy.text().getBytes(StandardCharsets.UTF_8);
        this.hash = RouteTable.hash(key, 0, key.length);
        this.balancer = balancer;
        this.load = load;
        this.all = all;
        this.selectable = those(EndpointState::selectable);
        this.onTrial = those(EndpointState::onTrial);
        this.noServerSince = noServerSince;
    }

    /** Returns the same policy with other endpoints, or the same ones in other states. */
    PolicyRoutes with(Endpoint[] endpoints) {
        return new PolicyRoutes(policy, balancer, load, endpoints);
    }

    /** Returns the same policy, which has no endpoint since then. */
    PolicyRoutes unserved(Instant since) {
        return new PolicyRoutes(policy, balancer, load, new Endpoint[0], since);
    }

    private Endpoint[] those(Predicate<EndpointState> wanted) {
        Endpoint[] found = new Endpoint[all.length];
        int n = 0;
        for (Endpoint endpoint : all) {
            if (endpoint.bar() == null && wanted.test(endpoint.state())) {
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

    /** Returns whether no endpoint takes messages, nor may be tried with one. */
    public boolean nobody() {
        return selectable.length == 0 && onTrial.length == 0;
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
