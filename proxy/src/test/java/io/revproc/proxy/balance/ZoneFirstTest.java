package io.revproc.proxy.balance;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ZoneFirstTest {
    private final LoadBalancer balancer = new ZoneFirst("eu-1", new RoundRobin());

    @Test
    void serversOfTheZoneTakeTurnsAmongThemselves() {
        Endpoint[] candidates = {Candidates.endpoint(1, 1, "us-1"), Candidates.endpoint(2, 1, "eu-1"),
                Candidates.endpoint(3, 1, null), Candidates.endpoint(4, 1, "eu-1")};
        assertThat(new int[]{balancer.choose(candidates, 0), balancer.choose(candidates, 0),
                balancer.choose(candidates, 0)}).containsExactly(1, 3, 1);
    }

    @Test
    void othersTakeOverWhereTheZoneHasNone() {
        Endpoint[] candidates = {Candidates.endpoint(1, 1, "us-1"), Candidates.endpoint(3, 1, null)};
        assertThat(new int[]{balancer.choose(candidates, 0), balancer.choose(candidates, 0)}).containsExactly(0, 1);
    }
}
