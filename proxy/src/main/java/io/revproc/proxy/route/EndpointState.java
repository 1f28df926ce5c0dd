package io.revproc.proxy.route;

import org.jspecify.annotations.Nullable;

/**
 * The state of an endpoint. Immutable: a transition returns another state, or the same one where nothing changes.
 *
 * @param mode     what the operator, or the server itself, wants
 * @param liveness what the proxy has seen
 * @param lease    the registration session's lease; null for a Part 1 server
 */
public record EndpointState(Mode mode, Liveness liveness, @Nullable String lease) {
    /** The state that the operator or the server itself asked for. */
    public enum Mode {
        /** Takes messages. */
        ACTIVE,
        /** Takes no new messages, finishes those it has. */
        DRAINING,
        /** Out of rotation until somebody resumes it, also after it registers anew. */
        MAINTENANCE
    }

    /** The health of a server as the proxy has seen it. */
    public enum Liveness {
        /** Its session is held, or it has not failed since its setup. */
        ALIVE,
        /** A connect or a message failed: gets one real message as a trial after a back-off. */
        FAILED,
        /** Taken out for a while by outlier detection; then gets one real message as a trial. */
        EJECTED,
        /** Its session ended or its lease expired: nothing until it registers anew. */
        LOST,
        /** Replaced or removed; never comes back. */
        REMOVED
    }

    /** Returns the state after a setup. */
    public static EndpointState registered(@Nullable String lease) {
        return new EndpointState(Mode.ACTIVE, Liveness.ALIVE, lease);
    }

    /** Returns whether messages may go there now. */
    public boolean selectable() {
        return mode == Mode.ACTIVE && liveness == Liveness.ALIVE;
    }

    /** Returns whether it may be tried with one real message once its back-off is over. */
    public boolean onTrial() {
        return mode == Mode.ACTIVE && (liveness == Liveness.FAILED || liveness == Liveness.EJECTED);
    }

    public boolean alive() {
        return liveness == Liveness.ALIVE;
    }

    /** Returns whether the server that registered is believed to be at its address, alive or on trial. */
    public boolean isPresent() {
        return liveness == Liveness.ALIVE || liveness == Liveness.FAILED || liveness == Liveness.EJECTED;
    }

    /** Returns the same server set up again. A drain that it asked for is over; what an operator asked for stays. */
    public EndpointState renewed(@Nullable String newLease) {
        return liveness == Liveness.REMOVED
                ? this
                : new EndpointState(mode == Mode.DRAINING ? Mode.ACTIVE : mode, Liveness.ALIVE, newLease);
    }

    public EndpointState withMode(Mode wanted) {
        return new EndpointState(wanted, liveness, lease);
    }

    /** Returns the state after a connect or a message failed. */
    public EndpointState fall() {
        return liveness == Liveness.ALIVE || liveness == Liveness.EJECTED ? with(Liveness.FAILED) : this;
    }

    /** Returns the state after a message was answered. A lost session does not come back by this. */
    public EndpointState rise() {
        return liveness == Liveness.FAILED || liveness == Liveness.EJECTED ? with(Liveness.ALIVE) : this;
    }

    public EndpointState eject() {
        return liveness == Liveness.ALIVE ? with(Liveness.EJECTED) : this;
    }

    /** Returns the state once the session of this lease is over. Another lease's end changes nothing. */
    public EndpointState lose(String endedLease) {
        return endedLease.equals(lease) && liveness != Liveness.REMOVED ? with(Liveness.LOST) : this;
    }

    public EndpointState remove() {
        return with(Liveness.REMOVED);
    }

    private EndpointState with(Liveness seen) {
        return new EndpointState(mode, seen, lease);
    }
}
