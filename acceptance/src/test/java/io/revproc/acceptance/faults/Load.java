package io.revproc.acceptance.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.awaitility.Awaitility.await;

/** Some clients of one policy that send until they are told to stop. */
final class Load implements AutoCloseable {
    private final Ledger ledger;
    private final List<CountingClient> clients = new ArrayList<>();

    Load(int port, int clients, Ledger ledger, Shot.Source source, CountingClient.Plan plan) {
        this.ledger = ledger;
        for (int i = 0; i < clients; i++) {
            this.clients.add(new CountingClient(port, ledger, source, plan));
        }
    }

    /** Four clients with a steady load on a policy. */
    static Load steady(int port, Ledger ledger, String policy) {
        return new Load(port, 4, ledger, Shot.plain(ledger, policy), CountingClient.Plan.STEADY);
    }

    /** Waits until so many more messages were answered by somebody. */
    Load awaitAnswers(int more) {
        int wanted = ledger.account().answered() + more;
        await().atMost(Duration.ofSeconds(60)).until(() -> ledger.account().answered() >= wanted);
        return this;
    }

    /** Waits until so many more messages were sent. */
    Load awaitSent(int more) {
        int wanted = ledger.sent() + more;
        await().atMost(Duration.ofSeconds(60)).until(() -> ledger.sent() >= wanted);
        return this;
    }

    /** Waits until messages are refused with this code. */
    Load awaitRefusal(String code) {
        await().atMost(Duration.ofSeconds(60)).until(() -> ledger.account().refusedWith(code) > 0);
        return this;
    }

    /** Stops, waits for what is owed, and says what became of all. */
    Ledger.Account finish() throws InterruptedException {
        for (CountingClient client : clients) {
            client.finish();
        }
        return ledger.account();
    }

    @Override
    public void close() {
        clients.forEach(CountingClient::close);
    }
}
