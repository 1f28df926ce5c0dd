package io.revproc.chart;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The script of `helm test`, run as its pod runs it, against small servers that answer as a proxy does or does not. */
class HelmTestScriptTest {
    record Outcome(int exitCode, String output) {}

    @Test
    void everyPolicyIsAskedAndEveryHashIsChecked() throws Exception {
        try (AnsweringServer admin = AnsweringServer.http("200");
                AnsweringServer proxy = new AnsweringServer("}", HelmTestScriptTest::acknowledge)) {
            Outcome outcome = run(admin.port(), proxy.port(), "PP_1,999");

            assertThat(outcome.output())
                    .isEqualTo("proxy is ready\nPP_1: hash matched\n999: hash matched\nall is well\n");
            assertThat(outcome.exitCode()).isZero();
        }
    }

    @Test
    void withoutPoliciesOnlyReadinessIsLookedAt() throws Exception {
        try (AnsweringServer admin = AnsweringServer.http("200")) {
            Outcome outcome = run(admin.port(), 1, "");

            assertThat(outcome.output()).isEqualTo("proxy is ready\nall is well\n");
            assertThat(outcome.exitCode()).isZero();
        }
    }

    @Test
    void aProxyThatIsNotReadyFailsTheTest() throws Exception {
        try (AnsweringServer admin = AnsweringServer.http("503")) {
            Outcome outcome = run(admin.port(), 1, "PP_1");

            assertThat(outcome.output()).startsWith("FAILED: the proxy is not ready: HTTP/1.1 503");
            assertThat(outcome.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void aRefusalIsShown() throws Exception {
        String refusal = "{\"Error\": \"No server currently serving this privacy policy\"}";
        try (AnsweringServer admin = AnsweringServer.http("200");
                AnsweringServer proxy = new AnsweringServer("}", request -> refusal)) {
            Outcome outcome = run(admin.port(), proxy.port(), "PP_1");

            assertThat(outcome.output()).contains("FAILED: PP_1: " + refusal);
            assertThat(outcome.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void aPortWhereNobodyAnswersFailsTheTest() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Outcome outcome = run(silent.getLocalPort(), 1, "PP_1");

            assertThat(outcome.output()).contains("FAILED: no answer from 127.0.0.1");
            assertThat(outcome.exitCode()).isEqualTo(1);
        }
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
