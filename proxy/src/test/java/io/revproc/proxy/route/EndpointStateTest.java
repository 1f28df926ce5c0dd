package io.revproc.proxy.route;

import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class EndpointStateTest {
    @ParameterizedTest
    @CsvSource({"fall,ALIVE,FAILED", "fall,FAILED,FAILED", "fall,EJECTED,FAILED", "fall,LOST,LOST",
            "fall,REMOVED,REMOVED", "rise,ALIVE,ALIVE", "rise,FAILED,ALIVE", "rise,EJECTED,ALIVE", "rise,LOST,LOST",
            "rise,REMOVED,REMOVED", "eject,ALIVE,EJECTED", "eject,FAILED,FAILED", "eject,EJECTED,EJECTED",
            "eject,LOST,LOST", "eject,REMOVED,REMOVED", "lose,ALIVE,LOST", "lose,FAILED,LOST", "lose,EJECTED,LOST",
            "lose,LOST,LOST", "lose,REMOVED,REMOVED", "remove,ALIVE,REMOVED", "remove,LOST,REMOVED",
            "renew,ALIVE,ALIVE", "renew,FAILED,ALIVE", "renew,EJECTED,ALIVE", "renew,LOST,ALIVE",
            "renew,REMOVED,REMOVED"})
    void transitionsLeadFromLivenessToLiveness(String transition, Liveness from, Liveness to) {
        for (Mode mode : Mode.values()) {
            EndpointState before = new EndpointState(mode, from, "lease");
            EndpointState after = switch (transition) {
                case "fall" -> before.fall();
                case "rise" -> before.rise();
                case "eject" -> before.eject();
                case "lose" -> before.lose("lease");
                case "remove" -> before.remove();
                default -> before.renewed("next");
            };
            assertThat(after.liveness()).isEqualTo(to);
            if (!transition.equals("renew")) {
                assertThat(after.mode()).isEqualTo(mode);
                assertThat(after.lease()).isEqualTo("lease");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Liveness.class)
    void onlyActiveServersTakeMessages(Liveness liveness) {
        for (Mode mode : Mode.values()) {
            EndpointState state = new EndpointState(mode, liveness, null);
            assertThat(state.selectable()).isEqualTo(mode == Mode.ACTIVE && liveness == Liveness.ALIVE);
            assertThat(state.onTrial()).isEqualTo(
                    mode == Mode.ACTIVE && (liveness == Liveness.FAILED || liveness == Liveness.EJECTED));
            assertThat(state.alive()).isEqualTo(liveness == Liveness.ALIVE);
        }
    }

    @ParameterizedTest
    @CsvSource({"ACTIVE,ACTIVE", "DRAINING,ACTIVE", "MAINTENANCE,MAINTENANCE"})
    void newSetupEndsADrainButNotAMaintenance(Mode before, Mode after) {
        EndpointState renewed = new EndpointState(before, Liveness.LOST, "old").renewed("new");
        assertThat(renewed).isEqualTo(new EndpointState(after, Liveness.ALIVE, "new"));
    }

    @Test
    void endOfAnotherLeaseChangesNothing() {
        EndpointState state = EndpointState.registered("mine");
        assertThat(state.lose("other")).isSameAs(state);
        assertThat(EndpointState.registered(null).lose("other").alive()).isTrue();
    }
}
