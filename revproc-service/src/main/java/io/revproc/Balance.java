package io.revproc;

import java.util.function.Supplier;

import io.revproc.balance.LoadBalancer;
import io.revproc.balance.RoundRobin;

/** The algorithms by the names they have in the settings. */
public enum Balance {
    /** In turn, in order of registration. */
    ROUND_ROBIN(RoundRobin::new);

    private final Supplier<LoadBalancer> balancer;

    Balance(Supplier<LoadBalancer> balancer) {
        this.balancer = balancer;
    }

    /** A new one, for one policy. */
    LoadBalancer balancer() {
        return balancer.get();
    }
}
