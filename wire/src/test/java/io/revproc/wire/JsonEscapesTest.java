package io.revproc.wire;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class JsonEscapesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            plain                    | plain
            \\u0050P\\u005f1         | PP_1
            \\"\\\\\\/               | "\\/
            é€😀                     | é€😀
            \\u00e9\\u20ac\\ud83d\\uDE00 | é€😀
            \\uFEFFx                 | \ufeffx
            """)
    void decodesAsAParserDoes(String json, String text) {
        assertThat(decode(json, new byte[64])).isEqualTo(text);
    }

    @Test
    void decodesControlCharacters() {
        assertThat(decode("\\b\\f\\n\\r\\t\\u0000", new byte[64])).isEqualTo("\b\f\n\r\t\0");
    }

    @ParameterizedTest
    @CsvSource({"a\\u00e9, 3", "\\u20ac, 3", "\\ud83d\\ude00, 4", "\\u0041b, 2", "é\\n, 3"})
    void saysThatTheRoomIsTooSmall(String json, int needed) {
        byte[] bytes = CodecText.utf8(json);
        assertThat(JsonEscapes.decode(bytes, 0, bytes.length, new byte[needed])).isEqualTo(needed);
        for (int room = 0; room < needed; room++) {
            assertThat(JsonEscapes.decode(bytes, 0, bytes.length, new byte[room])).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            plain 1_!#[]^       | plain 1_!#[]^
            "quoted" \\        | \\"quoted\\" \\\\
            é€😀                | é€😀
            """)
    void encodesAsAParserReadsIt(String text, String json) {
        assertThat(encode(text)).isEqualTo(json);
    }

    @Test
    void encodesEveryCharacterSoThatItIsReadBack() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0x180; c++) {
            all.append(c);
        }
        String json = encode(all.toString());
        assertThat(json).startsWith("\\u0000\\u0001").contains("\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f\\u0010")
                .contains("\\u001f !\\\"#");
        assertThat(decode(json, new byte[2 * all.length()])).isEqualTo(all.toString());
    }

    private static String encode(String text) {
        byte[] utf8 = CodecText.utf8(text);
        int length = JsonEscapes.encodedLength(utf8);
        byte[] out = new byte[length + 3];
        assertThat(JsonEscapes.encode(utf8, out, 2)).isEqualTo(2 + length);
        return new String(out, 2, length, StandardCharsets.UTF_8);
    }

    private static String decode(String json, byte[] out) {
        byte[] bytes = CodecText.utf8("x" + json + "x");
        int length = JsonEscapes.decode(bytes, 1, bytes.length - 1, out);
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }
}
