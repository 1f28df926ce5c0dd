package io.revproc.acceptance.faults;

import java.time.Duration;

import io.revproc.acceptance.faults.SharedProxy.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Policy servers as processes that freeze and die while messages come. Faults 1 and 2. */
@ExtendWith(SharedProxy.class)
class ServerProcessFaultsIT {
    private static final int CAPACITY = 1_000_000;

    @Test
    void frozenServerIsTakenOutAndComesBackAndAKilledOneIsOutAtOnce(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        try (RealServer one = new RealServer(proxy.port(), 1, "REAL", ledger);
                RealServer two = new RealServer(proxy.port(), 2, "REAL", ledger)) {
            one.awaitRegistered();
            two.awaitRegistered();
            freezeAndThaw(proxy, ledger, one);
            kill(proxy, two);
        }
    }

    private static void freezeAndThaw(Running proxy, Ledger ledger, RealServer one) throws Exception {
        try (Load load = new Load(proxy.port(), 4, ledger, Shot.plain(ledger, "REAL", false, 4_000),
                CountingClient.Plan.STEADY)) {
            load.awaitAnswers(200);
            one.process().freeze();
            long frozen = System.nanoTime();
            proxy.process().await("event=lost server=REAL/1 lease=expired");
            SharedProxy.figure("SIGSTOP of one of two servers: out of rotation after",
                    SharedProxy.millisSince(frozen), "ms");
            // those that the frozen one has time out; all others are answered
            load.awaitRefusal("TIMEOUT").awaitAnswers(500);
            int before = one.received();
            one.process().thaw();
            long thawed = System.nanoTime();
            int backlog = ledger.account().refusedWith("TIMEOUT") + 300;
            await().atMost(Duration.ofSeconds(60)).until(() -> one.received() > before + backlog);
            SharedProxy.figure("SIGCONT: takes messages again after at most", SharedProxy.millisSince(thawed), "ms");
            Ledger.Account account = clean(load, ledger).assertConnectionsKept().assertRefusedOnlyWith("TIMEOUT");
            SharedProxy.figure("SIGSTOP: messages timed out of " + account.sent(), account.refusedWith("TIMEOUT"), "");
        }
    }

    private static void kill(Running proxy, RealServer two) throws Exception {
        Ledger ledger = two.ledger();
        int before = ledger.account().refused().values().stream().mapToInt(Integer::intValue).sum();
        try (Load load = Load.steady(proxy.port(), ledger, "REAL")) {
            load.awaitAnswers(200);
            long killed = System.nanoTime();
            two.process().kill();
            proxy.process().await("event=lost server=REAL/2");
            SharedProxy.figure("kill -9 of one of two servers: out of rotation after", SharedProxy.millisSince(killed),
                    "ms");
            load.awaitAnswers(1_000);
            Ledger.Account account = clean(load, ledger).assertConnectionsKept().assertRefusedOnlyWith("TIMEOUT",
                    "SERVER_FAILED");
            int failed = account.refused().values().stream().mapToInt(Integer::intValue).sum() - before;
            SharedProxy.figure("kill -9: messages refused", failed, "");
            assertThat(failed).as("at most what four clients may have on their way").isLessThanOrEqualTo(4 * 48);
        }
    }

    /** What a process got is known once its output was read, which may be later than the client has the answer. */
    private static Ledger.Account clean(Load load, Ledger ledger) throws InterruptedException {
        load.finish();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> ledger.account().assertClean());
        return ledger.account();
    }
}
