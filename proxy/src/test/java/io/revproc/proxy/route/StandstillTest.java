package io.revproc.proxy.route;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** When the table may be out of date, in virtual time: a tick each 1, a limit of 5, a doubt of at most 10. */
class StandstillTest {
    /** What happens in turn: t is a tick at that time, h says that the table was true then. */
    @ParameterizedTest(name = "{0}: asked at {1}, doubts: {2}")
    @CsvSource({"'', 0, false", "'', 5, false",
            // nobody ticked, whoever asks first
            "'', 6, true", "t1 t2, 7, false", "t1 t2, 8, true",
            // it goes on, and has heard nothing yet
            "t1 t9, 9, true", "t1 t9 t10 t11, 11, true",
            // what was said before it stood still, and is read now, is no news
            "t1 t9 h1, 9, true", "t1 t9 h8, 9, true",
            "t1 t9 h9, 9, false", "t1 t9 t10 h10, 11, false",
            // who keeps the table is away: routing goes on by the last one
            "t1 t9 t13 t17 t19, 19, true", "t1 t9 t13 t17 t20, 20, false",
            // and stands still once more
            "t1 t9 h9 t15, 15, true", "t1 t9 t10 t16 t20 t21, 26, true"})
    void doubts(String events, long at, boolean doubts) {
        Standstill standstill = new Standstill(5, 10, 0);
        for (String event : events.isEmpty() ? new String[0] : events.split(" ")) {
            long time = Long.parseLong(event.substring(1));
            if (event.startsWith("t")) {
                standstill.tick(time);
            } else {
                standstill.trueAt(time);
            }
        }
        assertThat(standstill.doubts(at)).isEqualTo(doubts);
    }
}
