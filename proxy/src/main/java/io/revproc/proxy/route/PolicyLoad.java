package io.revproc.proxy.route;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;

/**
 * The number of a policy's messages in flight and waiting over all event loops, with the limits of both, and the counters of its
 * messages, and what is taken down of them. Lives as long as the policy has servers. Thread-safe.
 */
public final class PolicyLoad {
    private static final int CODES = ErrorCode.values().length;
    static final int CANCELLED = CODES;
    static final int QUEUED = CODES + 1;
    static final int SENT_ELSEWHERE = CODES + 2;
    static final int SENT_AGAIN = CODES + 3;
    static final int COUNTS = CODES + 4;

    private final Disclosure disclosure;
    private final Places inFlight;
    private final Places waiting;
    private final TrialBudget trials = new TrialBudget();
    /** Counters of events that are rare, or cost much more than an atomic operation. */
    private final AtomicLongArray rare = new AtomicLongArray(COUNTS);
    /** Written seldom, read for every message. */
    private volatile boolean refusing;
    /** The messages that servers of other policies got, by those policies, as the settings allow. */
    private final Map<Ident, LongAdder> widened = new ConcurrentHashMap<>();
    private final PerLoop<Histogram> durations = new PerLoop<>(Histogram::new);

    /**
     * @param maxInFlight the most messages at the policy's servers at once
     * @param maxWaiting  the most messages that wait for a place
     */
    public PolicyLoad(int maxInFlight, int maxWaiting) {
        this(maxInFlight, maxWaiting, Disclosure.ALL);
    }

    /** @param disclosure what is taken down of its messages */
    public PolicyLoad(int maxInFlight, int maxWaiting, Disclosure disclosure) {
        this.disclosure = disclosure;
        this.inFlight = new Places(maxInFlight);
        this.waiting = new Places(maxWaiting);
    }

    /** Returns what is taken down of the policy's messages. */
    public Disclosure disclosure() {
        return disclosure;
    }

    /** Returns whether one more message may go to the policy's servers now. */
    public boolean hasRoom() {
        return inFlight.free();
    }

    boolean enter() {
        return inFlight.take();
    }

    /** Returns how many of the policy's messages may be risked on servers that failed. */
    public TrialBudget trials() {
        return trials;
    }

    /** Notes that a server refused a message which another server may get. */
    public void refusing() {
        if (!refusing) {
            refusing = true;
        }
    }

    /** Returns whether a server of the policy ever refused a message which another server may get. */
    public boolean isRefusing() {
        return refusing;
    }

    /** Returns whether messages wait for the place. */
    boolean leave() {
        inFlight.giveBack();
        return waiting.taken() > 0;
    }

    /** Takes a place in the wait queue, unless it is full. */
    public boolean tryWait() {
        if (!waiting.take()) {
            return false;
        }
        rare.getAndIncrement(QUEUED);
        return true;
    }

    /** Gives the place in the wait queue back. */
    public void waited() {
        waiting.giveBack();
    }

    public int inFlight() {
        return inFlight.taken();
    }

    public int waiting() {
        return waiting.taken();
    }

    /** Returns where the event loop of this number, from 0, notes how long messages took from their arrival to their answer. */
    public Histogram durations(int loop) {
        return durations.of(loop);
    }

    /** Returns how long messages took from their arrival to their answer. */
    public Durations durations() {
        return Durations.of(durations.all());
    }

    /** A message that held no place at a server was refused. */
    public void countRefused(ErrorCode code) {
        rare.getAndIncrement(code.ordinal());
    }

    /** A message whose client left was not sent. */
    public void countCancelled() {
        rare.getAndIncrement(CANCELLED);
    }

    /** A message goes to another server: because it is idempotent, or none of its bytes were handed over. */
    public void countRetry(boolean handedOver) {
        rare.getAndIncrement(handedOver ? SENT_AGAIN : SENT_ELSEWHERE);
    }

    /** A message goes to a server of this narrower policy. */
    public void countWidened(Ident servedBy) {
        widened.computeIfAbsent(servedBy, policy -> new LongAdder()).increment();
    }

    /** Returns how many messages went to servers of narrower policies, by these. */
    public Map<Ident, Long> widened() {
        Map<Ident, Long> counts = new TreeMap<>();
        widened.forEach((policy, count) -> counts.put(policy, count.sum()));
        return counts;
    }

    void addTo(long[] counts, long[] sums) {
        for (int i = 0; i < COUNTS; i++) {
            counts[i] += rare.get(i);
        }
        durations.all().forEach(histogram -> histogram.addTo(sums));
    }
}
