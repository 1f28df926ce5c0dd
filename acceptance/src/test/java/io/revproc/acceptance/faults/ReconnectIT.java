package io.revproc.acceptance.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import io.revproc.acceptance.Proc;
import io.revproc.acceptance.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A thousand servers with sessions whose proxy is killed and started again: all of them come back at once, while messages come. */
class ReconnectIT {
    private static final int POLICIES = 100;
    private static final int SERVERS_EACH = 10;
    /** As the policy server has it: servers that lost their proxy don't come back in step. */
    private static final int JITTER_MILLIS = 1_500;
    /** For a machine that is busy with something else; the figure says how long it took. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Ledger ledger = new Ledger(1_000_000);
    private final List<String> policies = IntStream.range(0, POLICIES).mapToObj(i -> "BACK_" + i).toList();
    private final List<CountingServer> servers = new ArrayList<>();

    @TempDir
    private Path directory;

    private Proc start(int port) {
        return Programs.proxyOn(port, "--revproc.store.file=" + directory.resolve("routes.snapshot"));
    }

    @Test
    void thousandServersThatComeBackAtOnceAreAllServedAgain() throws Exception {
        int port = freePort();
        try (Proc killed = start(port)) {
            Programs.port(killed);
            register(port);
            try (Load load = new Load(port, 4, ledger, Shot.plain(ledger, policies), CountingClient.Plan.STEADY)) {
                awaitAll(server -> server.received() > 0);
                ledger.expectCrash();
                killed.kill();
                killed.exitCode();
                awaitAll(server -> !server.isRegistered());
                try (Proc again = start(port)) {
                    Programs.port(again);
                    long listening = System.nanoTime();
                    awaitAll(CountingServer::isRegistered);
                    SharedProxy.figure(
                            "kill -9 of the proxy: 1,000 servers registered again after its start line within",
                            SharedProxy.millisSince(listening), "ms");
                    List<Integer> before = servers.stream().map(CountingServer::received).toList();
                    await().atMost(PATIENCE).untilAsserted(() -> assertThat(IntStream.range(0, servers.size())
                            .filter(i -> servers.get(i).received() == before.get(i)).count()).isZero());
                    load.finish().assertClean().assertRefusedOnlyWith("NO_SERVER", "NO_LIVE_SERVER");
                }
            }
        } finally {
            servers.forEach(CountingServer::close);
        }
    }

    private void register(int port) throws IOException {
        Random random = new Random(1);
        IntSupplier jitter = () -> {
            synchronized (random) {
                return random.nextInt(JITTER_MILLIS);
            }
        };
        for (String policy : policies) {
            for (int id = 1; id <= SERVERS_EACH; id++) {
                CountingServer server = CountingServer.unregistered(port, id, policy, ledger);
                servers.add(server);
                server.keepRegistered(server.port(), jitter);
            }
        }
        awaitAll(CountingServer::isRegistered);
    }

    private void awaitAll(Predicate<CountingServer> what) {
        await().atMost(PATIENCE).until(() -> servers.stream().allMatch(what));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
