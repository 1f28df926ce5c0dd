package io.revproc.server.registration;

import java.time.Duration;
import java.util.List;

import io.revproc.client.connect.Backoff;
import io.revproc.server.registration.SessionRules.Action;
import io.revproc.server.registration.SessionRules.Step;
import io.revproc.server.registration.SessionState.Connecting;
import io.revproc.server.registration.SessionState.Ended;
import io.revproc.server.registration.SessionState.Registered;
import io.revproc.server.registration.SessionState.Waiting;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Message;
import io.revproc.wire.Message.SetupAccepted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Time is a number that the test moves; chance is 0, so a delay is half of its full length. */
class SessionRulesTest {
    private static final SetupAccepted ACCEPTED = new SetupAccepted(
            new SetupAccepted.Session("L1", Duration.ofSeconds(1), Duration.ofSeconds(3)));

    private final SessionRules rules = rules(1);
    /** Just before the point where nanosecond counters wrap, because some do; not hitting it, where NEVER is. */
    private long now = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos() - 12_345;

    private static SessionRules rules(int proxies) {
        return new SessionRules(new Backoff(Duration.ofMillis(100), Duration.ofMillis(1500), () -> 0),
                new Backoff(Duration.ofSeconds(4), Duration.ofSeconds(30), () -> 0), proxies, Duration.ofSeconds(2),
                Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(1));
    }

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }

    private long millisToAlarm(SessionState state) {
        return Duration.ofNanos(state.alarmAt() - now).toMillis();
    }

    private SessionState registered(SetupAccepted answer) {
        SessionState connecting = rules.start(now).state();
        Step settingUp = rules.connected(connecting, now);
        assertThat(settingUp.action()).isEqualTo(Action.SEND_SETUP);
        SessionState state = rules.received(settingUp.state(), answer, now).state();
        assertThat(state).isInstanceOf(Registered.class);
        return state;
    }

    /** Moves the clock to the alarm and rings it. */
    private Step ring(SessionState state) {
        now = state.alarmAt();
        return rules.alarm(state, now);
    }

    @Test
    void connectsAtOnceSetsUpAndIsRegistered() {
        assertThat(rules.start(now).action()).isEqualTo(Action.CONNECT);
        assertThat(registered(ACCEPTED)).extracting(this::millisToAlarm).isEqualTo(1000L);
    }

    @Test
    void sendsAHeartbeatEveryHeartbeatInterval() {
        SessionState state = registered(ACCEPTED);
        for (int i = 0; i < 10; i++) {
            long before = now;
            Step beat = ring(state);
            assertThat(beat.action()).isEqualTo(Action.SEND_HEARTBEAT);
            assertThat(Duration.ofNanos(now - before)).isEqualTo(Duration.ofSeconds(1));
            state = rules.received(beat.state(), new Message.HeartbeatSeen(), now).state();
        }
    }

    @Test
    void setsUpAgainOnTheSameConnectionWhenTheProxyHasOtherPoliciesForIt() {
        SessionState beaten = ring(registered(ACCEPTED)).state();
        Step renewing = rules.received(beaten, new Message.Notice(Message.Notice.Event.RENEW), now);
        assertThat(renewing.action()).isEqualTo(Action.SEND_SETUP);
        Step late = rules.received(renewing.state(), new Message.HeartbeatSeen(), now);
        assertThat(late).as("of the lease before").isEqualTo(new Step(renewing.state(), Action.NOTHING));
        assertThat(rules.received(late.state(), ACCEPTED, now).state()).isInstanceOf(Registered.class);
        assertThat(rules.received(beaten, new Message.Notice(Message.Notice.Event.MAINTENANCE), now).action())
                .isEqualTo(Action.NOTHING);
    }

    /** Old proxies that say yes in their own words, say nothing, or hang up: registered once, and not again and again. */
    @Test
    void anOldProxyThatSaysNoIsRefusedAndEverythingElseIsYes() {
        SessionRules old = new SessionRules(rules.lost(), rules.refused(), 1, rules.connectLimit(), rules.setupLimit(),
                rules.drainLimit(), rules.leaveLimit(), true);
        SessionState settingUp = old.connected(old.start(now).state(), now).state();
        SessionState silent = old.alarm(settingUp, settingUp.alarmAt()).state();
        assertThat(List.of(silent, old.closedByProxy(settingUp, now).state(), old.unreadable(settingUp, now).state(),
                old.received(settingUp, new Message.HeartbeatSeen(), now).state()))
                .allMatch(state -> state instanceof Registered yes && yes.session() == null
                        && yes.alarmAt() == SessionState.NEVER);
        assertThat(old.received(silent, new SetupAccepted(null), now)).isEqualTo(new Step(silent, Action.NOTHING));
        assertThat(old.received(settingUp, Message.Refusal.of(ErrorCode.NOT_ALLOWED, null), now).state())
                .isInstanceOf(Waiting.class);
        assertThat(old.disconnected(settingUp, "reset", now).state()).isInstanceOf(Waiting.class);
        assertThat(rules.closedByProxy(settingUp, now).state()).isInstanceOf(Waiting.class);
        assertThat(rules.unreadable(settingUp, now).state()).isInstanceOf(Waiting.class);
    }

    @Test
    void anAlarmThatRingsEarlyDoesNothing() {
        SessionState state = registered(ACCEPTED);
        pass(999);
        assertThat(rules.alarm(state, now)).isEqualTo(new Step(state, Action.NOTHING));
    }

    @Test
    void isLostWhenAHeartbeatIsNotAnsweredWithinItsTtl() {
        SessionState state = registered(ACCEPTED);
        state = ring(state).state();
        long firstBeat = now;
        Step step = new Step(state, Action.NOTHING);
        while (step.state() instanceof Registered) {
            step = ring(step.state());
        }
        assertThat(Duration.ofNanos(now - firstBeat)).isEqualTo(Duration.ofSeconds(3));
        assertThat(step.action()).isEqualTo(Action.CLOSE);
        assertThat(millisToAlarm(step.state())).isEqualTo(50);
    }

    @Test
    void aLateAnswerToTheOldestHeartbeatKeepsTheSession() {
        SessionState state = ring(registered(ACCEPTED)).state();
        state = ring(state).state();
        pass(900);
        state = rules.received(state, new Message.HeartbeatSeen(), now).state();
        assertThat(ring(state).action()).isEqualTo(Action.SEND_HEARTBEAT);
    }

    @Test
    void registersAnewSoonAfterTheConnectionWasClosed() {
        Step lost = rules.disconnected(registered(ACCEPTED), "closed", now);
        assertThat(lost.state()).isInstanceOf(Waiting.class);
        assertThat(millisToAlarm(lost.state())).isBetween(50L, 100L);
        assertThat(ring(lost.state()).action()).isEqualTo(Action.CONNECT);
    }

    @Test
    void sessionsThatEndAtOnceDoNotResetTheDelay() {
        SessionState state = rules.start(now).state();
        for (int i = 0; i < 6; i++) {
            state = rules.connected(state, now).state();
            state = rules.received(state, ACCEPTED, now).state();
            state = rules.disconnected(state, "closed", now).state();
            if (i < 5) {
                state = ring(state).state();
            }
        }
        assertThat(millisToAlarm(state)).isEqualTo(750);
        state = rules.received(rules.connected(ring(state).state(), now).state(), ACCEPTED, now).state();
        pass(2000);
        assertThat(millisToAlarm(rules.disconnected(state, "closed", now).state())).isEqualTo(50);
    }

    @Test
    void waitsLongerWithEachFailureButUnderTwoSeconds() {
        SessionState state = rules.start(now).state();
        long previous = 0;
        for (int i = 0; i < 20; i++) {
            state = rules.disconnected(state, "refused", now).state();
            assertThat(millisToAlarm(state)).isBetween(previous, 2000L);
            previous = millisToAlarm(state);
            state = ring(state).state();
            assertThat(state).isInstanceOf(Connecting.class);
        }
        assertThat(previous).isEqualTo(750);
    }

    @Test
    void triesEveryProxyBeforeItWaitsLonger() {
        SessionRules three = rules(3);
        SessionState state = three.start(now).state();
        for (int i = 0; i < 3; i++) {
            state = three.disconnected(state, "refused", now).state();
            assertThat(millisToAlarm(state)).isEqualTo(50);
            now = state.alarmAt();
            state = three.alarm(state, now).state();
        }
        assertThat(millisToAlarm(three.disconnected(state, "refused", now).state())).isEqualTo(100);
    }

    @Test
    void givesUpOnAConnectionOrAnAnswerThatDoesNotCome() {
        SessionState connecting = rules.start(now).state();
        assertThat(rules.connected(connecting, now).state()).satisfies(settingUp -> {
            Step step = ring(settingUp);
            assertThat(step.action()).isEqualTo(Action.CLOSE);
            assertThat(step.state()).isInstanceOf(Waiting.class);
        });
        assertThat(ring(connecting).state()).isInstanceOf(Waiting.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"NOT_ALLOWED", "BAD_MESSAGE"})
    void aRefusalThatWillNotChangeIsTriedAgainSlowly(ErrorCode code) {
        SessionState state = rules.start(now).state();
        for (int i = 0; i < 6; i++) {
            state = rules.connected(state, now).state();
            state = rules.received(state, Message.Refusal.of(code, null), now).state();
            assertThat(((Waiting) state).refused()).isTrue();
            assertThat(millisToAlarm(state)).isBetween(2000L, 30_000L);
            state = ring(state).state();
        }
    }

    @Test
    void aRefusalThatMayPassIsTriedAgainSoon() {
        SessionState state = rules.connected(rules.start(now).state(), now).state();
        state = rules.received(state, Message.Refusal.of(ErrorCode.SHUTTING_DOWN, null), now).state();
        assertThat(millisToAlarm(state)).isEqualTo(50);
    }

    /** The live server that has the place may go any moment; the connection is kept. */
    @Test
    void aPlaceThatIsTakenIsTriedAgainSoonOnTheSameConnection() {
        SessionState state = rules.connected(rules.start(now).state(), now).state();
        for (int i = 0; i < 10; i++) {
            Step taken = rules.received(state, Message.Refusal.of(ErrorCode.ID_TAKEN, null), now);
            assertThat(taken.action()).isEqualTo(Action.NOTHING);
            assertThat(millisToAlarm(taken.state())).isBetween(50L, 1_500L);
            Step again = ring(taken.state());
            assertThat(again.action()).isEqualTo(Action.SEND_SETUP);
            state = again.state();
        }
        state = rules.received(state, ACCEPTED, now).state();
        assertThat(state).isInstanceOf(Registered.class);
        Step left = rules.disconnected(
                rules.received(rules.connected(rules.start(now).state(), now).state(),
                        Message.Refusal.of(ErrorCode.ID_TAKEN, null), now).state(),
                "closed", now);
        assertThat(left.state()).isInstanceOf(Waiting.class);
    }

    @Test
    void aLeaseThatWasReplacedIsRegisteredAnewOnTheSameConnection() {
        SessionState state = registered(ACCEPTED);
        pass(10_000);
        Step stale = rules.received(state, Message.Refusal.of(ErrorCode.NOT_ALLOWED, null), now);
        assertThat(stale.action()).isEqualTo(Action.NOTHING);
        assertThat(millisToAlarm(stale.state())).isEqualTo(50);
        assertThat(ring(stale.state()).action()).isEqualTo(Action.SEND_SETUP);
    }

    @Test
    void twoServersThatTakeEachOthersPlaceDoItEverMoreSlowly() {
        SessionState state = registered(ACCEPTED);
        for (long delay : new long[]{50, 100, 200, 400, 750, 750}) {
            pass(1_000);
            state = rules.received(state, Message.Refusal.of(ErrorCode.NOT_ALLOWED, null), now).state();
            assertThat(millisToAlarm(state)).isEqualTo(delay);
            state = rules.received(ring(state).state(), ACCEPTED, now).state();
        }
    }

    @Test
    void aLeaseThatTheProxyNoLongerKnowsEndsTheSession() {
        Step step = rules.received(registered(ACCEPTED), Message.Refusal.of(ErrorCode.BAD_MESSAGE, null), now);
        assertThat(step.action()).isEqualTo(Action.CLOSE);
        assertThat(millisToAlarm(step.state())).isEqualTo(50);
    }

    @Test
    void aPart1ProxyThatHangsUpAfterItsAnswerKeepsUsRegistered() {
        SessionState state = registered(new SetupAccepted(null));
        pass(500);
        state = rules.disconnected(state, "closed", now).state();
        assertThat(state).isInstanceOf(Registered.class).extracting(SessionState::alarmAt)
                .isEqualTo(SessionState.NEVER);
    }

    @Test
    void aPart1ProxyThatKeptTheConnectionAndGoesIsRegisteredWithAnew() {
        SessionState state = registered(new SetupAccepted(null));
        pass(1500);
        assertThat(rules.disconnected(state, "closed", now).state()).isInstanceOf(Waiting.class);
    }

    @Test
    void leavesByDrainingWaitingForTheLastMessageAndSayingGoodBye() {
        Step drain = rules.leave(registered(ACCEPTED), now);
        assertThat(drain.action()).isEqualTo(Action.SEND_DRAIN);
        Step waiting = rules.received(drain.state(), new Message.Draining(2), now);
        assertThat(waiting.action()).isEqualTo(Action.NOTHING);
        Step bye = rules.received(waiting.state(), new Message.Draining(0), now);
        assertThat(bye.action()).isEqualTo(Action.SEND_DEREGISTER);
        Step end = rules.received(bye.state(), new Message.Deregistered(), now);
        assertThat(end).isEqualTo(new Step(new Ended(), Action.CLOSE));
    }

    @Test
    void keepsTheLeaseAliveWhileMessagesAreInFlightButNotForEver() {
        SessionState state = rules.leave(registered(ACCEPTED), now).state();
        long start = now;
        Step step = ring(state);
        int beats = 0;
        while (step.action() == Action.SEND_HEARTBEAT) {
            beats++;
            step = ring(step.state());
        }
        assertThat(beats).isEqualTo(4);
        assertThat(step.action()).isEqualTo(Action.SEND_DEREGISTER);
        assertThat(Duration.ofNanos(now - start)).isEqualTo(Duration.ofSeconds(5));
        assertThat(ring(step.state()).state()).isInstanceOf(Ended.class);
        assertThat(Duration.ofNanos(now - start)).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void leavingWithoutARegistrationEndsAtOnce() {
        SessionState waiting = rules.disconnected(rules.start(now).state(), "refused", now).state();
        assertThat(rules.leave(waiting, now)).isEqualTo(new Step(new Ended(), Action.CLOSE));
        assertThat(rules.leave(rules.start(now).state(), now).state()).isInstanceOf(Ended.class);
    }

    @Test
    void nothingWakesAnEndedSession() {
        Ended ended = new Ended();
        assertThat(rules.alarm(ended, now).action()).isEqualTo(Action.NOTHING);
        assertThat(rules.connected(ended, now).state()).isEqualTo(ended);
        assertThat(rules.received(ended, ACCEPTED, now).state()).isEqualTo(ended);
    }
}
