package io.revproc.cli;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class StyleTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 7, 0x1b, '\n', 0x7f, 0x85, 0x9b, 0xad, 0x34f, 0x200b, 0x200e, 0x200f, 0x202a, 0x202e,
            0x2028, 0x2029,
            0x2060, 0x2066, 0x2069, 0x061c, 0x180e, 0x3164, 0xfe0f, 0xfeff, 0xfff9, 0xd800, 0xdc00, 0xe0001, 0xe0101})
    void whatSteersATerminalOrDeceivesTheEyeIsAQuestionMark(int c) {
        assertThat(Style.safe("a" + Character.toString(c) + "b")).isEqualTo("a?b");
        assertThat(Json.write(Map.of("x", "a" + Character.toString(c) + "b"))).isPrintable()
                .isASCII();
    }

    @Test
    void whatPeopleWriteStays() {
        String text = "PP_1 grüße Ω 日本 שלום 😀";
        assertThat(Style.safe(text)).isEqualTo(text);
        assertThat(Json.write(text)).isEqualTo('"' + text + '"');
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            No server has registered | no server has registered
            The table is locked      | the table is locked
            A policy file has 16 MB  | a policy file has 16 MB
            There                    | There
            PP_1 is declared         | PP_1 is declared
            Health is declared       | Health is declared
            size must be a number    | size must be a number
            ''                       | ''
            """)
    void aSentenceWithinAnotherBeginsWithoutACapital(String sentence, String clause) {
        assertThat(Style.clause(sentence)).isEqualTo(clause);
    }

    @Test
    void anEscapedTextIsTheSameText() {
        String text = "a\u202eb\u200b\udb40\udc01";
        byte[] json = Json.write(text).getBytes(StandardCharsets.UTF_8);
        assertThat(Json.read(json, 0, json.length)).isEqualTo(text);
    }
}
