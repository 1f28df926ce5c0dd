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

    private static String decode(String json, byte[] out) {
        byte[] bytes = CodecText.utf8("x" + json + "x");
        int length = JsonEscapes.decode(bytes, 1, bytes.length - 1, out);
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }
}
