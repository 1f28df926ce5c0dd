package io.revproc.proxy.health;

import io.revproc.proxy.health.Verdict.Action;
import io.revproc.proxy.route.EndpointState.Liveness;

/**
 * Decides about endpoints from what their messages met. Pure: time and chance are handed in. A policy whose servers are all
 * out gets no panic mode; its messages wait for a trial or are refused, since no other server may have them.
 */
final class Judge {
    /** A connection that breaks fails all its messages, a stuck server times out many at once: that counts as one. */
    private static final long ONE_EVENT = 20_000_000;

    private final Backoff backoff;
    private final Backoff ejection;
    private final long maxTimeoutBackoff;
    private final int ejectAfter;
    private final long forgetAfter;

    Judge(HealthSettings properties) {
        this.backoff = new Backoff(properties.backoff().toNanos(), properties.maxBackoff().toNanos(),
                properties.jitter());
        this.ejection = new Backoff(properties.ejectTime().toNanos(), properties.maxEjectTime().toNanos(),
                properties.jitter());
        this.maxTimeoutBackoff = properties.maxTimeoutBackoff().toNanos();
        this.ejectAfter = properties.ejectAfter();
        this.forgetAfter = properties.forgetAfter().toNanos();
    }

    /** A connect failed. */
    Verdict unreachable(Trouble before, Liveness liveness, long now, double chance) {
        return switch (liveness) {
            case ALIVE -> fall(before, 0, now, chance);
            // Out already. What was on its way when it went out says nothing new; what comes later was the trial.
            case FAILED -> now - before.trialAt() < 0 ? Verdict.nothing(before) : postpone(before, 0, now, chance);
            case EJECTED -> now - before.trialAt() < 0 ? Verdict.nothing(before) : fall(before, 0, now, chance);
            case LOST, REMOVED -> Verdict.nothing(null);
        };
    }

    /**
     * The endpoint had a message and did not answer it.
     *
     * @param cost how long the message waited in vain, in nanoseconds; 0 if the endpoint broke off. A trial costs another message
     *             as much: the waiting time until then is at least that long
     */
    Verdict failed(Trouble before, int proto, Liveness liveness, long cost, long now, double chance) {
        return switch (liveness) {
            case ALIVE -> proto == 1
                    // Nothing else tells whether it lives: it has no lease.
                    ? fall(before, cost, now, chance)
                    : strike(before, cost, now, chance);
            case FAILED -> now - before.trialAt() < 0 ? Verdict.nothing(before) : postpone(before, cost, now, chance);
            case EJECTED -> now - before.trialAt() < 0
                    ? Verdict.nothing(before)
                    : eject(before, Action.POSTPONE, cost, now, chance);
            case LOST, REMOVED -> Verdict.nothing(null);
        };
    }

    /** @param handedOver when the endpoint got the message that it has answered */
    Verdict answered(Trouble before, Liveness liveness, long now, long handedOver) {
        return switch (liveness) {
            case ALIVE -> before.ejections() == 0 || now - before.backSince() >= forgetAfter
                    ? Verdict.nothing(null)
                    : Verdict.nothing(before.struck(0, before.struckAt()));
            case FAILED -> rise(before, now);
            // An answer to a message from before the ejection does not end it: answers that come late are why it is out.
            case EJECTED -> handedOver - before.outSince() < 0 ? Verdict.nothing(before) : rise(before, now);
            case LOST, REMOVED -> Verdict.nothing(null);
        };
    }

    private Verdict fall(Trouble before, long cost, long now, double chance) {
        return new Verdict(Action.FALL, new Trouble(0, now, 1, before.ejections(), now,
                now + wait(backoff, cost).delay(1, chance), before.backSince()));
    }

    private Verdict postpone(Trouble before, long cost, long now, double chance) {
        int trials = before.trials() + 1;
        return new Verdict(Action.POSTPONE, new Trouble(0, now, trials, before.ejections(), before.outSince(),
                now + wait(backoff, cost).delay(trials, chance), before.backSince()));
    }

    /** The waiting times where each trial costs so much. */
    private Backoff wait(Backoff usual, long cost) {
        return cost == 0
                ? usual
                : new Backoff(Math.max(usual.first(), cost), Math.max(usual.cap(), Math.max(maxTimeoutBackoff, cost)),
                        usual.jitter());
    }

    private Verdict strike(Trouble before, long cost, long now, double chance) {
        if (before.streak() > 0 && now - before.struckAt() < ONE_EVENT) {
            return Verdict.nothing(before);
        }
        int streak = before.streak() + 1;
        return ejectAfter == 0 || streak < ejectAfter
                ? Verdict.nothing(before.struck(streak, now))
                : eject(now - before.backSince() >= forgetAfter ? Trouble.none(now) : before, Action.EJECT, cost, now,
                        chance);
    }

    private Verdict eject(Trouble before, Action action, long cost, long now, double chance) {
        int ejections = before.ejections() + 1;
        return new Verdict(action,
                new Trouble(0, now, 0, ejections, now, now + wait(ejection, cost).delay(ejections, chance),
                        before.backSince()));
    }

    private static Verdict rise(Trouble before, long now) {
        return new Verdict(Action.RISE,
                before.ejections() == 0
                        ? null
                        : new Trouble(0, now, 0, before.ejections(), before.outSince(), before.trialAt(), now));
    }
}
