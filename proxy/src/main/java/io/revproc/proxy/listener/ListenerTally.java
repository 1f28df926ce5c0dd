package io.revproc.proxy.listener;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

import io.revproc.wire.ErrorCode;

/** The listener's counters that belong to no policy. Thread-safe; counting costs less than the events it counts. */
final class ListenerTally {
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong turnedAway = new AtomicLong();
    private final AtomicLongArray refused = new AtomicLongArray(ErrorCode.values().length);

    void accepted() {
        accepted.getAndIncrement();
    }

    void turnedAway() {
        turnedAway.getAndIncrement();
    }

    /** Counts a message that was refused before it was given to a policy. */
    void refused(ErrorCode code) {
        refused.getAndIncrement(code.ordinal());
    }

    long accepts() {
        return accepted.get();
    }

    long turnAways() {
        return turnedAway.get();
    }

    long refusals(ErrorCode code) {
        return refused.get(code.ordinal());
    }
}
