package io.revproc.proxy.health;

import java.time.Duration;

import io.revproc.proxy.health.Verdict.Action;
import io.revproc.proxy.route.EndpointState.Liveness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Back-off 200 ms to 10 s, ejection after 3 for 2 s to 60 s, forgotten after 60 s, no jitter. */
class JudgeTest {
    static final HealthSettings PROPERTIES = new HealthSettings(Duration.ofMillis(200), Duration.ofSeconds(10),
            Duration.ofMinutes(5), 3,
            Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(60), 0);
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;
    /** After all that the troubles of these tests remember. */
    private static final long NOW = 1_000 * SECOND;

    private final Judge judge = new Judge(PROPERTIES);

    /** What happens by the endpoint's state: an event, the protocol, the state, whether its trial is due; the action. */
    @ParameterizedTest
    @CsvSource({"unreachable,1,ALIVE,no,FALL", "unreachable,2,ALIVE,no,FALL", "unreachable,2,FAILED,no,NOTHING",
            "unreachable,2,FAILED,yes,POSTPONE", "unreachable,2,EJECTED,no,NOTHING", "unreachable,2,EJECTED,yes,FALL",
            "unreachable,2,LOST,yes,NOTHING", "unreachable,2,REMOVED,yes,NOTHING", "failed,1,ALIVE,no,FALL",
            "failed,2,ALIVE,no,NOTHING", "failed,2,FAILED,no,NOTHING", "failed,2,FAILED,yes,POSTPONE",
            "failed,1,FAILED,yes,POSTPONE", "failed,2,EJECTED,no,NOTHING", "failed,2,EJECTED,yes,POSTPONE",
            "failed,2,LOST,yes,NOTHING", "failed,2,REMOVED,yes,NOTHING", "answered,1,ALIVE,no,NOTHING",
            "answered,1,FAILED,no,RISE", "answered,2,EJECTED,yes,RISE", "answered,2,LOST,yes,NOTHING",
            "answered,2,REMOVED,yes,NOTHING"})
    void decidesByEventAndState(String event, int proto, Liveness liveness, String due, Action action) {
        long trialAt = "yes".equals(due) ? NOW : NOW + 1;
        Trouble before = new Trouble(0, 0, 1, 1, NOW - SECOND, trialAt, 0);
        Verdict verdict = switch (event) {
            case "unreachable" -> judge.unreachable(before, liveness, NOW, 0);
            case "failed" -> judge.failed(before, proto, liveness, 0, NOW, 0);
            default -> judge.answered(before, liveness, NOW, NOW - 1);
        };
        assertThat(verdict.action()).isEqualTo(action);
    }

    @Test
    void trialsOfAFailedEndpointAreFartherAndFartherApart() {
        long now = NOW;
        Trouble trouble = trouble(judge.unreachable(Trouble.none(now), Liveness.ALIVE, now, 0));
        for (long millis : new long[]{200, 400, 800, 1600, 3200, 6400, 10_000, 10_000}) {
            assertThat(trouble.trialAt() - now).isEqualTo(millis * MILLI);
            now = trouble.trialAt();
            trouble = trouble(judge.unreachable(trouble, Liveness.FAILED, now, 0));
        }
    }

    @Test
    void backOffBeginsAnewAfterTheEndpointWasAlive() {
        Trouble trouble = trouble(judge.unreachable(Trouble.none(NOW), Liveness.ALIVE, NOW, 0));
        trouble = trouble(judge.unreachable(trouble, Liveness.FAILED, trouble.trialAt(), 0));
        Verdict risen = judge.answered(trouble, Liveness.FAILED, NOW + SECOND, NOW + SECOND - 1);
        assertThat(risen).isEqualTo(new Verdict(Action.RISE, null));
        assertThat(trouble(judge.unreachable(Trouble.none(NOW), Liveness.ALIVE, NOW, 0)).trialAt() - NOW)
                .isEqualTo(200 * MILLI);
    }

    /** A deadline of 10 s: what a trial costs, and the waiting times up to the cap of five minutes. */
    @Test
    void trialsThatTimeOutAreAsFarApartAsTheyCostAndMore() {
        long cost = 10 * SECOND;
        long now = NOW;
        Trouble trouble = trouble(judge.failed(Trouble.none(now), 1, Liveness.ALIVE, cost, now, 0));
        for (long seconds : new long[]{10, 20, 40, 80, 160, 300, 300}) {
            assertThat(trouble.trialAt() - now).isEqualTo(seconds * SECOND);
            now = trouble.trialAt();
            trouble = trouble(judge.failed(trouble, 1, Liveness.FAILED, cost, now, 0));
        }
    }

    @Test
    void ejectionAfterTimeOutsIsAsLongAsATrialCostsAndMore() {
        long now = NOW + 3 * SECOND;
        Trouble trouble = trouble(
                judge.failed(strikes(Trouble.none(NOW), NOW, 2), 2, Liveness.ALIVE, 10 * SECOND, now, 0));
        for (long seconds : new long[]{10, 20, 40, 80, 160, 300, 300}) {
            assertThat(trouble.trialAt() - now).isEqualTo(seconds * SECOND);
            now = trouble.trialAt();
            trouble = trouble(judge.failed(trouble, 2, Liveness.EJECTED, 10 * SECOND, now, 0));
        }
    }

    @Test
    void shortDeadlineLeavesTheUsualWaitingTimesAsTheyAre() {
        assertThat(trouble(judge.failed(Trouble.none(NOW), 1, Liveness.ALIVE, 50 * MILLI, NOW, 0)).trialAt() - NOW)
                .isEqualTo(200 * MILLI);
    }

