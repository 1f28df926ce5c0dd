package io.revproc.bench;

import java.util.List;

/** Names the loads under which peers are compared. The letters are those of {@link Work}. */
enum PeerLoad {
    KEPT("b", "64 kept connections, one message in flight each", 1, "connection"),
    PIPELINED("c", "64 kept connections, 16 messages in flight each", 16, "connection"),
    /** A peer that routes connections takes half of these messages to the wrong policy. */
    MIXED("m", "as (c), but policies take turns within each connection", 16, "message");

    final String letter;
    final String title;
    private final int depth;
    private final String policyPer;

    PeerLoad(String letter, String title, int depth, String policyPer) {
        this.letter = letter;
        this.title = title;
        this.depth = depth;
        this.policyPer = policyPer;
    }

    /** The arguments of the load generator in C. */
    List<String> arguments() {
        return List.of("connections=64", "size=32", "depth=" + depth, "per=" + policyPer);
    }
}
