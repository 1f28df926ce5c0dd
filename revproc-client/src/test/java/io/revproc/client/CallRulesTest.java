package io.revproc.client;

import io.revproc.wire.ErrorCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class CallRulesTest {
    @ParameterizedTest
    @CsvSource({"false, false, 0, true", "false, false, 9, true", "true, false, 1, false", "true, true, 1, true",
            "true, true, 2, true", "true, true, 3, false"})
    void aMessageThatMayHaveBeenHandledIsSentAgainOnlyIfItMayBeHandledTwice(boolean handedOver, boolean idempotent,
            int attempts, boolean again) {
        assertThat(CallRules.againAfterLoss(handedOver, idempotent, attempts)).isEqualTo(again);
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void onlyAProxyThatGoesDownIsLeftForAnother(ErrorCode code) {
        assertThat(CallRules.againAfterRefusal(code, true, 1)).isEqualTo(code == ErrorCode.SHUTTING_DOWN);
        assertThat(CallRules.againAfterRefusal(code, false, 1)).isFalse();
        assertThat(CallRules.againAfterRefusal(code, true, CallRules.MAX_ATTEMPTS)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"10, 9, true", "10, 10, false", "10, 11, false", "-9223372036854775808, 9223372036854775807, true"})
    void aConnectionIsDeadIfNothingWasHeardSinceTheMessageLeft(long sentAt, long heardAt, boolean dead) {
        assertThat(CallRules.deadAfterSilence(sentAt, heardAt)).isEqualTo(dead);
    }
}
