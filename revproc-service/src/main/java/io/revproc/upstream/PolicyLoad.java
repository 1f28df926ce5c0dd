package io.revproc.upstream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

import io.revproc.wire.ErrorCode;

/**
 * What one policy has in flight and waiting over all event loops, with the bounds of both, and what was counted of its
 * messages. Lives as long as the policy has servers. Thread-safe.
 */
public final class PolicyLoad {
    private static final int CODES = ErrorCode.values().length;
    private static final int CANCELLED = CODES;
    private static final int QUEUED = CODES + 1;
    private static final int SENT_ELSEWHERE = CODES + 2;
    private static final int SENT_AGAIN = CODES + 3;

    private final int maxInFlight;
    private final int maxWaiting;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    /** What is rare, or costs much more than an atomic operation. */
    private final AtomicLongArray rare = new AtomicLongArray(CODES + 4);
    private final PerLoop<Histogram> durations = new PerLoop<>(Histogram::new);

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
        rare.getAndIncrement(QUEUED);
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

    /** Where the event loop of this number, from 0, notes how long messages took from their arrival to their answer. */
    public Histogram durations(int loop) {
        return durations.of(loop);
    }

    /** How long messages took from their arrival to their answer. */
    public Durations durations() {
        return Durations.of(durations.all());
    }

    /** A message that held no place at a server was refused. */
    public void countRefused(ErrorCode code) {
        rare.getAndIncrement(code.ordinal());
    }

    public long refused(ErrorCode code) {
        return rare.get(code.ordinal());
    }

    /** A message whose client left was not sent. */
    public void countCancelled() {
        rare.getAndIncrement(CANCELLED);
    }

    public long cancelled() {
        return rare.get(CANCELLED);
    }

    /** Messages that had to wait for a place. */
    public long queued() {
        return rare.get(QUEUED);
    }

    /** A message goes to another server: because it is idempotent, or none of its bytes were handed over. */
    public void countRetry(boolean handedOver) {
        rare.getAndIncrement(handedOver ? SENT_AGAIN : SENT_ELSEWHERE);
    }

    public long retries(boolean handedOver) {
        return rare.get(handedOver ? SENT_AGAIN : SENT_ELSEWHERE);
    }
}
