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
        /** It stays as it is. */
        NOTHING,
        /** Not alive; the trial is due at {@link Trouble#trialAt}. */
        FALL,
        /** Out for a while; the trial is due at {@link Trouble#trialAt}. */
        EJECT,
        /** It was out already and its trial failed: the next one is due at {@link Trouble#trialAt}. */
        POSTPONE,
        /** Alive again. */
        RISE
    }

    static Verdict nothing(@Nullable Trouble trouble) {
        return new Verdict(Action.NOTHING, trouble);
    }
}
