package io.revproc.cli;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CompletionCommandTest {
    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void everyShellLearnsTheCommandsButNotTheHiddenOnes(String shell) {
        Run run = Run.of("completion", shell);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("send", "routes", "drain", "policy").doesNotContain("train ", "revproc_seed");
    }

    @Test
    void anUnknownShellIsWrongUsage() {
        assertThat(Run.of("completion", "csh").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void theManualPageHasEveryCommandAndItsOptions() {
        Run run = Run.of("man");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith(".TH REVPROC 1\n")
                .contains(".SS send\n", ".SS drain\n", ".B \\-\\-packet FILE\n", "(default: 127.0.0.1; REVPROC_HOST)",
                        ".SH EXIT STATUS")
                .doesNotContain("${", ".SS train");
    }
}
