package io.revproc.bench;

import java.util.ArrayList;
import java.util.List;

/** What the load generator does in a run. The letters are those of the table in {@code docs/performance.md}. */
enum Work {
    A("a", "one connection per message, 64 at a time", "connect", 64, 1, 32),
    B("b", "64 kept connections, one message in flight each", "keep", 64, 1, 32),
    C("c", "64 kept connections, 16 messages in flight each", "keep", 64, 16, 32),
    D("d", "one kept connection, one message in flight", "keep", 1, 1, 32),
    E1("e1", "16 kept connections, payload of 1 KiB", "keep", 16, 1, 1024),
    E16("e16", "16 kept connections, payload of 16 KiB", "keep", 16, 1, 16 * 1024),
    E256("e256", "16 kept connections, payload of 256 KiB", "keep", 16, 1, 256 * 1024),
    /** Open loop: latency counts from when a message was due, whether or not earlier answers have come. */
    R("r", "64 kept connections, 20,000 messages/s by the clock", "keep", 64, 16, 32, 20_000);

    final String letter;
    final String title;
    private final String mode;
    private final int connections;
    private final int depth;
    private final int payloadSize;
    private final int rate;

    Work(String letter, String title, String mode, int connections, int depth, int payloadSize) {
        this(letter, title, mode, connections, depth, payloadSize, 0);
    }

    /** @param rate messages a second; 0: as fast as answers come */
    Work(String letter, String title, String mode, int connections, int depth, int payloadSize, int rate) {
        this.letter = letter;
        this.title = title;
        this.mode = mode;
        this.connections = connections;
        this.depth = depth;
        this.payloadSize = payloadSize;
        this.rate = rate;
    }

    /** The options of {@code revproc bench} for this work. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of("--mode", mode, "--connections", "" + connections, "--depth",
                "" + depth, "--payload-size", "" + payloadSize));
        if (rate > 0) {
            options.addAll(List.of("--rate", "" + rate));
        }
        return options;
    }
}
