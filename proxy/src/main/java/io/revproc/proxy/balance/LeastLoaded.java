package io.revproc.proxy.balance;

import java.util.random.RandomGenerator;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;

/**
 * Two endpoints at random, and of these the one with less in flight for its weight. Nearly as even as looking at all of them,
 * without the herd that runs to the least loaded one. Thread-safe if its randomness is.
 */
public final class LeastLoaded implements LoadBalancer {
    private final RandomGenerator random;

    public LeastLoaded(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public int choose(Endpoint[] candidates, int key) {
        int n = candidates.length;
        if (n == 1) {
            return 0;
        }
        int first = random.nextInt(n);
        int second = random.nextInt(n - 1);
        if (second >= first) {
            second++;
        }
        long firstWeight = candidates[first].spec().weight();
        long secondWeight = candidates[second].spec().weight();
        // In flight over weight, without the division.
        long firstLoad = candidates[first].inFlight() * secondWeight;
        long secondLoad = candidates[second].inFlight() * firstWeight;
        if (firstLoad != secondLoad) {
            return firstLoad < secondLoad ? first : second;
        }
        return random.nextLong(firstWeight + secondWeight) < firstWeight ? first : second;
    }
}
