package io.revproc.acceptance.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.acceptance.faults.SharedProxy.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** A million messages that try to come to another policy's server. Fault 11. */
@ExtendWith(SharedProxy.class)
class RoutingFaultsIT {
    /** {@code -Drevproc.adversarial=10000000} for more. */
    private static final int MESSAGES = Integer.getInteger("revproc.adversarial", 1_000_000);
    private static final int CLIENTS = 8;
    private static final List<String> SERVED = List.of("PP_1", "PP_10", "PP_11", "pp_1", "PP_1 ", " PP_1", "7", "07",
            "Pé_1", "P😀", "privPoliId", "type", "PP_1/x", "{}", "null", "true");
    private static final List<String> UNSERVED = List.of("PP_", "PP_100", "Pp_1", "0", "P", "PP_1\u00a0", "x");

    @Test
    void noMessageReachesAServerOfAnotherPolicy(Running proxy) throws Exception {
        Ledger ledger = new Ledger(MESSAGES);
        AtomicInteger left = new AtomicInteger(MESSAGES);
        Adversary.Expected expected = new Adversary.Expected();
        List<CountingServer> servers = new ArrayList<>();
        List<CountingClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < SERVED.size() + 4; i++) {
                servers.add(CountingServer.of(proxy.port(), i, SERVED.get(i % SERVED.size()), ledger));
            }
            long start = System.nanoTime();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new CountingClient(proxy.port(), ledger,
                        new Adversary(ledger, 1_000 + i, SERVED, UNSERVED, left, expected),
                        new CountingClient.Plan(80, Duration.ZERO, true)));
            }
            for (CountingClient client : clients) {
                client.awaitEnd();
            }
            SharedProxy.figure(MESSAGES + " adversarial messages took", SharedProxy.millisSince(start) / 1000, "s");
            Ledger.Account account = ledger.account().assertClean().assertConnectionsKept();
            assertThat(account.sent()).isEqualTo(MESSAGES);
            assertThat(account.answered()).isEqualTo(expected.answered().get());
            assertThat(account.refusedWith("NO_SERVER")).isEqualTo(expected.unserved().get());
            assertThat(account.refusedWith("BAD_MESSAGE")).isEqualTo(expected.bad().get());
        } finally {
            clients.forEach(CountingClient::close);
            servers.forEach(CountingServer::close);
        }
    }
}
