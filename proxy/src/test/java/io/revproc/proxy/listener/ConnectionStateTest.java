package io.revproc.proxy.listener;

import java.util.ArrayList;
import java.util.List;

import io.revproc.proxy.listener.ConnectionState.Next;
import io.revproc.proxy.listener.ConnectionState.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionStateTest {
    /** @param flags of p(aused), e(nded input), l(eaving), s(ettling) those that are set; - for none */
    private static ConnectionState state(Phase phase, String flags) {
        return new ConnectionState(phase, flags.contains("p"), flags.contains("e"), flags.contains("l"),
                flags.contains("s"));
    }

    private static List<ConnectionState> all() {
        List<ConnectionState> all = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            for (int flags = 0; flags < 16; flags++) {
                all.add(new ConnectionState(phase, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0,
                        (flags & 8) != 0));
            }
        }
        return all;
    }

    @Test
    void phaseOnlyGoesForward() {
        for (ConnectionState state : all()) {
            for (Phase phase : Phase.values()) {
                ConnectionState next = state.to(phase);
                assertThat(next.phase()).isEqualTo(phase.compareTo(state.phase()) > 0 ? phase : state.phase());
                assertThat(next).isEqualTo(new ConnectionState(next.phase(), state.paused(), state.inputEnded(),
                        state.leaving(), state.settling()));
            }
        }
    }

    @Test
    void transitionThatChangesNothingMakesNoNewState() {
        for (ConnectionState state : all()) {
            ConnectionState paused = state.pause();
            assertThat(paused.pause()).isSameAs(paused);
            ConnectionState resumed = state.resume();
            assertThat(resumed.resume()).isSameAs(resumed);
            ConnectionState ended = state.endInput();
            assertThat(ended.endInput()).isSameAs(ended);
            ConnectionState leaving = state.leave();
            assertThat(leaving.leave()).isSameAs(leaving);
            ConnectionState settling = state.awaitAnswer();
            assertThat(settling.awaitAnswer()).isSameAs(settling);
            assertThat(settling.answered().settling()).isFalse();
            assertThat(state.to(state.phase())).isSameAs(state);
        }
    }

    @Test
    void messagesAreTakenWhileItIsOpenAndNoSetupWaits() {
        for (ConnectionState state : all()) {
            assertThat(state.takes()).isEqualTo(state.phase() == Phase.OPEN && !state.settling());
            assertThat(state.mayResume()).isEqualTo(state.takes() && state.paused());
            assertThat(state.owed(3)).isEqualTo(state.settling() ? 4 : 3);
        }
    }

    @ParameterizedTest
    @CsvSource({
            // phase, flags, replies owed: whether it may finish, whether it may leave
            "OPEN, -, 0, true, true", "OPEN, -, 1, false, false", "OPEN, p, 0, false, false",
            "OPEN, s, 0, false, true", "OPEN, e, 0, true, true", "CLOSING, -, 0, true, false",
            "CLOSING, p, 0, true, false", "CLOSING, s, 0, false, false", "CLOSING, -, 1, false, false",
            "LINGERING, -, 0, false, false", "CLOSED, -, 0, true, false"})
    void endsWhereNothingIsOwedAndNothingHeldBack(Phase phase, String flags, int owed, boolean finish, boolean leave) {
        assertThat(state(phase, flags).mayFinish(owed)).isEqualTo(finish);
        assertThat(state(phase, flags).mayLeave(owed)).isEqualTo(leave);
    }

    @ParameterizedTest
    @CsvSource({
            // phase, flags, whether it closes, replies owed, whether the last bytes are held back: what is next
            "OPEN, -, true, 5, false, CLOSE", "OPEN, p, true, 5, false, CLOSE", "OPEN, -, false, 0, false, NOTHING",
            "OPEN, p, false, 5, false, NOTHING", "OPEN, p, false, 4, false, RESUME", "OPEN, pe, false, 0, true, RESUME",
            "OPEN, -, false, 0, true, FINISH", "OPEN, e, false, 0, false, FINISH", "OPEN, e, false, 1, false, NOTHING",
            "OPEN, el, false, 0, false, FINISH", "OPEN, l, false, 0, false, LEAVE", "OPEN, l, false, 1, false, NOTHING",
            "CLOSING, -, false, 0, false, FINISH", "CLOSING, p, false, 0, false, FINISH",
            "CLOSING, -, false, 1, false, NOTHING", "CLOSING, l, false, 0, false, FINISH"})
    void whatIsNextAfterAReply(Phase phase, String flags, boolean closing, int owed, boolean held, Next next) {
        assertThat(state(phase, flags).afterReply(closing, owed, 4, held)).isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource({"-, 0, false, NOTHING", "-, 0, true, FINISH", "e, 0, false, FINISH", "e, 1, false, NOTHING",
            "l, 1, false, LEAVE", "el, 1, false, LEAVE", "el, 0, false, FINISH"})
    void whatIsNextAfterReadingOn(String flags, int owed, boolean held, Next next) {
        assertThat(state(Phase.OPEN, flags).afterResume(owed, held)).isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource({"OPEN, 0, FINISH", "OPEN, 1, NOTHING", "CLOSING, 0, FINISH", "CLOSING, 1, NOTHING",
            "LINGERING, 0, DISCONNECT", "LINGERING, 1, DISCONNECT"})
    void whatIsNextOnceThePeerHasEnded(Phase phase, int owed, Next next) {
        assertThat(state(phase, "e").afterInputEnd(owed)).isEqualTo(next);
    }
}
