package io.revproc;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.revproc.proxy.balance.LeastLoaded;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.balance.Sticky;
import io.revproc.proxy.route.LoadBalancer;

/** The algorithms by the names they have in the settings. */
public enum Balance {
    /** In turn, in order of registration. */
    ROUND_ROBIN(RoundRobin::new),
    /** The less loaded of two random ones. */
    LEAST_LOADED(() -> new LeastLoaded(new ThreadsRandom())),
    /** The same server for the same client, while that is not overloaded. */
    STICKY(Sticky::new);

    private final Supplier<LoadBalancer> balancer;

    Balance(Supplier<LoadBalancer> balancer) {
        this.balancer = balancer;
    }

    /** A new one, for one policy. */
    LoadBalancer balancer() {
        return balancer.get();
    }

    /** Each thread's own randomness: event loops share nothing for it. */
    private static final class ThreadsRandom implements RandomGenerator {
        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }
    }
}
