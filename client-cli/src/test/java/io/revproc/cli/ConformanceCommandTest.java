package io.revproc.cli;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ConformanceCommandTest {
    @Test
    void nobodyWhoRegistersIsShownInATableAndIsExitCodeOne() {
        Run run = Run.of("conformance", "127.0.0.1:0", "--wait", "1ms", "--only", "S1,S9");

        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.lines()).hasSize(4);
        assertThat(run.out())
                .startsWith(
                        "NO  RESULT   WHAT\nS1  failed   No server registered within 0 s. Required: The setup is one")
                .contains("S9  skipped", "0 passed, 1 failed, 1 skipped");
        assertThat(run.err())
                .matches("revproc: standing in for a proxy at 127\\.0\\.0\\.1:\\d+; point your server at it\n");
    }

    @Test
    void jsonHasEveryCheckWithItsRequirement() {
        Map<String, @Nullable Object> json = Run
                .of("conformance", "--client", "127.0.0.1:0", "--wait", "1ms", "--only", "C7",
                        "--json")
                .json();

        assertThat(json).containsEntry("checked", "client").containsEntry("failed", 1).containsEntry("passed", 0);
        assertThat(Json.array(json.get("checks"))).singleElement().satisfies(check -> assertThat(Json.object(check))
                .containsEntry("requirement", "C7").containsEntry("result", "failed")
                .containsEntry("seen", "No message came.")
                .containsKey("required"));
    }

    @Test
    void aProgramThatDoesNotStartIsOneSentence() {
        Run run = Run.of("conformance", "127.0.0.1:0", "--", "/no/such/program");

        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err()).contains("or start the command");
    }

    @Test
    void whatAProgramPrintedIsShownWhenAnythingFailed() {
        Run run = Run.of("conformance", "127.0.0.1:0", "--wait", "1s", "--only", "S1", "--", "sh", "-c",
                "echo no proxy at {host}:{port}; sleep 60");

        assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err()).containsPattern("\\| no proxy at 127\\.0\\.0\\.1:\\d+\n");
    }

    /** Within the time that its start takes, and not after --wait. */
    @Test
    @Timeout(20)
    void aProgramThatHasEndedIsNotWaitedFor() {
        Run server = Run.of("conformance", "127.0.0.1:0", "--only", "S1", "--", "sh", "-c", "echo no port; exit 3");
        assertThat(server.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(server.out()).contains("The program ended with exit code 3, and no server had registered.");
        assertThat(server.err()).contains("| no port\n");

        Run launcher = Run.of("conformance", "127.0.0.1:0", "--only", "S1", "--timeout", "100ms", "--", "true");
        assertThat(launcher.out()).contains("The program ended with exit code 0, and no server had registered.");

        Run client = Run.of("conformance", "--client", "127.0.0.1:0", "--only", "C1", "--", "sh", "-c", "exit 3");
        assertThat(client.out()).contains("The client ended with exit code 3, and no message came.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            9999                           | is not HOST:PORT
            127.0.0.1:70000                | is not HOST:PORT
            127.0.0.1:0 --only C1          | requirements of a server, S1 to S22
            127.0.0.1:0 --client --only S1 | requirements of a client, C1 to C11
            127.0.0.1:0 --cert x           | belong together
            no-such-host.invalid:1         | no address known
            """)
    void wrongUsageIsOneSentence(String arguments, String sentence) {
        List<String> all = new java.util.ArrayList<>(List.of("conformance"));
        all.addAll(List.of(arguments.split(" ")));
        Run run = Run.of(all.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).singleElement().asString().contains(sentence);
    }
}
