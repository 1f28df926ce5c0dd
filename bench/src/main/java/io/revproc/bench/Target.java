package io.revproc.bench;

/** Names what is aimed at, what must hold at least, and the command that measures it. Lower is better, always. */
enum Target {
    A("(a) connect per message, CPU ÷ HAProxy's", 0.45, 0.55, "--part WORKS --work A"),
    B("(b) kept, ping-pong, CPU ÷ HAProxy's", 0.50, 0.65, "--part WORKS --work B"),
    C("(c) pipelined ×16, CPU ÷ HAProxy's", 1.2, 1.7, "--part WORKS --work C"),
    M("(m) the same, policies mixed", 1.5, 2.1, "--part WORKS --work M"),
    NATS_KEPT("(b) CPU ÷ nats-server's", 0.33, 0.45, "--part PEERS --peers NATS"),
    NATS_PIPELINED("(m) CPU ÷ nats-server's", 0.33, 0.45, "--part PEERS --peers NATS"),
    E16("(e) payload of 16 KiB, CPU ÷ HAProxy's", 1.1, 1.4, "--part WORKS --work E16"),
    E256("(e) payload of 256 KiB, CPU ÷ HAProxy's", 1.5, 2.2, "--part WORKS --work E256"),
    D("(d) added p50, µs more than HAProxy", 0, 3, "--part WORKS --work D"),
    TAIL("p99.9 at half capacity ÷ HAProxy's", 1.5, 2.5, "--part TAILS --peers HAPROXY --rates 50"),
    START("start to port open, s", 0.8, 1.1, "--part STARTS --starts 7"),
    FULL_SPEED("time to full speed by `bin/revproc-service`, s", 1.5, 3, "--part FRESH --fresh 3"),
    FULL_SPEED_JAR("time to full speed by `java -jar`, s", 1.5, 3, "--part FRESH --fresh 3"),
    FIRST_P99("p99 of the first 5 s at a tenth of capacity ÷ steady", 2, 5, "--part FRESH --fresh 3"),
    IDLE("idle proxy, resident, MB", 120, 150, "--part STARTS --starts 7"),
    TLS("(t) one TLS connection, ping-pong, CPU ÷ HAProxy's", 0.8, 1.2, "--part WORKS --work T"),
    POLICY_SERVER("policy-server (SHA-1), CPU ÷ the server in C", 1.5, 2.5, "--library 3 docs/performance");

    final String title;
    final double aim;
    final double must;
    final String command;

    Target(String title, double aim, double must, String arguments) {
        this.title = title;
        this.aim = aim;
        this.must = must;
        this.command = "bin/bench " + arguments;
    }

    /** Says where a figure lies. */
    String verdict(double figure) {
        return figure <= aim ? "aim reached" : figure <= must ? "must holds" : "**missed**";
    }
}
