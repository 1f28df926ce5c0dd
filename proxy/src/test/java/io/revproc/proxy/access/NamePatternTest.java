package io.revproc.proxy.access;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class NamePatternTest {
    @ParameterizedTest
    @CsvSource({"PP_1,PP_1,true", "PP_1,PP_10,false", "PP_1,pp_1,false", "PP_*,PP_10,true", "PP_*,PP_,true",
            "PP_*,PP,false",
            "*,anything,true", "PP.1,PPx1,false"})
    void coversOneNameOrAllThatBeginSo(String pattern, String name, boolean covered) {
        assertThat(NamePattern.of(pattern).matches(name)).isEqualTo(covered);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "P*P", "**", "*_1"})
    void aStarStandsAtTheEndOrNowhere(String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> NamePattern.of(pattern))
                .withMessageContaining("with a star at the end");
    }

    @Test
    void aTokensHashIsReadFromHexadecimalAndAWrongOneIsNotRepeated() {
        assertThat(TokenHash.of("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
                .same(TokenHash.ofToken("test"))).isTrue();
        assertThat(TokenHash.ofToken("test").same(TokenHash.ofToken("tesT"))).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> TokenHash.of("my-secret-token"))
                .withMessageContaining("64 hexadecimal digits")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("my-secret"));
    }
}
