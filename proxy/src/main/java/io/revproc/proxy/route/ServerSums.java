package io.revproc.proxy.route;

import io.revproc.wire.ErrorCode;

/** Adds up the counters of some servers over all event loops. Not thread-safe. */
public final class ServerSums {
    private final long[] counts = new long[ServerTally.COUNTS];
    private final long[] durations = new long[Histogram.LENGTH];
    private long inFlight;

    /** Adds what was counted at this server since its entry exists. */
    public ServerSums add(Endpoint endpoint) {
        inFlight += endpoint.inFlight();
        for (ServerTally tally : endpoint.tallies()) {
            tally.addTo(counts, durations);
        }
        return this;
    }

    /** Adds what these counted. What they have in flight is no count of the past and stays out. */
    public ServerSums addPast(ServerSums others) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += others.counts[i];
        }
        for (int i = 0; i < durations.length; i++) {
            durations[i] += others.durations[i];
        }
        return this;
    }

    /** Messages at the servers now. */
    public long inFlight() {
        return inFlight;
    }

    /** Messages answered. */
    public long answered() {
        return counts[ServerTally.ANSWERED];
    }

    /** Bytes of the messages that were answered. */
    public long requestBytes() {
        return counts[ServerTally.REQUEST_BYTES];
    }

    /** Bytes of their answers. */
    public long replyBytes() {
        return counts[ServerTally.REPLY_BYTES];
    }

    /** Messages that a server had when it broke off. */
    public long brokenOff() {
        return counts[ServerTally.BROKEN];
    }

    /** Messages that a server did not answer in time. */
    public long timedOut() {
        return counts[ServerTally.TIMED_OUT];
    }

    /** Returns how often no connection could be had. */
    public long unreachable() {
        return counts[ServerTally.UNREACHABLE];
    }

    /** Returns how often a server said that it does not serve the policy that it is registered for. */
    public long notServed() {
        return counts[ServerTally.NOT_SERVED];
    }

    /** Messages that a server had when the rules did not allow it any more, and that were cut off. */
    public long cut() {
        return counts[ServerTally.CUT];
    }

    /** Messages that held a place at a server and ended with this refusal. */
    public long refused(ErrorCode code) {
        return counts[ServerTally.REFUSED + code.ordinal()];
    }

    /** Returns how long the servers took, from handing over to the answer. */
    public Durations durations() {
        return Durations.of(durations);
    }
}
