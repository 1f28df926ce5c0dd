package io.revproc.proxy.forward;

import java.nio.charset.StandardCharsets;

import io.revproc.wire.MessageScanner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A server is told of our span, once and well-formed. */
class TracedMessageTest {
    private static final String OURS = "00-11111111111111111111111111111111-2222222222222222-01";
    private static final String THEIRS = "00-99999999999999999999999999999999-8888888888888888-01";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"A\", \"payload\": \"ab\"}",
            "{\"type\": 0, \"srcid\": 1, \"traceparent\": \"" + THEIRS
                    + "\", \"privPoliId\": \"A\", \"payload\": \"ab\"}",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"A\", \"payload\": \"ab\", \"traceparent\": \"" + THEIRS
                    + "\"}"})
    void messageNamesOurSpanInsteadOfItsSenders(String text) {
        byte[] bytes = ("xx" + text).getBytes(StandardCharsets.UTF_8);
        MessageScanner scanner = new MessageScanner();
        assertThat(scanner.scan(bytes, 2, bytes.length)).isEqualTo(bytes.length);
        String traced = new String(TracedMessage.of(bytes, 2, bytes.length, scanner.fields(), () -> OURS),
                StandardCharsets.UTF_8);
        assertThat(traced).isEqualTo(text.contains(THEIRS)
                ? text.replace(THEIRS, OURS)
                : "{\"traceparent\": \"" + OURS + "\", " + text.substring(1));
    }
}
