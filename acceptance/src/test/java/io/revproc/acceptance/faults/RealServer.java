package io.revproc.acceptance.faults;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.acceptance.Proc;
import io.revproc.acceptance.Programs;

/** The policy server as a process; what it received is counted from what it prints. */
final class RealServer implements AutoCloseable {
    private static final Pattern RECEIVED = Pattern.compile("Received a message from client .*payload: (m\\d+ .*)");

    private final String policy;
    private final Ledger ledger;
    private final AtomicInteger received = new AtomicInteger();
    private final Proc process;

    RealServer(int proxyPort, int id, String policy, Ledger ledger) {
        this.policy = policy;
        this.ledger = ledger;
        this.process = Programs.server(this::line, id, policy, proxyPort, "--policy-server.transcript=true");
    }

    private void line(String line) {
        Matcher matcher = RECEIVED.matcher(line);
        if (matcher.find()) {
            received.incrementAndGet();
            ledger.delivered(Shot.number(matcher.group(1)), policy);
        }
    }

    RealServer awaitRegistered() throws InterruptedException {
        Programs.registered(process);
        return this;
    }

    Ledger ledger() {
        return ledger;
    }

    Proc process() {
        return process;
    }

    int received() {
        return received.get();
    }

    @Override
    public void close() {
        process.close();
    }
}
