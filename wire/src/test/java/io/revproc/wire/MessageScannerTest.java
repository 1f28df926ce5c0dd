package io.revproc.wire;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MessageScannerTest {
    private final MessageScanner scanner = new MessageScanner();

    @Test
    void escapedKeyDoesNotOverwriteAnEscapedPolicy() {
        byte[] message = CodecText.utf8("""
                {"type": 0, "privPoliId": "PP\\u005f1", "PP_2\\u0000": 1, "\\u0050P_2": 2}""");
        assertThat(scanner.scan(message, 0, message.length)).isEqualTo(message.length);
        assertThat(scanner.policyText()).isEqualTo("PP_1");
    }
}
