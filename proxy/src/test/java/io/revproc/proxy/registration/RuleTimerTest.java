package io.revproc.proxy.registration;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.TableObserver;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Rules that are replaced are in effect at once, by the timer's own thread. */
class RuleTimerTest {
    private static PolicyRules rules(boolean grantsNeeded) {
        return new PolicyRules(List.of(), false, new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false),
                List.of(), grantsNeeded);
    }

    @Test
    void rulesThatAreReplacedAreAppliedByTheTimersThreadUntilItEnds() {
        RegistrationBench bench = new RegistrationBench(rules(false));
        AtomicReference<String> by = new AtomicReference<>("");
        bench.table.observe((TableObserver) (change, endpoint, routes) -> by.set(Thread.currentThread().getName()));
        bench.table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(1), RegistrationBench.LOOPBACK, 9001, 2, true,
                1, null, 8, false, null, null), EndpointState.registered("elsewhere"), Instant.EPOCH);
        try (RuleTimer timer = RuleTimer.start(Objects.requireNonNull(bench.keeper),
                Objects.requireNonNull(bench.rules))) {
            assertThat(timer).isNotNull();
            by.set("");
            bench.rules.replace(rules(true));
            await().until(() -> bench.entry("PP_1", "1").bar() != null);
            await().untilAsserted(() -> assertThat(by.get()).isEqualTo("revproc-rules"));
        }
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("revproc-rules")));
    }
}
