package io.revproc.chart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The script of `helm test`, run as its pod runs it, against small servers that answer as a proxy does or does not. */
class HelmTestScriptTest {
    private final List<ServerSocket> servers = new ArrayList<>();

    record Outcome(int exitCode, String output) {}

    @AfterEach
    void close() throws IOException {
        for (ServerSocket server : servers) {
            server.close();
        }
    }

    @Test
    void everyPolicyIsAskedAndEveryHashIsChecked() throws Exception {
        Outcome outcome = run(serve("\r\n\r\n", request -> "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
                serve("}", HelmTestScriptTest::acknowledge), "PP_1,999");

        assertThat(outcome.output()).isEqualTo("proxy is ready\nPP_1: hash matched\n999: hash matched\nall is well\n");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void withoutPoliciesOnlyReadinessIsLookedAt() throws Exception {
        Outcome outcome = run(serve("\r\n\r\n", request -> "HTTP/1.1 200 \r\n\r\n"), 1, "");

        assertThat(outcome.output()).isEqualTo("proxy is ready\nall is well\n");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aProxyThatIsNotReadyFailsTheTest() throws Exception {
        Outcome outcome = run(serve("\r\n\r\n", request -> "HTTP/1.1 503 \r\n\r\n"), 1, "PP_1");

        assertThat(outcome.output()).startsWith("FAILED: the proxy is not ready: HTTP/1.1 503");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void aRefusalIsShown() throws Exception {
        Outcome outcome = run(serve("\r\n\r\n", request -> "HTTP/1.1 200 \r\n\r\n"),
                serve("}", request -> "{\"Error\": \"No server currently serving this privacy policy\"}"), "PP_1");

        assertThat(outcome.output())
                .contains("FAILED: PP_1: {\"Error\": \"No server currently serving this privacy policy\"}");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void aPortWhereNobodyAnswersFailsTheTest() throws Exception {
        ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        servers.add(silent);
        Outcome outcome = run(silent.getLocalPort(), 1, "PP_1");

        assertThat(outcome.output()).contains("FAILED: no answer from 127.0.0.1");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void thePodRunsThisScriptWithTheReleasesNamesAndPolicies() {
        Container test = ValueSet.SEED.rendered().pod("shop-revproc-test").getSpec().getContainers().getFirst();

        assertThat(test.getCommand()).containsExactly("bash", "-c");
        assertThat(test.getArgs()).singleElement().asString().isEqualToIgnoringWhitespace(script());
        assertThat(test.getEnv()).extracting(EnvVar::getName, EnvVar::getValue)
                .contains(org.assertj.core.groups.Tuple.tuple("POLICIES", "PP_1,PP_2"),
                        org.assertj.core.groups.Tuple.tuple("PROXY_HOST", "shop-revproc"),
                        org.assertj.core.groups.Tuple.tuple("PROXY_PORT", "80"),
                        org.assertj.core.groups.Tuple.tuple("ADMIN_HOST", "shop-revproc-admin"),
                        org.assertj.core.groups.Tuple.tuple("ADMIN_PORT", "8124"));
    }

    static String script() {
        return Project.read(Project.CHART.resolve("files/test.sh"));
    }

    static Outcome run(int adminPort, int proxyPort, String policies) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script()).redirectErrorStream(true);
        builder.environment().putAll(java.util.Map.of("ADMIN_HOST", "127.0.0.1", "ADMIN_PORT", "" + adminPort,
                "PROXY_HOST", "127.0.0.1", "PROXY_PORT", "" + proxyPort, "POLICIES", policies, "TIMEOUT", "3"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    private int serve(String end, UnaryOperator<String> answer) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        servers.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                    StringBuilder request = new StringBuilder();
                    while (request.indexOf(end) < 0) {
                        int next = in.read();
                        if (next < 0) {
                            break;
                        }
                        request.append((char) next);
                    }
                    socket.getOutputStream().write(answer.apply(request.toString()).getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    if (!server.isClosed()) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        });
        return server.getLocalPort();
    }

    private static String acknowledge(String message) {
        try {
            String payload = Yaml.tree(message).path("payload").asString();
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(payload.getBytes(StandardCharsets.UTF_8)));
            return "{\"type\": 2, \"srcid\": 1, \"destid\": 1, \"payloadsize\": 40, \"payload\": \"" + hash + "\"}";
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
