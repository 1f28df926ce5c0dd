package io.revproc.proxy.forward;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class MsgIdHeadTest {
    private final MsgIdHead head = new MsgIdHead();

    @ParameterizedTest
    @ValueSource(longs = {1, 9, 10, 65_536, 99_999, 100_000, 4_503_599_627_370_495L, 999_999_999_999_999_999L})
    void whatIsWrittenIsReadBack(long id) {
        head.write(7_777_777);
        int start = head.write(id);
        String text = new String(head.bytes(), start, MsgIdHead.END - start, StandardCharsets.US_ASCII);
        assertThat(text).isEqualTo("{\"msgId\": " + id + ", ");
        assertThat(MsgIdHead.number(head.bytes(), start + 10, MsgIdHead.END - 2)).isEqualTo(id);
    }

    @ParameterizedTest
    @CsvSource(value = {"'', 0", "0, 0", "007, 7", "12, 12", "-1, -1", "1.0, -1", "'\"12\"', -1", "1a, -1", "/, -1",
            ":, -1", "999999999999999999, 999999999999999999", "1000000000000000000, -1"})
    void onlyOurNumbersAreRead(String text, long number) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        assertThat(MsgIdHead.number(bytes, 0, bytes.length)).isEqualTo(number);
        assertThat(MsgIdHead.number(bytes, -1, -1)).isEqualTo(-1);
    }
}
