package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever answers a message in the proxy's place: an exit code and a sentence, JSON where it was asked for, nothing that steers a terminal. */
class HostileProxyTest {
    /** Each way to send; the seed's form wants a hash for the reply. */
    private static final List<String> LINES = List.of("send --policy P --payload x",
            "send --policy P --payload x --json",
            "send --policy P --payload x --verbose --receipt", "send --policy P --payload x --receipt --json",
            "send --packet p --verify sha1", "send --packet p --json");

    /** The exit code is that of a message that was answered, or the one of an answer that is none. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "1 | {\"type\":2}", "1 | {}", "1 | {\"srcid\":1}", "1 | {\"payload\":\"x\"}",
            "1 | {\"srcid\":null,\"payload\":\"x\"}",
            "1 | {\"srcid\":[1],\"payload\":\"x\"}", "1 | {\"srcid\":1,\"payload\":[\"x\"]}",
            "1 | {\"srcid\":1,\"payload\":true}",
            "1 | {\"srcid\":1,\"payload\":null}", "1 | {\"srcid\":1,\"payload\":1e400}",
            "1 | {\"srcid\":1e400,\"payload\":\"x\"}",
            "1 | {\"type\":7}", "0 | {\"type\":7,\"srcid\":1,\"payload\":\"x\"}", "1 | {\"Error\":\"ESC\"}",
            "1 | {\"Error\":\"ESC\",\"code\":\"ESC\",\"retryable\":\"ESC\",\"msgId\":\"ESC\"}",
            "1 | {\"Error\":[\"ESC\"],\"code\":7}",
            "1 | {\"Error\":{\"ESC\":\"ESC\"},\"code\":[]}", "1 | {\"Error\":true}", "1 | {\"Error\":\"LONG\"}",
            "1 | {\"Error\":\"\"}", "4 | {\"Error\":\"late\",\"code\":\"TIMEOUT\"}",
            "1 | {\"Error\":\"ESC\",\"code\":\"NO_SERVER\"}",
            "1 | {\"Error\":\"No server currently serving this ESC\"}", "1 | {\"srcid\":\"ESC\",\"payload\":\"x\"}",
            "0 | {\"srcid\":\"DIR\",\"payload\":\"ESC\"}",
            "0 | {\"srcid\":1,\"payload\":\"\"}", "0 | {\"srcid\":1,\"payload\":\"a\\r\\nESC\\tb\"}",
            "0 | {\"type\":2,\"srcid\":1,\"payload\":\"x\",\"receipt\":\"ESC\"}",
            "0 | {\"type\":2,\"srcid\":1,\"payload\":\"x\",\"receipt\":\"a\\nDIR — b\\n\"}",
            "1 | {\"srcid\":1,\"payload\":\"x\",\"receipt\":7}",
            "0 | {\"srcid\":1,\"payload\":\"x\",\"receiptError\":\"ESC\"}",
            "0 | {\"srcid\":1,\"payload\":\"x\",\"msgId\":\"DIR\"}",
            "1 | {\"srcid\":1,\"srcid\":2,\"payload\":\"x\"}", "1 | {\"srcid\":1,\"payload\":9999999999999999999999}",
            "1 | {\"srcid\":1,\"payload\":\"x\"", "1 | []", "1 | \"x\"", "1 | HTTP/1.1 400 Bad Request", "1 | DEEP",
            "1 | \u0000",
            "1 | \u0015\u0003\u0003\u0000\u0002\u00022"})
    void everySendEndsInOrder(int exitCode, String answer, @TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("p"),
                "{\"type\":0,\"srcid\":\"\\u202e1\",\"privPoliId\":\"\\u202eP\",\"payloadsize\":1,\"payload\":\"x\"}");
        String sent = answer.replace("ESC", "\\u001b]0;t\\u0007\\u009b2J\\u202e").replace("DIR", "\\u202e\\u200b")
                .replace("LONG", "x".repeat(50_000))
                .replace("DEEP", "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000));
        List<String> faults = new ArrayList<>();
        // One that is not whole is followed by the end.
        try (FakeProxy proxy = new FakeProxy(message -> sent, true)) {
            for (String line : LINES) {
                Run run = new Run.Setup().in(directory).onATerminal()
                        .run((line + " --timeout 5s --port " + proxy.port()).split(" "));
                boolean hashed = line.contains("sha1");
                if (run.exitCode() != (hashed && exitCode == 0 ? 1 : exitCode)) {
                    faults.add(line + ": exit code " + run);
                }
                faults.addAll(faults(line, run));
            }
        }
        assertThat(faults).isEmpty();
    }

    private static List<String> faults(String line, Run run) {
        List<String> faults = new ArrayList<>();
        String all = (run.out() + run.err()).replaceAll("\u001b\\[\\d*m", "");
        if (all.codePoints().anyMatch(c -> c != '\n' && c != '\t' && Style.deceives(c))) {
            faults.add(line + " steers: " + run);
        }
        if (run.err().contains("unexpectedly") || run.err().contains("Exception") || run.err().length() > 5_000) {
            faults.add(line + ": " + run.err().substring(0, Math.min(200, run.err().length())));
        }
        if (line.contains("--json")) {
            try {
                assertThat(run.json()).containsKeys("outcome", "policy", "micros");
                assertThat(run.lines()).hasSize(1);
            } catch (JacksonException e) {
                faults.add(line + " is no JSON: " + run);
            }
        } else if (run.exitCode() != 0 && !run.err().contains("revproc: ")) {
            faults.add(line + " does not say why it failed");
        }
        return faults;
    }
}
