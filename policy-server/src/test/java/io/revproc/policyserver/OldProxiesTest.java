package io.revproc.policyserver;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.revproc.wire.PayloadDigest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Proxies in Python, each with a habit of the public ones of that time: each takes our setup, and gets its message answered. */
class OldProxiesTest {
    @BeforeAll
    static void python() throws Exception {
        boolean there;
        try {
            there = new ProcessBuilder("python3", "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            there = false;
        }
        assumeTrue(there, "python3 is not installed");
    }

    @ParameterizedTest
    @CsvSource({"knows-privPolyId, numbers", "knows-privPoliId, numbers", "type-is-a-string, string-type",
            "everything-is-a-string, strings", "answers-in-its-own-words, numbers", "answers-without-json, numbers",
            "never-answers, numbers", "closes-at-once, numbers"})
    void anOldProxyTakesOurSetupOnceAndGetsItsMessageAnswered(String habit, String dialect) throws Exception {
        Path script = Path.of(Objects.requireNonNull(getClass().getResource("/old_proxy.py")).toURI());
        Process proxy = new ProcessBuilder("python3", script.toString(), habit).redirectErrorStream(true).start();
        try (BufferedReader out = proxy.inputReader(StandardCharsets.UTF_8)) {
            String port = next(out).substring("port ".length());
            String[] args = CommandLine.FLAGS.translate(new String[]{"-pp", "PP_1", "-listen", "0", "-revproc", port,
                    "--policy-server.proto=1", "--policy-server.dialect=" + dialect});
            try (ConfigurableApplicationContext server = SpringApplication.run(PolicyServerApplication.class, args)) {
                assertThat(next(out)).isEqualTo("setup PP_1");
                assertThat(next(out)).startsWith("answer {\"type\": 2, ").contains(PayloadDigest.of("hello"));
                assertThat(server.isRunning()).isTrue();
            }
            proxy.getOutputStream().close();
            assertThat(next(out)).isEqualTo("came again 0 times");
            assertThat(proxy.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(proxy.exitValue()).isZero();
        } finally {
            proxy.destroyForcibly();
        }
    }

    private static String next(BufferedReader out) throws IOException {
        return Objects.requireNonNullElse(out.readLine(), "(it ended)");
    }
}
