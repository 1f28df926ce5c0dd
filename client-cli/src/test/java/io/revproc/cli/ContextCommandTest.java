package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ContextCommandTest {
    @TempDir
    private Path home;

    private Run run(String... args) {
        return new Run.Setup().env("HOME", home.toString()).run(args);
    }

    @Test
    void commandsAreForTheProxyOfTheContext() {
        try (FakeAdmin test = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES);
                FakeAdmin live = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES)) {
            assertThat(run("context", "add", "test", "--admin", test.url(), "--token", "t").exitCode()).isZero();
            assertThat(run("context", "add", "live", "--admin", live.url()).exitCode()).isZero();

            assertThat(run("context", "use", "test").out()).isEqualTo("test is in use\n");
            assertThat(run("routes").exitCode()).isZero();
            assertThat(test.requests).containsExactly("GET /admin/routes Bearer t");
            assertThat(run("routes", "--context", "live").exitCode()).isZero();
            assertThat(live.requests).containsExactly("GET /admin/routes");
            assertThat(new Run.Setup().env("HOME", home.toString()).env("REVPROC_CONTEXT", "live").run("routes")
                    .exitCode()).isZero();
            assertThat(live.requests).hasSize(2);
            assertThat(run("routes", "--context=live", "--admin", test.url()).exitCode()).isZero();
            assertThat(test.requests).as("an option wins").hasSize(2);
        }
    }

    /** A token must not go to another proxy. */
    @Test
    void nothingOfTheConfigurationFileGoesToAnotherProxy() throws IOException {
        Path config = home.resolve(".config/revproc/config");
        Files.createDirectories(config.getParent());
        Files.writeString(config, "token=secret\nhost=elsewhere.invalid\n");
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES);
                FakeProxy proxy = FakeProxy.echo()) {
            run("context", "add", "one", "--admin", admin.url(), "--host", "127.0.0.1:" + proxy.port());
            run("context", "use", "one");

            assertThat(run("routes").exitCode()).isZero();
            assertThat(admin.requests).containsExactly("GET /admin/routes");
            assertThat(run("send", "--policy", "P", "--payload", "x").out()).isEqualTo("x\n");
            assertThat(run("send", "--policy", "P", "--payload", "x", "--context", "none").exitCode())
                    .isEqualTo(ExitCode.UNREACHABLE);
        }
    }

    @ParameterizedTest
    @CsvSource({"--host proxy, proxy, http://proxy:8124", "'--host a:9,b', 'a:9,b', http://a:8124",
            "--admin https://p:1, p, https://p:1", "--host [::1]:9, [::1]:9, http://[::1]:8124",
            "--host ::1, ::1, http://[::1]:8124"})
    void whatIsLeftOutFollowsFromTheRest(String options, String host, String admin) {
        run(("context add one " + options).split(" "));

        assertThat(run("context", "list").out()).contains(host, admin);
    }

    @Test
    void theListShowsWhichIsInUseAndNoSecret() {
        run("context", "add", "b", "--host", "b", "--token", "hunter2");
        run("context", "add", "a", "--host", "a", "--cacert", "ca.crt");
        run("context", "use", "b");

        assertThat(run("context", "list").out()).isEqualTo("""
                   NAME  HOST  ADMIN          ACCOUNT  TLS
                   a     a     http://a:8124  -        yes
                *  b     b     http://b:8124  token    -
                """);
        assertThat(run("context", "list", "--json").out()).contains("\"name\":\"b\",\"current\":true").doesNotContain(
                "hunter2");
    }

    @Test
    void filesAreForTheirOwnerAlone() throws IOException {
        run("context", "add", "a", "--host", "a", "--token", "secret");

        assertThat(Files.getPosixFilePermissions(home.resolve(".config/revproc/contexts/a")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aTokenMayComeFromStandardInput() throws IOException {
        new Run.Setup().env("HOME", home.toString()).input("secret\n").run("context", "add", "a", "--host", "a",
                "--token", "-");

        assertThat(Files.readString(home.resolve(".config/revproc/contexts/a"))).contains("token=secret\n");
    }

    @Test
    void aContextThatIsRemovedIsInUseNoMore() {
        run("context", "add", "a", "--host", "a");
        run("context", "use", "a");

        assertThat(run("context", "remove", "a").exitCode()).isZero();
        assertThat(run("open").out()).isEqualTo("http://127.0.0.1:8124/\n");
        assertThat(run("context", "list").out()).startsWith("There is no context. Make one: ");
    }

    @Test
    void useNoneGoesBack() {
        run("context", "add", "a", "--host", "a");
        run("context", "use", "a");
        assertThat(run("open").out()).isEqualTo("http://a:8124/\n");
        run("context", "use", "none");
        assertThat(run("open").out()).isEqualTo("http://127.0.0.1:8124/\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"context add", "context add a", "context add ../a --host h", "context add none --host h",
            "context use nobody", "context remove nobody", "routes --context nobody", "context add a --admin ftp://x",
            "context add a --host h --user nocolon", "context add a --host h --cert c"})
    void whatCannotBeIsWrongUsageInOneSentence(String line) {
        Run run = run(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("revproc: ").hasLineCount(1).doesNotContain("nocolon");
        assertThat(home.resolve(".config/revproc/contexts")).doesNotExist();
    }
}
