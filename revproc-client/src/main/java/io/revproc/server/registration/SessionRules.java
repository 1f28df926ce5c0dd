package io.revproc.server.registration;

import java.time.Duration;

import io.revproc.client.connect.Backoff;
import io.revproc.server.registration.SessionState.Again;
import io.revproc.server.registration.SessionState.Connecting;
import io.revproc.server.registration.SessionState.Draining;
import io.revproc.server.registration.SessionState.Ended;
import io.revproc.server.registration.SessionState.Leaving;
import io.revproc.server.registration.SessionState.Registered;
import io.revproc.server.registration.SessionState.SettingUp;
import io.revproc.server.registration.SessionState.Waiting;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Message;
import io.revproc.wire.Message.SetupAccepted;
import org.jspecify.annotations.Nullable;

/**
 * The life of a registration as pure functions: (state, event, time) → (state, what to do). No clock, no sockets, no threads
 * in here.
 *
 * @param lost         delays after a connection that failed or was lost
 * @param refused      delays after a refusal that will not change by itself
 * @param proxies      how many proxies are tried in turn; the delay grows once per round
 * @param connectLimit how long a connection attempt may take
 * @param setupLimit   how long the proxy may take to answer a setup
 * @param drainLimit   how long the messages in flight may take at the end
 * @param leaveLimit   how long the proxy may take to answer the deregister
 * @param part1        whether we register in the seed's protocol. Old proxies say yes in many ways, or not at all: whatever is
 *                     no refusal counts as yes, and we do not register again and again with one that says nothing
 */
