package io.revproc.proxy.forward;

/**
 * Bounds how often idempotent messages of a policy are sent again, so that retries can't multiply the load on servers that
 * already fail: each message earns a part of a retry (the token scheme of Finagle's RetryBudget). Not thread-safe.
 */
final class RetryBudget {
    private static final int RETRY = 100;
    private static final int MAX_SAVED = 100 * RETRY;

    private final int percent;
    /** A few retries are there from the start, or a quiet policy would never have any. */
    private int saved;

    /** @param percent retries per hundred messages */
    RetryBudget(int percent) {
        this.percent = percent;
        this.saved = percent == 0 ? 0 : 10 * RETRY;
    }

    void earn() {
        saved = Math.min(saved + percent, MAX_SAVED);
    }

    boolean spend() {
        if (saved < RETRY) {
            return false;
        }
        saved -= RETRY;
        return true;
    }
}
