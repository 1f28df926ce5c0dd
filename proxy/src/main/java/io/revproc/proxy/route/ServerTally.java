package io.revproc.proxy.route;

import io.revproc.wire.ErrorCode;

/**
 * The counters of one event loop for one server. Written by that loop, which pays a few plain stores for a message; read by
 * anyone.
 */
public final class ServerTally {
    static final int ANSWERED = 0;
    static final int REQUEST_BYTES = 1;
    static final int REPLY_BYTES = 2;
    static final int BROKEN = 3;
    static final int TIMED_OUT = 4;
    static final int UNREACHABLE = 5;
    static final int NOT_SERVED = 6;
    static final int CUT = 7;
    static final int REFUSED = 8;
    static final int COUNTS = REFUSED + ErrorCode.values().length;

    private final Counters counters = new Counters(COUNTS);
    private final Histogram durations = new Histogram();

    /** @param nanos from handing over to the answer */
    public void answered(long nanos, int requestBytes, int replyBytes) {
        counters.add(ANSWERED, 1);
        counters.add(REQUEST_BYTES, requestBytes);
        counters.add(REPLY_BYTES, replyBytes);
        durations.record(nanos);
    }

    /** The server had a message and did not answer it. What becomes of the message is another matter. */
    public void failed(ErrorCode code) {
        counters.add(code == ErrorCode.TIMEOUT ? TIMED_OUT : BROKEN, 1);
    }

    /** The connect failed. */
    public void unreachable() {
        counters.add(UNREACHABLE, 1);
    }

    /** The server said that it does not serve the policy that it is registered for. */
    public void notServed() {
        counters.add(NOT_SERVED, 1);
    }

    /** A message that it had was not waited for any more, since the rules do not allow the server. */
    public void cut() {
        counters.add(CUT, 1);
    }

    /** A message that held a place here was refused. */
    public void refused(ErrorCode code) {
        counters.add(REFUSED + code.ordinal(), 1);
    }

    /** Returns how many messages and attempts ended here so far, whatever became of them. */
    long ended() {
        long ended = counters.get(ANSWERED);
        for (int i = BROKEN; i < COUNTS; i++) {
            ended += counters.get(i);
        }
        return ended;
    }

    long get(int count) {
        return counters.get(count);
    }

    Histogram durations() {
        return durations;
    }

    void addTo(long[] counts, long[] sums) {
        counters.addTo(counts);
        durations.addTo(sums);
    }
}