record SessionRules(Backoff lost, Backoff refused, int proxies, Duration connectLimit, Duration setupLimit,
        Duration drainLimit, Duration leaveLimit, boolean part1) {
    SessionRules(Backoff lost, Backoff refused, int proxies, Duration connectLimit, Duration setupLimit,
            Duration drainLimit, Duration leaveLimit) {
        this(lost, refused, proxies, connectLimit, setupLimit, drainLimit, leaveLimit, false);
    }

    /** A Part 1 proxy that hangs up this soon after its answer does not keep registration connections. */
    static final Duration HANGS_UP = Duration.ofSeconds(1);

    /** A session that ends sooner than this counts as one more failure, or a server and its proxy would spin. */
    static final Duration STABLE = Duration.ofSeconds(2);

    /** The actions for the caller. */
    enum Action {
        NOTHING, CONNECT, SEND_SETUP, SEND_HEARTBEAT, SEND_DRAIN, SEND_DEREGISTER, CLOSE
    }

    record Step(SessionState state, Action action) {}

    /** The beginning: connect at once. */
    Step start(long now) {
        return new Step(new Connecting(0, now + connectLimit.toNanos()), Action.CONNECT);
    }

    Step connected(SessionState state, long now) {
        return state instanceof Connecting connecting
                ? new Step(new SettingUp(connecting.failures(), now + setupLimit.toNanos()), Action.SEND_SETUP)
                : new Step(state, Action.NOTHING);
    }

    /** The connection could not be made, was closed by the peer or broke. */
    Step disconnected(SessionState state, String reason, long now) {
        return switch (state) {
            case Waiting waiting -> new Step(waiting, Action.NOTHING);
            case Connecting connecting -> retry(connecting.failures(), reason, now);
            case SettingUp settingUp -> retry(settingUp.failures(), reason, now);
            case Again again -> retry(again.failures(), reason, now);
            case Registered registered when !registered.attached() -> new Step(registered, Action.NOTHING);
            case Registered registered when registered.session() == null
                    && now - registered.since() < HANGS_UP.toNanos() ->
                new Step(new Registered(null, 0, registered.since(), SessionState.NEVER, SessionState.NEVER, false),
                        Action.NOTHING);
            case Registered registered -> lost(registered, reason, now);
            case Draining _,Leaving _,Ended _ -> new Step(new Ended(), Action.CLOSE);
        };
    }

    /** The proxy closed the connection in an orderly way. */
    Step closedByProxy(SessionState state, long now) {
        return part1 && state instanceof SettingUp settingUp
                ? new Step(part1(settingUp, false, now), Action.NOTHING)
                : disconnected(state, "the proxy closed the connection", now);
    }

    /** The proxy sent something that is no message of the protocol. */
    Step unreadable(SessionState state, long now) {
        if (!(state instanceof SettingUp settingUp)) {
            return new Step(state, Action.NOTHING);
        }
        return part1
                ? new Step(part1(settingUp, true, now), Action.NOTHING)
                : refuse(settingUp.failures(), "the answer to the setup is not one of the protocol", now);
    }

    private static Registered part1(SettingUp state, boolean attached, long now) {
        return new Registered(null, state.failures(), now, SessionState.NEVER, SessionState.NEVER, attached);
    }

    /** The proxy sent a message. */
    Step received(SessionState state, Message message, long now) {
        return switch (state) {
            case SettingUp settingUp -> setupAnswered(settingUp, message, now);
            case Registered registered when message instanceof Message.HeartbeatSeen -> new Step(
                    new Registered(registered.session(), registered.failures(), registered.since(), SessionState.NEVER,
                            registered.nextBeat(), true),
                    Action.NOTHING);
            case Registered registered when message instanceof Message.Refusal refusal
                    && refusal.code() == ErrorCode.NOT_ALLOWED ->
                again(stableFailures(registered, now), "the proxy ended the lease: " + refusal.sentence(), now);
            case Registered registered when message instanceof Message.Refusal refusal ->
                lost(registered, "the proxy ended the session: " + refusal.code(), now);
            case Registered registered when registered.session() != null && message instanceof Message.Notice notice
                    && notice.event() == Message.Notice.Event.RENEW ->
                new Step(new SettingUp(stableFailures(registered, now), now + setupLimit.toNanos()), Action.SEND_SETUP);
            case Draining draining when message instanceof Message.Draining left && left.inFlight() == 0 ->
                new Step(new Leaving(now + leaveLimit.toNanos()), Action.SEND_DEREGISTER);
            case Draining _ when message instanceof Message.Refusal -> new Step(new Ended(), Action.CLOSE);
            case Leaving _ when !(message instanceof Message.Draining || message instanceof Message.HeartbeatSeen) ->
                new Step(new Ended(), Action.CLOSE);
            default -> new Step(state, Action.NOTHING);
        };
    }

    /** The time of {@link SessionState#alarmAt()} has come. */
    Step alarm(SessionState state, long now) {
        if (state.alarmAt() == SessionState.NEVER || now - state.alarmAt() < 0) {
            return new Step(state, Action.NOTHING);
        }
        return switch (state) {
            case Waiting waiting ->
                new Step(new Connecting(waiting.failures(), now + connectLimit.toNanos()), Action.CONNECT);
            case Connecting connecting -> retry(connecting.failures(), "no connection in time", now);
            case SettingUp settingUp when part1 -> new Step(part1(settingUp, true, now), Action.NOTHING);
            case SettingUp settingUp -> retry(settingUp.failures(), "no answer to the setup in time", now);
            case Again again ->
                new Step(new SettingUp(again.failures(), now + setupLimit.toNanos()), Action.SEND_SETUP);
            case Registered registered -> beat(registered, now);
            case Draining draining when now - draining.until() < 0 ->
                new Step(new Draining(draining.session(), now + draining.session().heartbeat().toNanos(),
                        draining.until()), Action.SEND_HEARTBEAT);
            case Draining _ -> new Step(new Leaving(now + leaveLimit.toNanos()), Action.SEND_DEREGISTER);
            case Leaving _,Ended _ -> new Step(new Ended(), Action.CLOSE);
        };
    }

    /** The process is about to end. */
    Step leave(SessionState state, long now) {
        return switch (state) {
            case Registered registered when registered.session() instanceof SetupAccepted.Session session ->
                new Step(new Draining(session, now + session.heartbeat().toNanos(), now + drainLimit.toNanos()),
                        Action.SEND_DRAIN);
            case Draining _,Leaving _ -> new Step(state, Action.NOTHING);
            default -> new Step(new Ended(), Action.CLOSE);
        };
    }

    private Step setupAnswered(SettingUp state, Message message, long now) {
        return switch (message) {
            case SetupAccepted(SetupAccepted.@Nullable Session session) ->
                new Step(new Registered(session, state.failures(), now,
                        SessionState.NEVER, session == null ? SessionState.NEVER : now + session.heartbeat().toNanos(),
                        true), Action.NOTHING);
            case Message.Refusal refusal when refusal.code() == ErrorCode.ID_TAKEN ->
                again(state.failures(), refusal.code() + ": " + refusal.sentence(), now);
            case Message.Refusal refusal when refusal.code().retryable() ->
                retry(state.failures(), refusal.code() + ": " + refusal.sentence(), now);
            case Message.Refusal refusal -> refuse(state.failures(), refusal.code() + ": " + refusal.sentence(), now);
            case Message.Notice _ -> new Step(state, Action.NOTHING);
            // Of the lease before, where the setup is for a new one on the same connection.
            case Message.HeartbeatSeen _ when !part1 -> new Step(state, Action.NOTHING);
            case Message _ when part1 -> new Step(part1(state, true, now), Action.NOTHING);
            default -> refuse(state.failures(), "the answer to the setup is not one of the protocol", now);
        };
    }

    private Step beat(Registered state, long now) {
        SetupAccepted.Session session = state.session();
        if (session == null) {
            return new Step(state, Action.NOTHING);
        }
        if (state.unanswered() != SessionState.NEVER && now - state.unanswered() >= session.ttl().toNanos()) {
            return lost(state, "no answer to a heartbeat in " + session.ttl().toMillis() + " ms", now);
        }
        long oldest = state.unanswered() == SessionState.NEVER ? now : state.unanswered();
        return new Step(
                new Registered(session, state.failures(), state.since(), oldest, now + session.heartbeat().toNanos(),
                        true),
                Action.SEND_HEARTBEAT);
    }

    private Step lost(Registered state, String reason, long now) {
        return retry(stableFailures(state, now), reason, now);
    }

    private static int stableFailures(Registered state, long now) {
        return now - state.since() < STABLE.toNanos() ? state.failures() : 0;
    }

    /**
     * The proxy keeps the connection, and the setup may do later: the place is a live server's, or this one has just lost its own.
     * Two servers that take each other's place do it ever more slowly.
     */
    private Step again(int failures, String reason, long now) {
        return new Step(new Again(failures + 1, reason, now + lost.delay(failures + 1).toNanos()), Action.NOTHING);
    }

    private Step retry(int failures, String reason, long now) {
        int round = failures / proxies + 1;
        return new Step(new Waiting(failures + 1, false, reason, now + lost.delay(round).toNanos()), Action.CLOSE);
    }

    private Step refuse(int failures, String reason, long now) {
        return new Step(new Waiting(failures + 1, true, reason, now + refused.delay(failures + 1).toNanos()),
                Action.CLOSE);
    }

    static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }
}
