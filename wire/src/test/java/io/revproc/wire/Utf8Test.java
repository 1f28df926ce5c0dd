package io.revproc.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** The JDK's decoder is the oracle. */
class Utf8Test {
    private static final int[] EDGES = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};

    private final CharsetDecoder jdk = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    private final CharBuffer out = CharBuffer.allocate(4);

    @Test
    void agreesWithTheJdkOnEverySequence() {
        int wellFormed = 0;
        for (int lead = 0x80; lead <= 0xff; lead++) {
            for (int second = 0; second <= 0xff; second++) {
                for (int third : EDGES) {
                    for (int fourth : EDGES) {
                        byte[] bytes = {(byte) lead, (byte) second, (byte) third, (byte) fourth};
                        int end = Utf8.next(bytes, 0, 4);
                        if (end != jdkEnd(bytes)) {
                            fail(String.format(Locale.ROOT, "%02x %02x %02x %02x ends at %d", lead, second, third,
                                    fourth, end));
                        }
                        wellFormed += end > 0 ? 1 : 0;
                    }
                }
            }
        }
        assertThat(wellFormed).isGreaterThan(100_000);
    }

    @Test
    void sequenceThatGoesBeyondTheLimitIsTruncated() {
        byte[] bytes = CodecText.utf8("é€😀");
        for (int[] sequence : new int[][]{{0, 2}, {2, 5}, {5, 9}}) {
            for (int limit = sequence[0] + 1; limit < sequence[1]; limit++) {
                assertThat(Utf8.next(bytes, sequence[0], limit)).isEqualTo(Utf8.TRUNCATED);
            }
            assertThat(Utf8.next(bytes, sequence[0], bytes.length)).isEqualTo(sequence[1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"'', true", "abc, true", "😀, true", "\ud83d, false", "\ude00, false", "a\ud83db, false",
            "\ude00\ud83d, false", "\ud83d\ud83d\ude00, false"})
    void knowsWhatHasAForm(String text, boolean canEncode) {
        assertThat(Utf8.canEncode(text)).isEqualTo(canEncode)
                .isEqualTo(StandardCharsets.UTF_8.newEncoder().canEncode(text));
    }

    @ParameterizedTest
    @CsvSource({"'', true, 0", "61, true, 1", "61c3a9e282acf09f988062, true, 5", "c3, false, 0", "61c3, false, 0",
            "80, false, 0", "c3a9ff, false, 0", "eda080, false, 0", "00, true, 1"})
    void wholeTextIsWellFormedOrNot(String hex, boolean wellFormed, int characters) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(Utf8.isWellFormed(bytes)).isEqualTo(wellFormed);
        if (wellFormed) {
            assertThat(Utf8.characters(bytes)).isEqualTo(characters);
        }
    }

    /** Where the first sequence of these bytes ends, if the JDK takes it. */
    private int jdkEnd(byte[] bytes) {
        for (int length = 2; length <= 4; length++) {
            out.clear();
            boolean taken = !jdk.reset().decode(ByteBuffer.wrap(bytes, 0, length), out, true).isError();
            if (taken && Character.codePointCount(out.array(), 0, out.position()) == 1) {
                return length;
            }
        }
        return Utf8.MALFORMED;
    }
}
