package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
    @CsvSource({"port, 99999, is not a port", "port, x, is not a port", "admin, ftp://x, is not an address of HTTP",
            "timeout, soon, is not a duration", "host, ' ', is empty"})
    void aBadValueIsNamedWithItsPlace(String key, String value, String complaint) throws IOException {
        config(key + "=" + value);
        Run run = send(setup());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("config: " + key, complaint);
    }

    /** A token of the file goes only to the file's own admin address: who named another one hears so, and what to write. */
    @Test
    void aRefusalSaysWhyATokenWasNotSentAndWhichOneIsUnknown() throws IOException {
        try (FakeAdmin admin = new FakeAdmin().answers("/", 401, "{}")) {
            config("token=t");
            Run run = setup().run("routes", "--admin", admin.url());
            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).matches(
                    "revproc: the proxy wants to know who you are: the token in .*/config was not sent, since it "
                            + "is for the admin address of .*/config, http://127.0.0.1:8124: write admin=" + admin.url()
                            + " there, or set REVPROC_TOKEN\n");

            config("token=t\nadmin=" + admin.url());
            assertThat(setup().run("top").err())
                    .matches(
                            "revproc: the proxy does not know the token of .*/config: its SHA-256 has to stand under .*\n");
            assertThat(setup().env("REVPROC_TOKEN", "u").run("routes").err())
                    .startsWith("revproc: the proxy does not know the token of REVPROC_TOKEN: its SHA-256");
            assertThat(setup().run("routes", "--user", "a:b").err())
                    .startsWith("revproc: the proxy does not know the token of ");
            config("admin=" + admin.url().substring("http://".length()));
            assertThat(setup().run("routes", "--user", "a:b").err())
                    .startsWith(
                            "revproc: the proxy does not know the user of --user: its name and password have to stand");
            assertThat(setup().run("routes").err())
                    .isEqualTo("revproc: the proxy wants to know who you are: set REVPROC_TOKEN, or "
                            + "write token=… and admin=" + admin.url() + " into ~/.config/revproc/config\n");

            assertThat(setup().run("context", "add", "live", "--admin", "live.invalid:8124", "--token", "t").exitCode())
                    .isZero();
            assertThat(setup().run("routes", "--context", "live", "--admin", admin.url()).err())
                    .contains(
                            "the token in the context live was not sent, since it is for the admin address of the context live, "
                                    + "http://live.invalid:8124");
        }
    }

    /** HOST:PORT is HTTP; of whatever else a sentence says what to write. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            127.0.0.1:18124 | http://127.0.0.1:18124
            localhost:1     | http://localhost:1
            [::1]:8124/x    | http://[::1]:8124/x
            a-b.example:80  | http://a-b.example:80
            HTTPS://p       | HTTPS://p
            proxy           |
            127.0.0.1:181240 |
            host:0          |
            :8124           |
            ftp://x:1       |
            http://         |
            http://a b      |
            8124            |
            """)
    void addressesOfHttpAreTakenAsPeopleWriteThem(String text, @Nullable String uri) {
        if (uri == null) {
            assertThatIllegalArgumentException().isThrownBy(() -> HttpAddress.of(text)).withMessage("'" + text
                    + "' is not an address of HTTP; write http://HOST:PORT or https://HOST:PORT");
            for (String command : List.of("routes", "send --policy P --payload x", "context add a")) {
                Run run = setup().run(Stream.concat(Stream.of(command.split(" ")), Stream.of("--admin", text))
                        .toArray(String[]::new));
                assertThat(run.exitCode()).as(command).isEqualTo(ExitCode.USAGE);
                assertThat(run.err()).contains("write http://HOST:PORT or https://HOST:PORT").hasLineCount(1);
            }
        } else {
            assertThat(HttpAddress.of(text)).hasToString(uri);
        }
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
