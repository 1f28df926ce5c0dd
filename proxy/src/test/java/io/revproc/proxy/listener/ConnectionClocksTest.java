package io.revproc.proxy.listener;

import java.util.concurrent.TimeUnit;

import io.revproc.proxy.listener.ConnectionClocks.Due;
import io.revproc.proxy.listener.ConnectionClocks.Timeouts;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The clocks by virtual time. A script is what happens, each with its time in seconds. */
class ConnectionClocksTest {
    @ParameterizedTest(name = "{0}: incomplete for {1} s, idle for {2} s")
    @CsvSource({
            "0 half / 4,                                          4, 4",
            "0 half / 3 half / 4,                                 4, 1",
            "0 half / 3 whole / 4,                                0, 1",
            "0 half / 3 whole-and-half / 4,                       1, 1",
            "0 half / 3 whole-and-half / 4 half / 9,              6, 5",
            // paused for 64 unanswered messages: the time until it is read on is the servers'
            "0 half / 1 pause / 31,                               1, 0",
            "0 half / 1 pause / 31 resume / 33,                   3, 2",
            "0 half / 1 pause / 31 resume / 31 half / 35,         5, 4",
            "0 half / 1 pause / 5 resume / 6 pause / 9 resume / 9, 2, 0",
            "0 half / 1 pause / 31 resume / 31 whole-and-half / 33, 2, 2",
            "0 whole / 1 pause / 31,                              0, 0",
            "0 whole / 1 pause / 31 resume / 32,                  0, 1",
            "0 half / 1 pause / 2 pause / 31,                     1, 0",
            "0 half / 1 resume / 3,                               3, 3",
            // a slow server's reply is no idleness of the client's
            "0 whole / 600 replied / 601,                         0, 1",
            "0 whole / 600 replied / 700,                         0, 100",
            "0 whole / 1 replied / 5 whole / 7,                   0, 2",
    })
    void clocksRunOnlyWhileItIsThePeersTurn(String script, long incomplete, long idle) {
        ConnectionClocks clocks = new ConnectionClocks(seconds(0));
        long now = 0;
        for (String step : script.split(" / ", -1)) {
            String[] words = step.split(" ", -1);
            now = seconds(Long.parseLong(words[0]));
            switch (words.length > 1 ? words[1] : "look") {
                case "half" -> read(clocks, false, true, now);
                case "whole" -> read(clocks, true, false, now);
                case "whole-and-half" -> read(clocks, true, true, now);
                case "pause" -> clocks.pause(now);
                case "resume" -> clocks.resume(now);
                case "replied" -> clocks.replied(now);
                default -> assertThat(step).isEqualTo(words[0]);
            }
        }
        assertThat(clocks.incompleteFor(now)).isEqualTo(TimeUnit.SECONDS.toNanos(incomplete));
        assertThat(clocks.idleFor(now)).isEqualTo(TimeUnit.SECONDS.toNanos(idle));
    }

    /** @param untaken seconds, after each look */
    @ParameterizedTest(name = "{0} bytes wait: untaken for {1} s")
    @CsvSource({"0 0 0 0, 0 0 0 0", "9 9 9 9, 0 1 2 3", "9 9 8 8, 0 1 0 1", "0 9 9 0, 0 0 1 0", "9 0 9 9, 0 0 0 1"})
    void peerThatTakesNothingIsSeenByWhatWaits(String bytes, String untaken) {
        ConnectionClocks clocks = new ConnectionClocks(seconds(0));
        String[] looks = bytes.split(" ", -1);
        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < looks.length; i++) {
            seen.append(TimeUnit.NANOSECONDS.toSeconds(clocks.untakenFor(Long.parseLong(looks[i]), seconds(i))))
                    .append(' ');
        }
        assertThat(seen.toString().trim()).isEqualTo(untaken);
    }

    private static void read(ConnectionClocks clocks, boolean complete, boolean rest, long now) {
        clocks.read(now);
        clocks.taken(complete, rest, now);
    }

    /** On a scale that overflows, as System.nanoTime() may. */
    private static long seconds(long seconds) {
        return Long.MAX_VALUE - 5 + TimeUnit.SECONDS.toNanos(seconds);
    }

    @ParameterizedTest
    @CsvSource({
            // open, owed, a message has begun, bytes unsent, seconds: what is overdue of 5 s for a message and 20 s of idleness
            "true, false, false, 0, 20, NOTHING", "true, false, false, 0, 21, IDLE",
            "true, true, false, 0, 21, NOTHING",
            "true, false, true, 0, 5, NOTHING", "true, false, true, 0, 6, INCOMPLETE",
            "true, true, true, 9, 21, UNTAKEN",
            "true, false, false, 9, 20, NOTHING", "false, false, true, 0, 30, NOTHING",
            "false, true, false, 9, 5, NOTHING",
            "false, true, false, 9, 6, UNTAKEN"})
    void whatIsOverdue(boolean open, boolean owed, boolean begun, long unsent, long seconds, Due due) {
        Timeouts timeouts = new Timeouts(TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(20));
        ConnectionClocks clocks = new ConnectionClocks(0);
        clocks.taken(false, begun, 0);
        assertThat(clocks.due(timeouts, open, owed, unsent, 0)).isEqualTo(Due.NOTHING);
        assertThat(clocks.due(timeouts, open, owed, unsent, TimeUnit.SECONDS.toNanos(seconds))).isEqualTo(due);
        assertThat(new ConnectionClocks(0).due(new Timeouts(0, 0), open, owed, unsent, Long.MAX_VALUE))
                .as("no limits").isEqualTo(Due.NOTHING);
    }
}
