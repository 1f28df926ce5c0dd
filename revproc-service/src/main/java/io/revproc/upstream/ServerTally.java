package io.revproc.upstream;

import io.revproc.wire.ErrorCode;

/**
 * What one event loop has counted at one server. Written by that loop, which pays a few plain stores for a message; read by
 * anyone.
 */
public final class ServerTally {
    private static final int ANSWERED = 0;
    private static final int REQUEST_BYTES = 1;
    private static final int REPLY_BYTES = 2;
    private static final int BROKEN = 3;
    private static final int TIMED_OUT = 4;
    private static final int UNREACHABLE = 5;
    private static final int REFUSED = 6;
    private static final int CODES = ErrorCode.values().length;

    private final Counters counters = new Counters(REFUSED + CODES);
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

    /** No connection could be had. */
    public void unreachable() {
        counters.add(UNREACHABLE, 1);
    }

    /** A message that held a place here was refused. */
    public void refused(ErrorCode code) {
        counters.add(REFUSED + code.ordinal(), 1);
    }

    long answered() {
        return counters.get(ANSWERED);
    }

    long requestBytes() {
        return counters.get(REQUEST_BYTES);
    }

    long replyBytes() {
        return counters.get(REPLY_BYTES);
    }

    long broken() {
        return counters.get(BROKEN);
    }

    long timedOut() {
        return counters.get(TIMED_OUT);
    }

    long connectsFailed() {
        return counters.get(UNREACHABLE);
    }

    long refusals(ErrorCode code) {
        return counters.get(REFUSED + code.ordinal());
    }

    Histogram durations() {
        return durations;
    }
}
