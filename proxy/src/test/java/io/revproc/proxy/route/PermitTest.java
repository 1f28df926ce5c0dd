package io.revproc.proxy.route;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PermitTest {
    @Test
    void endpointTakesNoMoreThanItsLimit() {
        Endpoint endpoint = endpoint(2);
        PolicyLoad load = new PolicyLoad(100, 0);
        Permit first = new Permit();
        Permit second = new Permit();
        Permit third = new Permit();
        assertThat(first.tryAcquire(endpoint, load)).isTrue();
        assertThat(second.tryAcquire(endpoint, load)).isTrue();
        assertThat(third.tryAcquire(endpoint, load)).isFalse();
        assertThat(third.endpoint()).isNull();
        assertThat(endpoint.inFlight()).isEqualTo(2);
        first.release();
        assertThat(third.tryAcquire(endpoint, load)).isTrue();
        assertThat(third.endpoint()).isSameAs(endpoint);
    }

    @Test
    void policyTakesNoMoreThanItsLimitAndTheEndpointsPlaceIsGivenBack() {
        Endpoint endpoint = endpoint(10);
        PolicyLoad load = new PolicyLoad(1, 0);
        assertThat(new Permit().tryAcquire(endpoint, load)).isTrue();
        assertThat(new Permit().tryAcquire(endpoint, load)).isFalse();
        assertThat(endpoint.inFlight()).isEqualTo(1);
        assertThat(load.inFlight()).isEqualTo(1);
    }

    @Test
    void placeIsGivenBackOnce() {
        Endpoint endpoint = endpoint(10);
        PolicyLoad load = new PolicyLoad(10, 10);
        Permit permit = new Permit();
        new Permit().tryAcquire(endpoint, load);
        permit.tryAcquire(endpoint, load);
        assertThat(load.tryWait()).isTrue();
        assertThat(permit.release()).isTrue();
        assertThat(permit.release()).isFalse();
        assertThat(endpoint.inFlight()).isEqualTo(1);
        assertThat(load.inFlight()).isEqualTo(1);
    }

    @Test
    void waitQueueIsBounded() {
        PolicyLoad load = new PolicyLoad(1, 2);
        assertThat(load.tryWait()).isTrue();
        assertThat(load.tryWait()).isTrue();
        assertThat(load.tryWait()).isFalse();
        assertThat(load.waiting()).isEqualTo(2);
        load.waited();
        assertThat(load.tryWait()).isTrue();
    }

    @Test
    void onlyOneMessageMakesATrial() {
        Endpoint endpoint = endpoint(10);
        assertThat(endpoint.claimTrial(Long.MAX_VALUE, 0)).as("none is planned").isFalse();
        endpoint.trialAt(100);
        assertThat(endpoint.claimTrial(99, 500)).isFalse();
        assertThat(endpoint.claimTrial(100, 500)).isTrue();
        assertThat(endpoint.claimTrial(100, 500)).isFalse();
        assertThat(endpoint.claimTrial(500, 900)).isTrue();
    }

    @Test
    void countsAreRightAfterManyThreadsTookAndGaveBack() throws InterruptedException {
        Endpoint endpoint = endpoint(5);
        PolicyLoad load = new PolicyLoad(3, 0);
        CountDownLatch done = new CountDownLatch(4);
        AtomicInteger most = new AtomicInteger();
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(thread);
            Thread.ofPlatform().start(() -> {
                List<Permit> held = new ArrayList<>();
                for (int i = 0; i < 20_000; i++) {
                    if (random.nextBoolean()) {
                        Permit permit = new Permit();
                        if (permit.tryAcquire(endpoint, load)) {
                            held.add(permit);
                        }
                    } else if (!held.isEmpty()) {
                        held.removeLast().release();
                    }
                    most.accumulateAndGet(held.size(), Math::max);
                }
                held.forEach(Permit::release);
                done.countDown();
            });
        }
        done.await();
        assertThat(endpoint.inFlight()).isZero();
        assertThat(load.inFlight()).isZero();
        assertThat(most.get()).isBetween(1, 3);
    }

    private static Endpoint endpoint(int maxInFlight) {
        return new Endpoint(new EndpointSpec(Ident.of("PP_1"), Ident.of(1), InetAddress.getLoopbackAddress(), 9001, 2,
                true, 1, null, maxInFlight, false, null, null), EndpointState.registered("lease"), Instant.EPOCH, 0);
    }
}
