package io.revproc.proxy.balance;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

import io.revproc.proxy.route.Endpoint;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WeightedTurnTest {
    private static int[] order(int... weights) {
        WeightedTurn turn = WeightedTurn.of(Candidates.weighted(weights));
        return turn.order() == null ? new int[0] : turn.order();
    }

    @Test
    void heavyOnesComeOftenAndFarApart() {
        assertThat(order(3, 1)).containsExactly(0, 0, 1, 0);
        assertThat(order(30, 10)).as("the common divisor does not count").containsExactly(0, 0, 1, 0);
        assertThat(order(2, 1, 1)).containsExactly(0, 1, 2, 0);
        assertThat(order(7, 7, 7)).as("equal ones need no order").isEmpty();
    }

    @Test
    void turnIsAsLongAsTheWeightsAndNoLongerThanItsBound() {
        assertThat(order(1000, 999)).hasSize(1999);
        assertThat(order(1000, 1000, 48, 1)).as("2,049 steps are one too many").hasSizeLessThanOrEqualTo(2048);
        assertThat(order(1000, 1000, 47, 1)).as("2,048 are not").hasSize(2048);
        int[] many = new int[5_000];
        Arrays.setAll(many, i -> i % 2 == 0 ? 1000 : 1);
        int[] order = order(many);
        assertThat(order.length).isLessThan(5_000 + WeightedTurn.MAX_STEPS + 1);
        assertThat(IntStream.of(order).distinct().count()).as("nobody is left out").isEqualTo(5_000);
    }

    @Test
    void choiceOfTheLeastLoadedLooksAtTheLoadForTheWeight() {
        Endpoint[] two = Candidates.weighted(2, 3);
        Candidates.load(two[0]);
        Candidates.load(two[1]);
        // 1/2 is more than 1/3
        LeastLoaded balancer = new LeastLoaded(new Random(7));
        for (int i = 0; i < 50; i++) {
            assertThat(balancer.choose(two, i)).isEqualTo(1);
        }
        Candidates.load(two[1]);
        for (int i = 0; i < 50; i++) {
            assertThat(balancer.choose(two, i)).as("2/3 is more than 1/2").isZero();
        }
    }

    @Test
    void zoneIsLookedAtAnewForOtherCandidates() {
        ZoneFirst balancer = new ZoneFirst("eu-1", new RoundRobin());
        Endpoint[] far = {Candidates.endpoint(1, 1, "us-1"), Candidates.endpoint(2, 1, "us-1")};
        Endpoint[] near = {Candidates.endpoint(1, 1, "us-1"), Candidates.endpoint(3, 1, "eu-1")};
        balancer.choose(far, 0);
        assertThat(balancer.choose(near, 0)).isEqualTo(1);
        assertThat(balancer.choose(near, 0)).isEqualTo(1);
    }
}
