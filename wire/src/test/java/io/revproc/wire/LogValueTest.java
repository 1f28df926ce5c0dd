package io.revproc.wire;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What somebody else chose can't look like anything but one value of a log line. */
class LogValueTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "z", "A", "Z", "0", "9", "_", "-", ".", "/", ":",
            "eu-1/az.9:x"})
    void plainTextStandsAsItIs(String text) {
        assertThat(LogValue.of(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            a b                | "a b"
            a=b                | "a?b"
            say "x"            | "say ?x?"
            PP_1/1@127.0.0.1   | "PP_1/1@127.0.0.1"
            `                  | "?"
            {                  | "?"
            [                  | "["
            @                  | "@"
            ;                  | ";"
            é😀                | "??"
            """)
    void anythingElseIsQuotedAndMadeHarmless(String text, String expected) {
        assertThat(LogValue.of(text)).isEqualTo(expected);
    }

    @Test
    void noLineBeginsAndNoTerminalIsReached() {
        assertThat(LogValue.of("a\nevent=forged\r\t\u001b[31m\0")).isEqualTo("\"a?event?forged???[31m?\"");
        assertThat(LogValue.of("")).isEqualTo("\"\"");
    }

    @Test
    void longTextIsCut() {
        String most = "x".repeat(LogValue.MAX_LENGTH);
        assertThat(LogValue.of(most)).isEqualTo(most);
        assertThat(LogValue.of(most + "y")).isEqualTo('"' + most + "...\"");
        assertThat(LogValue.of("\n" + most)).startsWith("\"?x").endsWith("x...\"").hasSize(LogValue.MAX_LENGTH + 5);
    }
}
