package io.revproc.proxy.balance;

import java.util.Arrays;
import java.util.Random;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;
import io.revproc.proxy.route.Permit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StickyTest {
    private final LoadBalancer balancer = new Sticky();

    @Test
    void clientKeepsItsServer() {
        Endpoint[] ten = Candidates.equal(10);
        for (int client = 0; client < 1_000; client++) {
            int server = balancer.choose(ten, client);
            assertThat(balancer.choose(ten, client)).isEqualTo(server);
            assertThat(balancer.choose(ten.clone(), client)).isEqualTo(server);
        }
    }

    @Test
    void clientsAreSpreadByTheWeights() {
        Endpoint[] candidates = Candidates.weighted(1, 1, 2);
        int[] shares = new int[3];
        Random clients = new Random(1);
        for (int i = 0; i < 40_000; i++) {
            shares[balancer.choose(candidates, clients.nextInt())]++;
        }
        assertThat(shares[0]).isBetween(7_000, 13_000);
        assertThat(shares[1]).isBetween(7_000, 13_000);
        assertThat(shares[2]).isBetween(17_000, 23_000);
    }

    @Test
    void serverThatGoesMovesItsOwnClientsOnly() {
        Endpoint[] ten = Candidates.equal(10);
        Endpoint[] nine = Arrays.copyOf(ten, 9);
        int moved = 0;
        for (int client = 0; client < 10_000; client++) {
            int before = balancer.choose(ten, client * 7919);
            int after = balancer.choose(nine, client * 7919);
            if (before == 9) {
                moved++;
            } else {
                assertThat(after).isEqualTo(before);
            }
        }
        assertThat(moved).isBetween(600, 1_500);
    }

    @Test
    void overloadedServerGivesItsClientAwayUntilItIsLessLoaded() {
        Endpoint[] two = Candidates.equal(2);
        int home = balancer.choose(two, 1234);
        Candidates.load(two[1 - home]);
        Permit first = Candidates.load(two[home]);
        Permit second = Candidates.load(two[home]);
        Candidates.load(two[home]);
        assertThat(balancer.choose(two, 1234)).as("3 of 4: with one more its share is 4").isEqualTo(home);
        Candidates.load(two[home]);
        assertThat(balancer.choose(two, 1234)).as("4 of 5: with one more its share is 4").isEqualTo(1 - home);
        first.release();
        second.release();
        assertThat(balancer.choose(two, 1234)).isEqualTo(home);
    }

    @Test
    void loadOfOneClientIsBounded() {
        Endpoint[] four = Candidates.equal(4);
        for (int i = 0; i < 1_000; i++) {
            Candidates.load(four[balancer.choose(four, 99)]);
        }
        for (Endpoint endpoint : four) {
            assertThat(endpoint.inFlight()).isLessThanOrEqualTo(313);
        }
    }

    @Test
    void ringOfManyHeavyServersIsBounded() {
        int[] weights = new int[10_000];
        Arrays.fill(weights, 1_000);
        HashRing ring = HashRing.of(Candidates.weighted(weights));
        assertThat(ring.length()).isBetween(10_000, 1 << 16);
    }
}
