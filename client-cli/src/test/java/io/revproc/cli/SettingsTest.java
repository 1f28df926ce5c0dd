package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SettingsTest {
    @TempDir
    private Path home;

    @Test
    void aFlagWinsOverTheEnvironmentWhichWinsOverTheFile() throws IOException {
        try (FakeProxy flag = FakeProxy.honest();
                FakeProxy variable = FakeProxy.honest();
                FakeProxy file = FakeProxy.honest()) {
            config("port=" + file.port());

            assertThat(send(setup()).exitCode()).isZero();
            assertThat(file.received).hasSize(1);
            assertThat(send(setup().env("REVPROC_PORT", variable.port())).exitCode()).isZero();
            assertThat(variable.received).hasSize(1);
            assertThat(send(setup().env("REVPROC_PORT", variable.port()), "--port", flag.port()).exitCode()).isZero();
            assertThat(flag.received).hasSize(1);
        }
    }

    @Test
    void theHostMayComeFromTheEnvironmentForTheSeedsFlagsToo() {
        Run run = setup().env("REVPROC_HOST", "no-such-host.invalid").run("-id", "1", "-revproc", "1", "-pkt", "x");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no packet 'x'");
    }

    @Test
    void anUnknownKeyIsAnErrorThatNamesTheKnownOnes() throws IOException {
        config("prot=8123");
        Run run = send(setup());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("unknown key 'prot'",
                "known keys: host, port, admin, token, user, timeout, cacert");
    }

    @Test
    void helpDoesNotNeedTheSettings() throws IOException {
        config("prot=8123");

        assertThat(setup().run("send", "--help").exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"port, 99999, is not a port", "port, x, is not a port", "admin, ftp://x, is not an http",
            "timeout, soon, is not a duration", "host, ' ', is empty"})
    void aBadValueIsNamedWithItsPlace(String key, String value, String complaint) throws IOException {
        config(key + "=" + value);
        Run run = send(setup());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("config: " + key, complaint);
    }

    @Test
    void aSecretIsNeverRepeated() throws IOException {
        config("user=hunter2");
        Run run = send(setup());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("is not of the form name:password").doesNotContain("hunter2");
    }

    private void config(String text) throws IOException {
        Path file = home.resolve(".config/revproc/config");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    private Run.Setup setup() {
        return new Run.Setup().env("HOME", home.toString());
    }

    private static Run send(Run.Setup setup, String... more) {
        String[] args = {"send", "--policy", "PP_1", "--payload", "x"};
        String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return setup.run(all);
    }
}
