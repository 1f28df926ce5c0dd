package io.revproc.proxy.health;

import org.jspecify.annotations.Nullable;

/**
 * The decision on an endpoint: what to do about it, and what to remember.
 *
 * @param action  what to do
 * @param trouble what to remember; null: forget it
 */
record Verdict(Action action, @Nullable Trouble trouble) {
    /** The change of the endpoint's state. */
    enum Action {
        /** The endpoint's state stays as it is. */
        NOTHING,
        /** The endpoint is not alive; its trial is due at {@link Trouble#trialAt}. */
        FALL,
        /** Out for a while; the trial is due at {@link Trouble#trialAt}. */
        EJECT,
        /** The endpoint was out already and its trial failed; the next trial is due at {@link Trouble#trialAt}. */
        POSTPONE,
        /** Alive again. */
        RISE
    }

    static Verdict nothing(@Nullable Trouble trouble) {
        return new Verdict(Action.NOTHING, trouble);
    }
}
