package io.revproc.wire;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a code says of its message and of the connection is a contract with clients. */
class ErrorCodeTest {
    @ParameterizedTest
    @CsvSource({"NO_SERVER, true, false", "UNKNOWN_POLICY, false, false", "NOT_SERVED, true, false",
            "NO_LIVE_SERVER, true, false", "OVERLOADED, true, false", "TIMEOUT, false, false",
            "SERVER_FAILED, false, false", "BAD_MESSAGE, false, false", "TOO_LARGE, false, true",
            "NOT_ALLOWED, false, true", "ID_TAKEN, true, false", "RATE_LIMITED, true, false",
            "SHUTTING_DOWN, true, true"})
    void codeSaysWhetherTheMessageMayBeSentAgainAndWhetherTheConnectionEnds(ErrorCode code, boolean retryable,
            boolean closing) {
        assertThat(code.retryable()).isEqualTo(retryable);
        assertThat(code.closing()).isEqualTo(closing);
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void codeIsKnownByItsName(ErrorCode code) {
        assertThat(ErrorCode.of(code.name())).isSameAs(code);
        assertThat(code.sentence()).isNotBlank().doesNotEndWith(".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no_server", "NEWER_CODE"})
    void unknownCodeNeverAllowsASecondAttempt(String name) {
        assertThat(ErrorCode.of(name)).isSameAs(ErrorCode.SERVER_FAILED);
    }
}
