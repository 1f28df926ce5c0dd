package io.revproc.proxy.balance;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RoundRobinTest {
    private final LoadBalancer balancer = new RoundRobin();

    @ParameterizedTest
    @CsvSource({"1 1,1 2 1 2 1", "7 7 7,1 2 3 1 2", "5,1 1 1 1 1", "2 1,1 2 1 1 2 1", "1 2,2 1 2 2 1 2",
            "3 1,1 1 2 1 1 1 2 1", "200 100,1 2 1 1 2 1", "1 1 4,3 3 1 2 3 3 3 3"})
    void endpointsComeInTurnByTheirWeights(String weights, String turns) {
        Endpoint[] candidates = Candidates.weighted(Arrays.stream(weights.split(" ")).mapToInt(Integer::parseInt)
                .toArray());
        int count = turns.split(" ").length;
        assertThat(IntStream.range(0, count).mapToObj(i -> Integer.toString(balancer.choose(candidates, i * 31) + 1))
                .collect(Collectors.joining(" "))).isEqualTo(turns);
    }

    @Test
    void goesOnInTurnWhenEndpointsComeAndGo() {
        assertThat(balancer.choose(Candidates.equal(1), 0)).isZero();
        Endpoint[] three = Candidates.equal(3);
        long[] shares = new long[3];
        for (int i = 0; i < 300; i++) {
            shares[balancer.choose(three, 7)]++;
        }
        assertThat(shares).containsExactly(100, 100, 100);
        Endpoint[] two = Candidates.equal(2);
        assertThat(balancer.choose(two, 0)).isNotEqualTo(balancer.choose(two, 0));
    }

    @Test
    void longTurnsAreShortenedAndNobodyIsLeftOut() {
        int[] weights = IntStream.range(0, 100).map(i -> i == 0 ? 1 : 1000 - i).toArray();
        Endpoint[] candidates = Candidates.weighted(weights);
        int[] shares = new int[weights.length];
        int messages = 100_000;
        for (int i = 0; i < messages; i++) {
            shares[balancer.choose(candidates, 0)]++;
        }
        int sum = Arrays.stream(weights).sum();
        assertThat(shares[0]).isPositive();
        for (int i = 1; i < weights.length; i++) {
            assertThat(shares[i] / (double) messages).isBetween(0.8 * weights[i] / sum, 1.2 * weights[i] / sum);
        }
    }
}
