package io.revproc.bench;

/**
 * One run of the load in C against one target.
 *
 * @param messages        with a right answer
 * @param perSecond       messages with any answer
 * @param cpuMicros       microseconds of processor time of the target for each message
 * @param generatorMicros the same of the load generator
 * @param serverMicros    the same of the servers behind
 * @param refused         messages that a server got under another policy than its own, and refused
 * @param errors          other messages without a right answer
 */
record PeerSample(long messages, double perSecond, double cpuMicros, double generatorMicros, double serverMicros,
        double p50Micros,
        double p99Micros, double p999Micros, double maxMicros, long refused, long errors, Pauses pauses) {
    /** The part of its processor that the load side was busy. */
    double loadShare() {
        return perSecond * (generatorMicros + serverMicros) / 1e6;
    }

    /** The part of messages that came under the wrong policy. */
    double misrouted() {
        return (double) refused / Math.max(1, messages + refused);
    }
}
