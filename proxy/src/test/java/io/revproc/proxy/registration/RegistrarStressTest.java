package io.revproc.proxy.registration;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Event loops, the lease timer, health and an operator at once: nothing deadlocks, nothing is left behind. */
class RegistrarStressTest {
    private static final int THREADS = 4;
    private static final int STEPS = 5_000;

    private final AtomicLong now = new AtomicLong();
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            InstantSource.system(), now::get);
    private final Registrar registrar = new Registrar(table, Admission.from(RegistrationBench.DEFAULTS.allowedCidrs()),
            RegistrationBench.DEFAULTS, new ServerLimits(1, 256), new LeaseIds(), now::get);

    @Test
    @Timeout(120)
    void everyLeaseComesToItsEndWhateverHappensAtOnce() throws Exception {
        List<Callable<Void>> actors = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(i);
            actors.add(() -> connections(random));
        }
        actors.add(() -> timer());
        actors.add(() -> operator(new Random(99)));
        try (ExecutorService threads = Executors.newFixedThreadPool(actors.size())) {
            for (Future<Void> actor : threads.invokeAll(actors)) {
                actor.get(100, TimeUnit.SECONDS);
            }
        }
        for (PolicyRoutes routes : table.routes().policies()) {
            for (Endpoint endpoint : routes.endpoints()) {
                table.update(endpoint, state -> state.withMode(Mode.ACTIVE));
            }
        }
        // Twice: an entry whose maintenance has just ended is at the beginning of another grace.
        for (int i = 0; i < 3; i++) {
            registrar.keeper().tick(now.addAndGet(Duration.ofSeconds(14).toNanos()));
        }
        assertThat(table.routes().policies()).isEmpty();
        assertThat(registrar.keeper().leases()).isZero();
        assertThat(registrar.sessions()).isZero();
    }

    private Void connections(Random random) {
        List<RegistrationSession> open = new ArrayList<>();
        List<String> leases = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            if (open.size() < 5) {
                open.add(registrar.open(RegistrationBench.LOOPBACK, new SilentOutbox()));
            }
            RegistrationSession session = open.get(random.nextInt(open.size()));
            String lease = leases.isEmpty() ? "none" : leases.get(random.nextInt(leases.size()));
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> {
                    String answer = say(session, "{\"type\":1,\"proto\":2,\"id\":" + random.nextInt(20)
                            + ",\"privPolyId\":\"PP_" + random.nextInt(3) + "\",\"listenport\":"
                            + (9000 + random.nextInt(2))
                            + "}");
                    leases.add(answer.replaceFirst(".*\"lease\": \"([^\"]*)\".*", "$1"));
                }
                case 3 -> say(session, "{\"type\":4,\"lease\":\"" + lease + "\"}");
                case 4 -> say(session, "{\"type\":5,\"lease\":\"" + lease + "\"}");
                case 5 -> {
                    open.remove(session);
                    session.closed();
                }
                default -> say(session, "{\"type\":3,\"lease\":\"" + lease + "\"}");
            }
        }
        open.forEach(RegistrationSession::closed);
        return null;
    }

    private Void timer() {
        for (int step = 0; step < STEPS; step++) {
            registrar.keeper().tick(now.addAndGet(TimeUnit.MILLISECONDS.toNanos(7)));
        }
        return null;
    }

    private Void operator(Random random) {
        for (int step = 0; step < STEPS; step++) {
            for (PolicyRoutes routes : table.routes().policies()) {
                Endpoint endpoint = routes.endpoints().get(random.nextInt(routes.size()));
                switch (random.nextInt(6)) {
                    case 0 -> table.remove(endpoint);
                    case 1 -> table.update(endpoint, state -> state.withMode(Mode.MAINTENANCE));
                    case 2, 3 -> table.update(endpoint, state -> state.withMode(Mode.ACTIVE));
                    case 4 -> table.update(endpoint, EndpointState::fall);
                    default -> table.update(endpoint, EndpointState::rise);
                }
                for (Endpoint selectable : routes.selectable()) {
                    assertThat(selectable.spec().policy()).isEqualTo(routes.policy());
                }
            }
        }
        return null;
    }

    private static String say(RegistrationSession session, String message) {
        byte[] bytes = message.getBytes(UTF_8);
        return new String(session.receive(bytes, 0, bytes.length, RegistrationBench.type(message)).bytes(), UTF_8);
    }

    private static final class SilentOutbox implements Outbox {
        @Override
        public void answer(Answer answer) {}

        @Override
        public void send(byte[] message) {}

        @Override
        public void close() {}
    }
}
