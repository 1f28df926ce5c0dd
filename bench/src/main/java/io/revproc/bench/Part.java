package io.revproc.bench;

import java.util.EnumSet;
import java.util.Set;

/** Names the parts of a benchmark run. */
enum Part {
    /** This proxy beside HAProxy, work by work. */
    WORKS,
    /** The same work with more and more servers in the switch table. */
    SIZES,
    /** Memory of idle connections. */
    IDLE,
    /** How long programs take to start. */
    STARTS,
    /** This proxy beside all that it is compared with. */
    PEERS,
    /** Their latency at fixed rates. */
    TAILS,
    /** What a proxy costs that was just started. */
    FRESH,
    /** What a message costs by the number of servers, policies, connections and event loops. */
    CURVES;

    static final Set<Part> BESIDE_HAPROXY = EnumSet.of(WORKS, SIZES, IDLE);
    /** Those whose load is made by the program in C. */
    static final Set<Part> LOAD_IN_C = EnumSet.of(PEERS, TAILS, FRESH, CURVES);
}
