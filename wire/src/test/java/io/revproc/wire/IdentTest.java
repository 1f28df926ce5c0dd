package io.revproc.wire;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class IdentTest {
    @Test
    void numberAndStringOfTheSameTextAreTheSame() {
        Ident number = new Ident("999", false);
        Ident text = new Ident("999", true);
        assertThat(number).isEqualTo(text).hasSameHashCodeAs(text).isEqualByComparingTo(text).hasToString("999");
        assertThat(number).isNotEqualTo(new Ident("0999", true)).isNotEqualTo("999");
    }

    @ParameterizedTest
    @CsvSource({"0, false", "17, false", "-17, true", "999999999999999, false", "1000000000000000, true", "-0, true",
            "00, true", "017, true", "+1, true", "1.0, true", "-, true", "PP_1, true", "' 1', true", "٣, true"})
    void whatAPersonTypesIsANumberIfItLooksLikeOne(String text, boolean quoted) {
        assertThat(Ident.of(text).quoted()).isEqualTo(quoted);
        assertThat(Ident.of(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "\u0000", "\u007f", "\u0085"})
    void refusesEmptyAndControlCharacters(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Ident(text, true));
    }

    @Test
    void refusesWhatIsTooLong() {
        assertThat(new Ident("x".repeat(128), true).text()).hasSize(128);
        assertThat(new Ident("😀".repeat(128), true).text()).hasSize(256);
        assertThatIllegalArgumentException().isThrownBy(() -> new Ident("x".repeat(129), true));
        assertThatIllegalArgumentException().isThrownBy(() -> new Ident("😀".repeat(129), true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0", "-1", "1e3", "01", "PP_1", "1234567890123456"})
    void refusesANumberThatParsersReadDifferently(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Ident(text, false));
    }

    @Test
    void numbersComeByValueAndBeforeWords() {
        assertThat(Stream.of("b", "10", "9", "-1", "a", "0").map(Ident::of).sorted().map(Ident::text))
                .containsExactly("0", "9", "10", "-1", "a", "b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"5 | 5", "PP_1 | \"PP_1\"", "a\"b\\c | \"a\\\"b\\\\c\"",
            "é😀 | \"é😀\""})
    void standsInMessagesAsANumberOrAString(String typed, String json) {
        assertThat(Ident.of(typed).json()).isEqualTo(json);
    }
}
