package io.revproc.acceptance.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.revproc.acceptance.Proc;
import io.revproc.acceptance.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A proxy that is killed under load and started again, then asked to end under load. Faults 5 and 4. */
class ProxyFaultsIT {
    private static final int CAPACITY = 1_000_000;
    /** {@code revproc.forward.part1-max-in-flight}'s default: as many connects are on their way at most. */
    private static final int PART1_IN_FLIGHT = 1;

    @TempDir
    private Path directory;

    private Proc start(int port) {
        return Programs.proxyOn(port, "--revproc.store.file=" + directory.resolve("routes.snapshot"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void proxyThatIsKilledComesBackWithItsServersAndOneThatIsAskedToEndOwesNothing() throws Exception {
        int port = freePort();
        Ledger ledger = new Ledger(CAPACITY);
        try (Proc killed = start(port)) {
            Programs.port(killed);
            try (CountingServer one = CountingServer.of(port, 1, "PP_1", ledger);
                    CountingServer two = CountingServer.of(port, 2, "PP_1", ledger);
                    Part1Server old = new Part1Server(port, 1, "OLD", ledger)) {
                try (Proc again = killAndStart(killed, port, ledger, old)) {
                    assertThat(one.received()).isPositive();
                    assertThat(two.received()).isPositive();
                    drain(again, port);
                }
            }
        }
    }

    private Proc killAndStart(Proc killed, int port, Ledger ledger, Part1Server old) throws Exception {
        Proc again;
        try (Load load = Load.steady(port, ledger, "PP_1");
                Load seed = new Load(port, 1, ledger, Shot.plain(ledger, "OLD"), new CountingClient.Plan(1,
                        Duration.ofMillis(5), false))) {
            load.awaitAnswers(300);
            await().atMost(Duration.ofSeconds(60)).until(() -> old.received() > 20);
            ledger.expectCrash();
            ledger.expectCutConnections(PART1_IN_FLIGHT);
            killed.kill();
            killed.exitCode();
            again = start(port);
            Programs.port(again);
            long listening = System.nanoTime();
            int before = old.received();
            load.awaitAnswers(300);
            SharedProxy.figure("kill -9 of the proxy: 300 more answers after its start line within",
                    SharedProxy.millisSince(listening), "ms");
            await().atMost(Duration.ofSeconds(60)).until(() -> old.received() > before + 20);
            // The server takes one connection after the other: those of the killed proxy lie behind it.
            ledger.expectCutConnections(0);
            seed.finish();
            Ledger.Account account = load.finish().assertClean().assertRefusedOnlyWith("NO_SERVER", "NO_LIVE_SERVER");
            SharedProxy.figure("kill -9 of the proxy: connections broke under so many messages", account.broken(), "");
            assertThat(account.broken()).as("what five clients can have on their way").isLessThanOrEqualTo(5 * 48);
        }
        return again;
    }

    private static void drain(Proc proxy, int port) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        try (ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
                CountingServer slow = CountingServer.of(port, 1, "SLOW", ledger, slow(later));
                Load load = Load.steady(port, ledger, "SLOW")) {
            load.awaitAnswers(200);
            long asked = System.nanoTime();
            proxy.terminate();
            proxy.await("event=stopped unanswered=0");
            assertThat(proxy.exitCode()).isEqualTo(143);
            SharedProxy.figure("SIGTERM under load: ended after", SharedProxy.millisSince(asked), "ms");
            Ledger.Account account = load.finish().assertClean().assertRefusedOnlyWith("SHUTTING_DOWN");
            assertThat(account.broken()).as("replies that were owed: %s", account).isZero();
            assertThat(account.refusedWith("SHUTTING_DOWN")).isPositive();
            SharedProxy.figure("SIGTERM under load: refused as shutting down", account.refusedWith("SHUTTING_DOWN"),
                    "");
            SharedProxy.figure("SIGTERM under load: sent behind that and taken by nobody", account.closed(), "");
            assertThat(slow.received()).isEqualTo(account.answered());
        }
    }

    /** Answers after a while, so that there is always something owed. */
    private static CountingServer.Answers slow(ScheduledExecutorService later) {
        return (message, ack, out) -> later.schedule(() -> {
            synchronized (out) {
                CountingServer.AT_ONCE.answer(message, ack, out);
                out.flush();
            }
            return null;
        }, 50, TimeUnit.MILLISECONDS);
    }
}
