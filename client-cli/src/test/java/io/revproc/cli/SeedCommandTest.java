package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SeedCommandTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void packet() throws IOException {
        Files.writeString(directory.resolve("1327.PP_2.json"),
                "{\"type\": 0, \"srcid\": 1327, \"privPoliId\": \"PP_2\", \"payloadsize\": 32, \"payload\": \"uddirbgwkejcwxxezgadhwwvonhrhgoi\"}");
    }

    @Test
    void theSeedsSessionIsPrintedToTheLetter() {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = run(proxy);

            assertThat(run.out()).isEqualTo(
                    """
                            Socket connected on port %1$s
                            Client id 1327. Sending a message to privacy policy PP_2 through reverse proxy running on port %1$s
                            Client id 1327. Reveiving message from the server 2, payload: 5d5b56e93d61c78d2c28d0f6b5cf45d196b825b6
                            Hash matched.
                            """
                            .formatted(proxy.port()));
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void aRefusalIsPrintedToStandardErrorAsItCame() {
        try (FakeProxy proxy = new FakeProxy(
                message -> "{\"Error\": \"No server currently serving this privacy policy\"}")) {
            Run run = run(proxy);

            assertThat(run.err()).isEqualTo("No server currently serving this privacy policy\n");
            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        }
    }

    @Test
    void aWrongHashEndsWithOne() {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.ack(Map.of("srcid", 1, "payload", "else")))) {
            Run run = run(proxy);

            assertThat(run.lines()).last().isEqualTo("Hash not matched.");
            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        }
    }

    @Test
    void aMissingFlagIsNamed() {
        Run run = Run.of("-id", "1327");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("-revproc").contains("-pkt");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -id 1 -revprox 8123 -pkt x | there is no flag -revprox; did you mean -revproc?
            -id 1 -revproc 8123 -pckt x | there is no flag -pckt; did you mean -pkt?
            -id 1 -Revproc=8123 -pkt x | there is no flag -Revproc; did you mean -revproc?
            -di 1 -revproc 8123 -pkt x | there is no flag -di; did you mean -id?
            -ID 1 -revproc 8123        | there is no flag -ID; did you mean -id?
            --pkt x                    | there is no flag --pkt; did you mean -pkt?
            -id 1 -pp PP_1 -listen 9   | -pp is a flag of bin/policy-server; 'bin/policy-server --help' shows how
            -listen 9001 -id 1         | -listen is a flag of bin/policy-server
            -port 8123                 | -port is a flag of bin/revproc-service
            -id -5 -revproc 8123       | Missing required option: '-pkt=NAME'
            -x                         | there is no command '-x'
            --nonsense                 | there is no command '--nonsense'
            """)
    void aMistypedFlagIsNamedWithTheOneThatIsMeant(String line, String sentence) {
        Run run = Run.of(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("revproc: " + sentence).hasLineCount(1);
    }

    private Run run(FakeProxy proxy) {
        return new Run.Setup().in(directory).run("-id", "1327", "-revproc", proxy.port(), "-pkt", "1327.PP_2");
    }
}
