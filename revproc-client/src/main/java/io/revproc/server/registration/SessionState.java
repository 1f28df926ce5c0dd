package io.revproc.server.registration;

import io.revproc.wire.Message.SetupAccepted;
import org.jspecify.annotations.Nullable;

/**
 * Where one policy's registration stands. Immutable; {@link SessionRules} makes the next one. Every time is a reading of
 * one monotonic clock in nanoseconds, and only differences mean anything.
 */
sealed interface SessionState {
    /** No alarm: only an event leads out of this state. */
    long NEVER = Long.MAX_VALUE;

    /** Returns when {@link SessionRules#alarm} is to be called if nothing else happens before; {@link #NEVER} if never. */
    long alarmAt();

    /**
     * Not connected; the next attempt is at {@code alarmAt}.
     *
     * @param failures attempts that failed in a row
     * @param refused  whether the proxy said no, so that trying soon again is pointless
     * @param reason   why it is not registered, for a person
     */
    record Waiting(int failures, boolean refused, String reason, long alarmAt) implements SessionState {}

    /** A TCP connection is being made. */
    record Connecting(int failures, long alarmAt) implements SessionState {}

    /** The setup is sent, its answer is awaited. */
    record SettingUp(int failures, long alarmAt) implements SessionState {}

    /**
     * Connected and not registered: the setup is sent again, on the same connection, at {@code alarmAt}.
     *
     * @param failures attempts that failed in a row
     * @param reason   why it is not registered, for a person
     */
    record Again(int failures, String reason, long alarmAt) implements SessionState {}

    /**
     * The proxy knows this server.
     *
     * @param session     lease and times; null when the proxy speaks Part 1 with us
     * @param failures    attempts that failed in a row before it
     * @param since       when the setup was answered
     * @param unanswered  when the oldest heartbeat without an answer was sent; {@link #NEVER} if there is none
     * @param nextBeat    when to send the next heartbeat
     * @param attached    whether the session's connection is open; a Part 1 proxy may close it and keep the entry
     */
    record Registered(SetupAccepted.@Nullable Session session, int failures, long since, long unanswered, long nextBeat,
            boolean attached) implements SessionState {
        @Override
        public long alarmAt() {
            if (session == null) {
                return NEVER;
            }
            return unanswered == NEVER
                    ? nextBeat
                    : SessionRules.earlier(nextBeat, unanswered + session.ttl().toNanos());
        }
    }

    /**
     * Told the proxy to send nothing new; waiting until we owe it no answers. Heartbeats go on, or the proxy would give the
     * messages in flight up.
     *
     * @param nextBeat when to send the next heartbeat
     * @param until    when to leave anyway
     */
    record Draining(SetupAccepted.Session session, long nextBeat, long until) implements SessionState {
        @Override
        public long alarmAt() {
            return SessionRules.earlier(nextBeat, until);
        }
    }

    /** Deregistered, and waits for the answer, at most until {@code alarmAt}. */
    record Leaving(long alarmAt) implements SessionState {}

    /** Over, for good. */
    record Ended() implements SessionState {
        @Override
        public long alarmAt() {
            return NEVER;
        }
    }
}