    @Test
    void thirdFailureInARowEjects() {
        Trouble trouble = strikes(Trouble.none(NOW), NOW, 2);
        Verdict third = judge.failed(trouble, 2, Liveness.ALIVE, 0, NOW + 3 * SECOND, 0);
        assertThat(third.action()).isEqualTo(Action.EJECT);
        assertThat(trouble(third).trialAt()).isEqualTo(NOW + 5 * SECOND);
    }

    @Test
    void answerEndsTheRow() {
        Trouble trouble = strikes(new Trouble(0, 0, 0, 1, 0, 0, NOW), NOW, 2);
        Verdict answered = judge.answered(trouble, Liveness.ALIVE, NOW + 2 * SECOND, NOW);
        assertThat(answered.action()).isEqualTo(Action.NOTHING);
        assertThat(trouble(answered).streak()).isZero();
        assertThat(trouble(answered).ejections()).isEqualTo(1);
        assertThat(strikes(trouble(answered), NOW + 3 * SECOND, 2).streak()).isEqualTo(2);
    }

    @Test
    void manyFailuresOfOneMomentCountAsOne() {
        Trouble trouble = Trouble.none(NOW);
        for (int i = 0; i < 1_000; i++) {
            Verdict verdict = judge.failed(trouble, 2, Liveness.ALIVE, 0, NOW + i * 10_000L, 0);
            assertThat(verdict.action()).isEqualTo(Action.NOTHING);
            trouble = trouble(verdict);
        }
        assertThat(trouble.streak()).isEqualTo(1);
        assertThat(trouble(judge.failed(trouble, 2, Liveness.ALIVE, 0, NOW + 20 * MILLI, 0)).streak()).isEqualTo(2);
    }

    @Test
    void ejectionsGrowUpToTheirCap() {
        Trouble trouble = strikes(Trouble.none(NOW), NOW, 2);
        long now = NOW + 3 * SECOND;
        trouble = trouble(judge.failed(trouble, 2, Liveness.ALIVE, 0, now, 0));
        for (long seconds : new long[]{2, 4, 8, 16, 32, 60, 60}) {
            assertThat(trouble.trialAt() - now).isEqualTo(seconds * SECOND);
            now = trouble.trialAt();
            trouble = trouble(judge.failed(trouble, 2, Liveness.EJECTED, 0, now, 0));
        }
    }

    @ParameterizedTest
    @CsvSource({"59,4", "60,2"})
    void nextEjectionIsLongerUnlessItWasQuietForLong(long quietSeconds, long ejectionSeconds) {
        long ejected = NOW + 5 * SECOND;
        Trouble first = trouble(judge.failed(strikes(Trouble.none(NOW), NOW, 2), 2, Liveness.ALIVE, 0, ejected, 0));
        Trouble back = trouble(judge.answered(first, Liveness.EJECTED, ejected, ejected));
        long later = ejected + quietSeconds * SECOND;
        Trouble second = trouble(judge.failed(new Trouble(2, ejected, 0, back.ejections(), 0, 0, back.backSince()), 2,
                Liveness.ALIVE, 0, later, 0));
        assertThat(second.trialAt() - later).isEqualTo(ejectionSeconds * SECOND);
    }

    @Test
    void answerToAMessageFromBeforeTheEjectionDoesNotEndIt() {
        Trouble trouble = new Trouble(0, 0, 0, 1, NOW, NOW + 2 * SECOND, 0);
        assertThat(judge.answered(trouble, Liveness.EJECTED, NOW + SECOND, NOW - 1).action()).isEqualTo(Action.NOTHING);
        assertThat(judge.answered(trouble, Liveness.EJECTED, NOW + SECOND, NOW).action()).isEqualTo(Action.RISE);
    }

    @Test
    void goodServerIsForgottenAfterAQuietTime() {
        Trouble trouble = new Trouble(0, 0, 0, 1, 0, 0, NOW);
        assertThat(judge.answered(trouble, Liveness.ALIVE, NOW + 60 * SECOND - 1, NOW).trouble()).isEqualTo(trouble);
        assertThat(judge.answered(trouble, Liveness.ALIVE, NOW + 60 * SECOND, NOW).trouble()).isNull();
        assertThat(judge.answered(strikes(Trouble.none(NOW), NOW, 1), Liveness.ALIVE, NOW, NOW).trouble()).isNull();
    }

    @Test
    void zeroSwitchesEjectionOff() {
        Judge mild = new Judge(
                new HealthSettings(Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofMinutes(5), 0,
                        Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(60), 0));
        Trouble trouble = Trouble.none(NOW);
        for (int i = 1; i < 100; i++) {
            Verdict verdict = mild.failed(trouble, 2, Liveness.ALIVE, 0, NOW + i * SECOND, 0);
            assertThat(verdict.action()).isEqualTo(Action.NOTHING);
            trouble = trouble(verdict);
        }
    }

    /** Failures one second apart; none of them may be the last straw. */
    private Trouble strikes(Trouble trouble, long now, int count) {
        Trouble struck = trouble;
        for (int i = 0; i < count; i++) {
            Verdict verdict = judge.failed(struck, 2, Liveness.ALIVE, 0, now + i * SECOND, 0);
            assertThat(verdict.action()).isEqualTo(Action.NOTHING);
            struck = trouble(verdict);
        }
        return struck;
    }

    private static Trouble trouble(Verdict verdict) {
        Trouble trouble = verdict.trouble();
        if (trouble == null) {
            throw new AssertionError("nothing is remembered");
        }
        return trouble;
    }
}
