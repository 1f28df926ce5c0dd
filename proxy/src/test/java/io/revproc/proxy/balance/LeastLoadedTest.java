package io.revproc.proxy.balance;

import java.util.Random;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LeastLoadedTest {
    private final LoadBalancer balancer = new LeastLoaded(new Random(42));

    @Test
    void lessLoadedOfTwoTakesTheMessage() {
        Endpoint[] two = Candidates.equal(2);
        Candidates.load(two[0]);
        for (int i = 0; i < 100; i++) {
            assertThat(balancer.choose(two, i)).isEqualTo(1);
        }
    }

    @Test
    void heavierOneMayHaveMore() {
        Endpoint[] two = Candidates.weighted(3, 1);
        Candidates.load(two[0]);
        Candidates.load(two[0]);
        Candidates.load(two[1]);
        assertThat(balancer.choose(two, 0)).isZero();
        Candidates.load(two[0]);
        Candidates.load(two[0]);
        assertThat(balancer.choose(two, 0)).isEqualTo(1);
    }

    @Test
    void idleEndpointsShareByTheirWeights() {
        Endpoint[] two = Candidates.weighted(3, 1);
        int[] shares = new int[2];
        for (int i = 0; i < 40_000; i++) {
            shares[balancer.choose(two, i)]++;
        }
        assertThat(shares[0]).isBetween(29_000, 31_000);
    }

    @Test
    void nobodyGetsMuchMoreThanTheOthers() {
        Endpoint[] many = Candidates.equal(50);
        for (int i = 0; i < 50_000; i++) {
            Candidates.load(many[balancer.choose(many, i)]);
        }
        for (Endpoint endpoint : many) {
            // One random choice alone would spread by some hundred.
            assertThat(endpoint.inFlight()).isBetween(990, 1_010);
        }
    }

    @Test
    void stuckEndpointGetsLittle() {
        Endpoint[] three = Candidates.equal(3);
        int stuck = 0;
        for (int i = 0; i < 10_000; i++) {
            int chosen = balancer.choose(three, i);
            if (chosen == 0) {
                Candidates.load(three[0]);
                stuck++;
            }
        }
        assertThat(stuck).isLessThan(10);
    }
}
