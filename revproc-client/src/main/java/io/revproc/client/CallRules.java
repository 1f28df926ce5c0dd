package io.revproc.client;

import io.revproc.wire.ErrorCode;

/** Decides when a message is sent again, as pure functions. Never if a server may have handled it, unless it may be handled twice. */
final class CallRules {
    /** How often a message may be handed to proxies, at most. */
    static final int MAX_ATTEMPTS = 3;

    private CallRules() {}

    /**
     * Returns whether a message goes to another proxy whose connection broke.
     *
     * @param handedOver whether any byte of it may have left
     * @param attempts   how often it was handed over
     */
    static boolean againAfterLoss(boolean handedOver, boolean idempotent, int attempts) {
        return !handedOver || idempotent && attempts < MAX_ATTEMPTS;
    }

    /** Returns whether a message goes to another proxy that one refused: only if that one is going down, and no server had it. */
    static boolean againAfterRefusal(ErrorCode code, boolean retryable, int attempts) {
        return code == ErrorCode.SHUTTING_DOWN && retryable && attempts < MAX_ATTEMPTS;
    }

    /**
     * Returns whether a connection is taken to be dead when a message on it gets no reply, not even that its time is up.
     *
     * @param sentAt  when the message was written; both times are of one monotonic clock
     * @param heardAt when something was last read
     */
    static boolean deadAfterSilence(long sentAt, long heardAt) {
        return heardAt - sentAt < 0;
    }
}
