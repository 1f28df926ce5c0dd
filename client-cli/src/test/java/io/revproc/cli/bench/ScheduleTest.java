package io.revproc.cli.bench;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ScheduleTest {
    private static final long SECOND = 1_000_000_000L;
    /** The clock may have any value, also one that is about to overflow. */
    private static final long START = Math.subtractExact(Long.MAX_VALUE, SECOND / 2);

    @Test
    void inAnOpenLoopMessagesAreDueByTheClockHoweverLateTheyAreSent() {
        Schedule schedule = new Schedule(START, START + SECOND, 10, 0);
        int sent = 0;
        while (schedule.isDue(START + SECOND * 35 / 100)) {
            assertThat(schedule.due(0)).isEqualTo(START + sent++ * SECOND / 10);
            schedule.sent();
        }

        assertThat(sent).isEqualTo(4);
        assertThat(schedule.unsent()).isEqualTo(6);
    }

    @Test
    void nothingIsDueAfterTheEnd() {
        Schedule schedule = new Schedule(START, START + SECOND, 10, 0);
        for (int i = 0; i < 10; i++) {
            assertThat(schedule.isDue(START + 5 * SECOND)).isTrue();
            schedule.sent();
        }

        assertThat(schedule.isDue(START + 5 * SECOND)).isFalse();
        assertThat(schedule.unsent()).isZero();
    }

    @Test
    void inAClosedLoopAMessageIsDueNowUntilTheLimit() {
        Schedule schedule = new Schedule(START, START + SECOND, 0, 1);

        assertThat(schedule.isDue(START)).isTrue();
        assertThat(schedule.due(START + 7)).isEqualTo(START + 7);
        schedule.sent();
        assertThat(schedule.isDue(START)).isFalse();
        assertThat(schedule.unsent()).isZero();
    }

    @Test
    void theLimitBoundsWhatIsMissed() {
        assertThat(new Schedule(START, START + SECOND, 10, 3).unsent()).isEqualTo(3);
    }
}
