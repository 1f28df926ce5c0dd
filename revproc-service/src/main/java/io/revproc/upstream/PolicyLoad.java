package io.revproc.upstream;

import java.util.concurrent.atomic.AtomicInteger;

/** What one policy has in flight and waiting over all event loops, with the bounds of both. Thread-safe. */
public final class PolicyLoad {
    private final int maxInFlight;
    private final int maxWaiting;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param maxInFlight the most messages at the policy's servers at once
     * @param maxWaiting  the most messages that wait for a place
     */
    public PolicyLoad(int maxInFlight, int maxWaiting) {
        this.maxInFlight = maxInFlight;
        this.maxWaiting = maxWaiting;
    }

    boolean enter() {
        if (inFlight.getAndIncrement() >= maxInFlight) {
            inFlight.getAndDecrement();
            return false;
        }
        return true;
    }

    /** Whether messages wait for the place. */
    boolean leave() {
        inFlight.getAndDecrement();
        return waiting.get() > 0;
    }

    /** Takes a place in the wait queue, unless it is full. */
    public boolean tryWait() {
        if (waiting.getAndIncrement() >= maxWaiting) {
            waiting.getAndDecrement();
            return false;
        }
        return true;
    }

    /** Gives the place in the wait queue back. */
    public void waited() {
        int left = waiting.decrementAndGet();
        assert left >= 0;
    }

    public int inFlight() {
        return inFlight.get();
    }

    public int waiting() {
        return waiting.get();
    }
}
