package io.revproc.bench;

import java.util.List;

/** What the load generator does in a run. The letters are those of the table in {@code docs/performance.md}. */
enum Work {
    A("a", "one connection per message, 64 at a time", "connect", 64, 1, 32),
    B("b", "64 kept connections, one message in flight each", "keep", 64, 1, 32),
    C("c", "64 kept connections, 16 messages in flight each", "keep", 64, 16, 32),
    D("d", "one kept connection, one message in flight", "keep", 1, 1, 32),
    E1("e1", "16 kept connections, payload of 1 KiB", "keep", 16, 1, 1024),
    E16("e16", "16 kept connections, payload of 16 KiB", "keep", 16, 1, 16 * 1024),
    E256("e256", "16 kept connections, payload of 256 KiB", "keep", 16, 1, 256 * 1024);

    final String letter;
    final String title;
    private final String mode;
    private final int connections;
    private final int depth;
    private final int payloadSize;

    Work(String letter, String title, String mode, int connections, int depth, int payloadSize) {
        this.letter = letter;
        this.title = title;
        this.mode = mode;
        this.connections = connections;
        this.depth = depth;
        this.payloadSize = payloadSize;
    }

    /** The options of {@code revproc bench} for this work. */
    List<String> options() {
        return List.of("--mode", mode, "--connections", "" + connections, "--depth", "" + depth, "--payload-size",
                "" + payloadSize);
    }
}
