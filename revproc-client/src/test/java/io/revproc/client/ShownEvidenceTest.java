package io.revproc.client;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.revproc.wire.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** When a connection shows a token. */
class ShownEvidenceTest {
    private final ShownEvidence evidence = new ShownEvidence();

    @Test
    void oneIsShownOnce() {
        assertThat(evidence.show(null, 0)).isNull();
        assertThat(evidence.show("a.b.c", 0)).asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"msgId\": 0, \"type\": 8, \"token\": \"a.b.c\"}");
        assertThat(evidence.show("a.b.c", 1)).isNull();
        assertThat(evidence.show(null, 2)).isNull();
        assertThat(evidence.show("d.e.f", 3)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"NOT_ALLOWED, false, 9, false", "NOT_ALLOWED, false, 10, true", "OVERLOADED, true, 0, false",
            "OVERLOADED, true, 1, true"})
    void oneThatWasRefusedIsShownAgainLaterAndAnotherOneAtOnce(ErrorCode code, boolean retryable, int seconds,
            boolean again) {
        evidence.show("a.b.c", 0);
        evidence.refused(code, retryable, "why", 7);
        assertThat(evidence.show("a.b.c", 7 + TimeUnit.SECONDS.toNanos(seconds)) != null).isEqualTo(again);
        assertThat(evidence.show("d.e.f", 8)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "a\nb", "\ud83d", "ä"})
    void whatIsNoTokenIsNotShown(String token) {
        assertThat(evidence.show(token, 0)).isNull();
        assertThat(evidence.show(token, Long.MAX_VALUE)).isNull();
        assertThat(evidence.show("x".repeat(8_193), 0)).isNull();
        assertThat(evidence.show("x".repeat(8_192), 0)).isNotNull();
    }
}
