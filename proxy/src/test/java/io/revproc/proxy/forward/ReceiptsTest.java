package io.revproc.proxy.forward;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** An answer with a receipt is the server's answer, and one more member at its end. */
class ReceiptsTest {
    private static final String RECEIPT = "\"receipt\": \"abc\"";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            # the answer, of which what stands between < and > is cut out
            {"type": 2, "payload": "b"}
            {<"msgId": 5, >"type": 2, "payload": "b"}
            {"type": 2, <"msgId": 5, >"payload": "b"}
            {"type": 2, "payload": "b"<, "msgId": 5>}
            """)
    void answerKeepsAllButWhatIsCutOut(String marked) {
        String before = "xxx";
        int cutStart = before.length() + Math.max(0, marked.indexOf('<'));
        int cutEnd = before.length() + Math.max(0, marked.indexOf('>') - 1);
        String answer = marked.replace("<", "").replace(">", "");
        byte[] bytes = (before + answer + "yy").getBytes(StandardCharsets.US_ASCII);
        byte[] copy = Receipts.copyForReceipt(bytes, before.length(), before.length() + answer.length(), cutStart,
                cutEnd);
        String kept = marked.replaceAll("<.*>", "");
        assertThat(new String(copy, StandardCharsets.US_ASCII)).isEqualTo(kept);
        byte[] with = Receipts.with(copy, RECEIPT.getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(with, StandardCharsets.US_ASCII))
                .isEqualTo(kept.substring(0, kept.length() - 1) + ", " + RECEIPT + "}");
    }
}
