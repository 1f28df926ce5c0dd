package io.revproc.balance;

import java.net.InetAddress;
import java.time.Instant;
import java.util.stream.IntStream;

import io.revproc.upstream.Endpoint;
import io.revproc.upstream.EndpointSpec;
import io.revproc.upstream.EndpointState;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RoundRobinTest {
    @Test
    void messagesGoToOneTwoOneTwoOne() {
        LoadBalancer balancer = new RoundRobin();
        Endpoint[] two = endpoints(2);
        assertThat(IntStream.range(0, 5).map(i -> balancer.choose(two, i * 31))).containsExactly(0, 1, 0, 1, 0);
    }

    @Test
    void everyEndpointGetsItsShareWhenSomeComeAndGo() {
        LoadBalancer balancer = new RoundRobin();
        Endpoint[] three = endpoints(3);
        assertThat(balancer.choose(endpoints(1), 0)).isZero();
        long[] shares = new long[3];
        for (int i = 0; i < 300; i++) {
            shares[balancer.choose(three, 7)]++;
        }
        assertThat(shares).containsExactly(100, 100, 100);
    }

    private static Endpoint[] endpoints(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(id -> new Endpoint(
                        new EndpointSpec(Ident.of("PP_1"), Ident.of(id), InetAddress.getLoopbackAddress(), 9000 + id, 1,
                                false, 1, null, 1, false, null),
                        EndpointState.registered(null), Instant.EPOCH, 0))
                .toArray(Endpoint[]::new);
    }
}
