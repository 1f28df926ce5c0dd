package io.revproc.proxy.route;

import io.revproc.wire.ErrorCode;

/** Adds up the counters of some policies. Not thread-safe. */
public final class PolicySums {
    private final long[] counts = new long[PolicyLoad.COUNTS];
    private final long[] durations = new long[Histogram.LENGTH];
    private long waiting;

    /** Adds what was counted of this policy since it has servers. */
    public PolicySums add(PolicyLoad load) {
        waiting += load.waiting();
        load.addTo(counts, durations);
        return this;
    }

    /** Adds what these counted. What they have waiting is no count of the past and stays out. */
    public PolicySums addPast(PolicySums others) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += others.counts[i];
        }
        for (int i = 0; i < durations.length; i++) {
            durations[i] += others.durations[i];
        }
        return this;
    }

    /** Messages that wait for a place now. */
    public long waiting() {
        return waiting;
    }

    /** Messages that held no place at a server and were refused. */
    public long refused(ErrorCode code) {
        return counts[code.ordinal()];
    }

    /** Messages that were not sent since their client had left. */
    public long cancelled() {
        return counts[PolicyLoad.CANCELLED];
    }

    /** Messages that had to wait for a place. */
    public long queued() {
        return counts[PolicyLoad.QUEUED];
    }

    /** Messages that went to another server: idempotent ones that had been handed over, or ones that had not. */
    public long retries(boolean handedOver) {
        return counts[handedOver ? PolicyLoad.SENT_AGAIN : PolicyLoad.SENT_ELSEWHERE];
    }

    /** Returns how long messages took from their arrival to their answer. */
    public Durations durations() {
        return Durations.of(durations);
    }
}
