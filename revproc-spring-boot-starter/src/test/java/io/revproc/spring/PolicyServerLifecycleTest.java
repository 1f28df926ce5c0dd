package io.revproc.spring;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.revproc.server.PolicyServer;
import io.revproc.server.Reply;
import io.revproc.server.answer.PortTakenException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PolicyServerLifecycleTest {
    private final List<PolicyServer> made = new ArrayList<>();

    private PolicyServer make(int port) {
        PolicyServer server = PolicyServer.builder().proxies("127.0.0.1:1").listen(port)
                .handle("P", request -> Reply.of("")).drainTimeout(Duration.ZERO).build();
        made.add(server);
        return server;
    }

    /** A context that is stopped may be started again, as a test's or a checkpoint's is; what stands there twice is one. */
    @Test
    void eachStartAfterAStopIsANewServer() throws Exception {
        PolicyServerLifecycle lifecycle = new PolicyServerLifecycle(() -> make(0));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        new PolicyServerMeters(lifecycle::server).bindTo(meters);
        RegistrationsHealth health = new RegistrationsHealth(lifecycle::server);
        for (int round = 1; round <= 2; round++) {
            assertThat(lifecycle.isRunning()).isFalse();
            assertThat(health.health().getStatus()).isEqualTo(Status.UNKNOWN);
            lifecycle.start();
            lifecycle.start();
            assertThat(made).hasSize(round);
            assertThat(lifecycle.isRunning()).isTrue();
            assertThat(lifecycle.server()).isSameAs(made.getLast());
            assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.health().getDetails()).containsKey("P").hasSize(1);
            CountDownLatch stopped = new CountDownLatch(1);
            lifecycle.stop(stopped::countDown);
            assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
        }
        lifecycle.stop();
        assertThat(meters.getMeters()).allSatisfy(meter -> assertThat(value(meter)).isZero());
    }

    private static double value(Meter meter) {
        return Objects.requireNonNull(meter.measure().iterator().next()).getValue();
    }

    /** What has begun is closed: nothing of it is left, and the next start tries anew. */
    @Test
    void aStartThatFailsLeavesNothing() throws IOException {
        int port;
        PolicyServerLifecycle lifecycle;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
            lifecycle = new PolicyServerLifecycle(() -> make(port));
            assertThatExceptionOfType(PortTakenException.class).isThrownBy(lifecycle::start);
            assertThat(lifecycle.isRunning()).isFalse();
            assertThat(lifecycle.server()).isNull();
        }
        lifecycle.start();
        assertThat(Objects.requireNonNull(lifecycle.server()).port()).isEqualTo(port);
        lifecycle.stop();
    }

    @Test
    void withoutHandlersThereIsNothingToStartOrStop() throws Exception {
        PolicyServerLifecycle lifecycle = new PolicyServerLifecycle(() -> null);
        lifecycle.start();
        assertThat(lifecycle.isRunning()).isFalse();
        CountDownLatch stopped = new CountDownLatch(1);
        lifecycle.stop(stopped::countDown);
        assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
