package io.revproc.proxy.forward;

import java.util.List;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class OutcomeRulesTest {
    @ParameterizedTest
    @EnumSource
    void messageThatNoServerHadIsRefusedAsItIs(ErrorCode code) {
        assertThat(OutcomeRules.toClient(code, null, false)).isEqualTo(code);
    }

    @ParameterizedTest
    @EnumSource
    void messageThatAServerHadIsNeverCalledRetryable(ErrorCode code) {
        assertThat(OutcomeRules.toClient(code, null, true))
                .isEqualTo(code == ErrorCode.TIMEOUT ? ErrorCode.TIMEOUT : ErrorCode.SERVER_FAILED);
        assertThat(OutcomeRules.toClient(code, null, true).retryable()).isFalse();
    }

    /** What the last attempt alone would say, what the last server said, whether another had the message and failed; what the client gets. */
    @ParameterizedTest
    @CsvSource({"NO_LIVE_SERVER,OVERLOADED,false,OVERLOADED", "NO_LIVE_SERVER,NOT_SERVED,false,NOT_SERVED",
            "NO_LIVE_SERVER,SERVER_FAILED,false,SERVER_FAILED", "NO_LIVE_SERVER,TIMEOUT,false,TIMEOUT",
            "NO_SERVER,NOT_SERVED,false,NOT_SERVED", "OVERLOADED,BAD_MESSAGE,false,BAD_MESSAGE",
            "OVERLOADED,RATE_LIMITED,false,RATE_LIMITED", "TOO_LARGE,OVERLOADED,false,OVERLOADED",
            "TOO_LARGE,TOO_LARGE,false,TOO_LARGE", "TIMEOUT,OVERLOADED,false,TIMEOUT",
            "SERVER_FAILED,OVERLOADED,false,SERVER_FAILED", "TIMEOUT,TIMEOUT,false,TIMEOUT",
            "NO_LIVE_SERVER,OVERLOADED,true,SERVER_FAILED", "OVERLOADED,OVERLOADED,true,SERVER_FAILED",
            "TIMEOUT,OVERLOADED,true,TIMEOUT", "NO_LIVE_SERVER,TIMEOUT,true,SERVER_FAILED"})
    void refusalOfAServerStandsIfNoOtherServerIsToBeHad(ErrorCode wanted, ErrorCode refusal, boolean handedOver,
            ErrorCode code) {
        assertThat(OutcomeRules.toClient(wanted, refusal, handedOver)).isEqualTo(code);
    }

    /** How long the server had it, whether the client's deadline was shorter, of a deadline of 1,000. */
    @ParameterizedTest
    @CsvSource({"1,true,false", "999,true,false", "1000,true,true", "60000,true,true", "1,false,false",
            "749,false,false", "750,false,true", "1000,false,true"})
    void onlyTheProxysOwnDeadlineBlamesAServer(long held, boolean clientsOwn, boolean overdue) {
        assertThat(OutcomeRules.overdue(held, clientsOwn, 1_000)).isEqualTo(overdue);
    }

    /** Why no message may go there, the wider policy that the message names, those that the server may serve; whether it has to give it back. */
    @ParameterizedTest
    @CsvSource({",,,false", "ended,,,true", "ended,eu,eu,true", ",eu,eu,false", ",eu,world,true", ",eu,,true",
            ",,eu,false"})
    void serverHasToGiveBackWhatItMayNotHaveAnyMore(@Nullable String bar, @Nullable String asked,
            @Nullable String widens, boolean overstays) {
        String why = OutcomeRules.overstays(bar, asked == null ? null : Ident.of(asked),
                widens == null ? List.of() : List.of(widens));
        assertThat(why != null).isEqualTo(overstays);
        assertThat(bar == null || bar.equals(why)).isTrue();
    }

    /** What the server said, its protocol; what the client gets, whether another server may have the message. */
    @ParameterizedTest
    @CsvSource({"OVERLOADED,true,2,OVERLOADED,true", "OVERLOADED,false,2,SERVER_FAILED,false",
            "NOT_SERVED,true,2,NOT_SERVED,true", "NOT_SERVED,false,2,NOT_SERVED,true",
            "TOO_LARGE,false,2,TOO_LARGE,false", "BAD_MESSAGE,false,2,BAD_MESSAGE,false",
            "SERVER_FAILED,true,2,SERVER_FAILED,true", "SERVER_FAILED,false,2,SERVER_FAILED,false",
            "OVERLOADED,true,1,SERVER_FAILED,false", "NOT_SERVED,true,1,SERVER_FAILED,false",
            "TOO_LARGE,false,1,SERVER_FAILED,false"})
    void refusalOfAServerIsTakenAtItsWord(ErrorCode said, boolean retryable, int proto, ErrorCode code,
            boolean elsewhere) {
        assertThat(OutcomeRules.refusal(said, retryable, proto))
                .isEqualTo(new OutcomeRules.ServerRefusal(code, elsewhere));
    }

    @Test
    void refusalIsRetryableOnlyIfTheServerSaidSo() {
        for (ErrorCode code : ErrorCode.values()) {
            OutcomeRules.ServerRefusal refusal = OutcomeRules.refusal(code, false, 2);
            assertThat(refusal.code().retryable() && !refusal.elsewhere()).as(code.name()).isFalse();
        }
    }
}
