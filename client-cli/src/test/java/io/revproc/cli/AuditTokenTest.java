package io.revproc.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpServer;
import io.revproc.record.SigningKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The operator's token is for the proxy, and not for whoever serves a log. */
class AuditTokenTest {
    @TempDir
    Path directory;

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private String url = "";

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            seen.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
        Files.writeString(directory.resolve("log.vkey"), SigningKey.generate().publicKey().noteKey("l").text());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Run verify(Run.Setup setup, String... more) {
        String[] command = {"audit", "verify", url + "/log", "--public-key", "log.vkey"};
        String[] all = java.util.Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        return setup.in(directory).run(all);
    }

    @Test
    void tokenOfTheEnvironmentGoesToTheAdminAddressAlone() {
        Run other = verify(new Run.Setup().env("REVPROC_TOKEN", "t"));
        assertThat(other.err()).contains("no token was sent, since this is not the admin address");
        verify(new Run.Setup().env("REVPROC_TOKEN", "t"), "--admin", "http://127.0.0.1:1");
        verify(new Run.Setup().env("REVPROC_TOKEN", "t"), "--admin", url.replace("http:", "https:"));
        assertThat(seen).containsExactly("null", "null", "null");
        verify(new Run.Setup().env("REVPROC_TOKEN", "t"), "--admin", url);
        verify(new Run.Setup().env("REVPROC_TOKEN", "t").env("REVPROC_ADMIN", url + "/"));
        verify(new Run.Setup(), "--token", "typed");
        assertThat(seen.subList(3, 6)).containsExactly("Bearer t", "Bearer t", "Bearer typed");
    }

    /** As a shell makes them that takes all that 'admin new' prints. */
    @ParameterizedTest
    @ValueSource(strings = {"rp_1\nrevproc:\n  admin:", "grüße", "two words", ""})
    void whatCanBeNoTokenIsSaidAndNotSent(String token) {
        Run run = new Run.Setup().env("REVPROC_TOKEN", token).run("routes", "--admin", url);
        if (token.isEmpty()) {
            assertThat(seen).containsExactly("null");
        } else {
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).startsWith("revproc: the token is not one: ").hasLineCount(1);
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void secretsOfAContextGoToItsOwnAdminAddressAlone() {
        String home = directory.toString();
        for (String[] secret : new String[][]{{"--token", "t"}, {"--user", "a:b"}}) {
            assertThat(new Run.Setup().env("HOME", home).run("context", "add", "live" + secret[0].length(), "--admin",
                    "http://live.invalid:8124", secret[0], secret[1]).exitCode()).isZero();
        }
        Run.Setup[] setups = {new Run.Setup().env("HOME", home).env("REVPROC_CONTEXT", "live7"),
                new Run.Setup().env("HOME", home).env("REVPROC_CONTEXT", "live6")};
        for (Run.Setup setup : setups) {
            setup.run("routes", "--admin", url);
            verify(setup, "--admin", url);
        }
        new Run.Setup().env("HOME", home).env("REVPROC_CONTEXT", "live7").env("REVPROC_ADMIN", url).run("routes");
        assertThat(seen).containsOnly("null").hasSize(5);
        new Run.Setup().env("HOME", home).env("REVPROC_CONTEXT", "live7").run("routes", "--admin", url, "--token", "u");
        assertThat(seen).last().isEqualTo("Bearer u");
    }
}
