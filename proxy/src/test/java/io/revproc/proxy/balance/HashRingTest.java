package io.revproc.proxy.balance;

import java.util.stream.IntStream;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.Permit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Two proxies, and one before and after a restart, send a client to the same server: the ring is part of the contract. */
class HashRingTest {
    // worked out by a program in another language
    private static final int[] GOLDEN_EQUAL = {1, 4, 3, 4, 0, 1, 2, 4, 3, 2, 2, 4, 1};
    private static final int[] GOLDEN_WEIGHTED = {3, 1, 1, 1, 0, 2, 2, 3, 1, 2, 2, 3, 1};

    private static int[] servers(Endpoint[] candidates, int... keys) {
        Sticky balancer = new Sticky();
        return IntStream.of(keys).map(key -> balancer.choose(candidates, key)).toArray();
    }

    @Test
    void sameClientsMeetTheSameServersInEveryProcess() {
        int[] keys = {0, 1, 2, 3, 4, 1327, -1, 99_999, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 16, 77, 0x5bd1e995};
        assertThat(servers(Candidates.equal(5), keys)).containsExactly(GOLDEN_EQUAL);
        assertThat(servers(Candidates.weighted(1, 3, 2, 5), keys)).containsExactly(GOLDEN_WEIGHTED);
    }

    @Test
    void pointsFollowTheWeights() {
        assertThat(HashRing.of(Candidates.equal(1)).length()).isEqualTo(100);
        assertThat(HashRing.of(Candidates.weighted(2, 4)).length()).isEqualTo(300);
        Endpoint[] candidates = Candidates.weighted(1, 3);
        HashRing ring = HashRing.of(candidates);
        assertThat(ring.candidates()).isSameAs(candidates);
        assertThat(ring.weight()).isEqualTo(4);
        assertThat(IntStream.range(0, ring.length()).filter(place -> ring.at(place) == 1).count()).isEqualTo(300);
        assertThat(ring.at(ring.length() + 5)).as("the ring has no end").isEqualTo(ring.at(5));
    }

    @Test
    void ringIsSortedAndAWalkBeginsAtTheNextPoint() {
        HashRing ring = HashRing.of(Candidates.equal(3));
        int before = -1;
        for (int key = 0; key < 1_000; key++) {
            assertThat(ring.find(key)).isBetween(0, ring.length());
            before = Math.max(before, ring.find(key));
        }
        assertThat(before).isGreaterThan(ring.length() * 9 / 10);
    }

    @Test
    void idleServersAreTakenWhateverTheirShare() {
        Endpoint[] candidates = Candidates.weighted(1000, 1);
        // the small one's share is far below one message, and it may have one
        Permit[] permits = IntStream.range(0, 10).mapToObj(i -> Candidates.load(candidates[0])).toArray(Permit[]::new);
        int key = IntStream.range(0, 1_000_000).filter(one -> new Sticky().choose(candidates, one) == 1).findFirst()
                .orElseThrow();
        assertThat(candidates[1].inFlight()).isZero();
        Candidates.load(candidates[1]);
        assertThat(new Sticky().choose(candidates, key)).as("one it has already").isZero();
        for (Permit permit : permits) {
            permit.release();
        }
    }
}
