package io.revproc.client.connect;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PrintableTest {
    private static String bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Printable.bytes(bytes, 0, bytes.length);
    }

    @Test
    void bytesLookAsPythonPrintsThem() {
        assertThat(bytes("{\"Status\": \"Successfully setup with reverse proxy\"}"))
                .isEqualTo("b'{\"Status\": \"Successfully setup with reverse proxy\"}'");
        assertThat(bytes("it's")).isEqualTo("b\"it's\"");
        assertThat(bytes("'\"")).isEqualTo("b'\\'\"'");
        assertThat(bytes("é\\\n\u0001")).isEqualTo("b'\\xc3\\xa9\\\\\\n\\x01'");
    }

    @ParameterizedTest
    @CsvSource({"'\u001b[2J',\\x1b[2J", "'a\nb\r\tc',a\\nb\\r\\tc", "\u202eabc,\\u202eabc", "\ud800x,\\ud800x",
            "grüße 😀,grüße 😀", "\u009b31m,\\x9b31m"})
    void noCharacterOfAPayloadCanSteerATerminal(String text, String printed) {
        assertThat(Printable.text(text)).isEqualTo(printed);
    }
}
