package io.revproc.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A TPM in software, swtpm, and what is done with it by tpm2-tools; on Unix sockets. Debian's packages are {@code swtpm} and
 * {@code tpm2-tools}; without them the tests are skipped, and say so.
 */
final class SoftTpm implements AutoCloseable {
    private final Process tpm;
    private final Path socket;

    SoftTpm(Path directory) throws IOException {
        if (!Files.isExecutable(Path.of("/usr/bin/swtpm")) || !Files.isExecutable(Path.of("/usr/bin/tpm2_quote"))) {
            System.err.println(
                    "SKIPPED, NOT TESTED: quotes of a TPM. Install swtpm and tpm2-tools (bin/verify does).");
            Assumptions.abort("SKIPPED: no TPM in software on this machine, install swtpm and tpm2-tools");
        }
        socket = directory.resolve("tpm");
        tpm = new ProcessBuilder("/usr/bin/swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + directory, "--server",
                "type=unixio,path=" + socket, "--ctrl", "type=unixio,path=" + socket + ".ctrl", "--flags",
                "not-need-init,startup-clear").redirectErrorStream(true)
                .redirectOutput(directory.resolve("swtpm.log").toFile()).start();
        await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(20))
                .until(() -> Files.exists(socket) && Files.exists(Path.of(socket + ".ctrl")));
    }

    /** Runs a program with this TPM, and returns what it printed. */
    String run(Map<String, String> environment, String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("TPM2TOOLS_TCTI", "swtpm:path=" + socket);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s: %s", command, said).isZero();
        return said;
    }

    @Override
    public void close() {
        tpm.destroy();
    }
}
