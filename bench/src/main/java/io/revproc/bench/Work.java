package io.revproc.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Names the kinds of load of a benchmark run. The letters are those of the table in {@code docs/performance.md}. There are two
 * policies; but for {@link #M} all messages of a connection are of one, since HAProxy routes a connection by its first message.
 */
enum Work {
    A("a", "one connection per message, 64 at a time", "connect", 64, 1, 32),
    B("b", "64 kept connections, one message in flight each", "keep", 64, 1, 32),
    C("c", "64 kept connections, 16 messages in flight each", "keep", 64, 16, 32),
    /** HAProxy takes half of these messages to the wrong policy. */
    M("m", "as (c), but policies take turns within each connection", "keep", 64, 16, 32, 0, "message"),
    D("d", "one kept connection, one message in flight", "keep", 1, 1, 32),
    E1("e1", "16 kept connections, payload of 1 KiB", "keep", 16, 1, 1024),
    E16("e16", "16 kept connections, payload of 16 KiB", "keep", 16, 1, 16 * 1024),
    E256("e256", "16 kept connections, payload of 256 KiB", "keep", 16, 1, 256 * 1024),
    /** Open loop: latency counts from when a message was due, whether or not earlier answers have come. */
    R("r", "64 kept connections, 20,000 messages/s by the clock", "keep", 64, 16, 32, 20_000, "connection"),
    /** TLS 1.3 on the clients' side of the proxies. */
    T("t", "one kept connection with TLS, one message in flight", "keep", 1, 1, 32);

    final String letter;
    final String title;
    private final String mode;
    private final int connections;
    private final int depth;
    private final int payloadSize;
    private final int rate;
    private final String policyPer;

    Work(String letter, String title, String mode, int connections, int depth, int payloadSize) {
        this(letter, title, mode, connections, depth, payloadSize, 0, "connection");
    }

    /**
     * @param rate      messages a second; 0: as fast as answers come
     * @param policyPer what takes turns with the policies
     */
    Work(String letter, String title, String mode, int connections, int depth, int payloadSize, int rate,
            String policyPer) {
        this.letter = letter;
        this.title = title;
        this.mode = mode;
        this.connections = connections;
        this.depth = depth;
        this.payloadSize = payloadSize;
        this.rate = rate;
        this.policyPer = policyPer;
    }

    boolean tls() {
        return this == T;
    }

    /** The options of {@code revproc bench} for this work. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of("--mode", mode, "--connections", "" + connections, "--depth",
                "" + depth, "--payload-size", "" + payloadSize, "--policy-per", policyPer));
        if (rate > 0) {
            options.addAll(List.of("--rate", "" + rate));
        }
        return options;
    }
}
