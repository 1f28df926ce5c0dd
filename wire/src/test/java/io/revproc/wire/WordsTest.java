package io.revproc.wire;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Eight bytes at once are the bytes that a message has. */
class WordsTest {
    @ParameterizedTest
    @CsvSource({"payload1, 0", "0payload2, 1", "type, 0", "xxxtype, 3", "privPoliId, 2", "privPoliId, 7", "'', 0"})
    void wordOfATextIsTheWordOfItsBytes(String text, int from) {
        byte[] bytes = new byte[from + 8];
        byte[] ascii = CodecText.utf8(text);
        System.arraycopy(ascii, 0, bytes, 0, Math.min(ascii.length, bytes.length));
        assertThat(Words.of(text, from)).isEqualTo((long) Words.LONG.get(bytes, from));
    }
}
