package io.revproc.acceptance;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The servers and clients of {@code examples/}, in each language whose runtime is on this machine: by TLS against a real proxy, and in
 * plain text against the conformance checks, which the product's own programs pass as well. All at the same time: most of it is waiting.
 */
class ExamplesIT {
    private static final int AT_ONCE = 3;
    private static final int MAX_FILE_LINES = 100;
    /** On a busy machine, where each of the eleven starts of a Spring application takes some seconds. */
    private static final Duration ALL_CHECKS = Duration.ofMinutes(5);
    /** The record's verifier has its own Ed25519. */
    private static final int MAX_VERIFIER_LINES = 200;
    private static final Map<String, Future<?>> RUNS = new HashMap<>();

    @TempDir
    private static Path built;
    private static @Nullable Proc proxy;
    private static String proxyPort = "";
    private static String admin = "";

    @BeforeAll
    static void startAll() throws Exception {
        try (Proc certs = Programs.client("certs", "dev", built.resolve("tls").toString())) {
            assertThat(certs.exitCode()).as(certs.output()).isZero();
        }
        Proc started = Programs.proxy("--spring.config.additional-location=file:" + built.resolve("tls/proxy.yaml"),
                "--revproc.listener.tls.handshake-timeout=60s", "--revproc.forward.deadline=60s");
        proxy = started;
        ExecutorService some = Executors.newFixedThreadPool(AT_ONCE);
        for (String own : List.of("policy-server", "revproc server", "revproc send")) {
            run(some, own, () -> conforms(own.endsWith("send"), ownCommand(own)));
        }
        List<Example> there = new ArrayList<>();
        for (Example example : Example.values()) {
            if (example.isThere()) {
                example.build(built);
                there.add(example);
                run(some, "server " + example, () -> conforms(false,
                        example.server(built, "--policy", "UPPER", "--proxy", "{host}:{port}")));
                run(some, "client " + example,
                        () -> conforms(true, example.client(built, "--policy", "UPPER", "--proxy",
                                "{host}:{port}", "--payload", "x", "--timeout", example.second())));
            } else {
                System.out.println(
                        "SKIPPED, NOT TESTED: the examples in " + example + ". Install " + example.runtime() + ".");
            }
        }
        proxyPort = "" + Programs.port(started);
        admin = "http://127.0.0.1:" + started.await("event=started http=(\\d+)").group(1);
        there.forEach(example -> run(some, "life " + example, () -> life(example)));
        some.shutdown();
    }

    @AfterAll
    static void endAll() {
        Proc.closeAll(proxy);
    }

    private static void run(ExecutorService some, String name, Callable<?> run) {
        RUNS.put(name, some.submit(run));
    }

    private static void await(String name, Example example) throws Exception {
        Assumptions.assumeTrue(example.isThere(), "needs " + example.runtime());
        await(name + " " + example);
    }

    private static void await(String name) throws Exception {
        try {
            Objects.requireNonNull(RUNS.get(name)).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failed) {
                throw failed;
            }
            throw e;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerConforms(Example example) throws Exception {
        await("server", example);
    }

    @ParameterizedTest
    @EnumSource
    void aClientConforms(Example example) throws Exception {
        await("client", example);
    }

    /** By TLS, against the real proxy. */
    @ParameterizedTest
    @EnumSource
    void aServerAnswersComesBackAfterKillNineAndDrainsUnderTraffic(Example example) throws Exception {
        await("life", example);
    }

    @ParameterizedTest
    @ValueSource(strings = {"policy-server", "revproc server", "revproc send"})
    void theProductsOwnProgramsConform(String program) throws Exception {
        await(program);
    }

    @Test
    void everyFileIsShortEnoughToRead() throws IOException {
        try (Stream<Path> files = Files.walk(Programs.home().resolve("examples"))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(py|mjs|go|java)")).toList()) {
                assertThat(Files.readAllLines(file)).as(file.toString())
                        .hasSizeLessThanOrEqualTo(file.endsWith("verify.py") ? MAX_VERIFIER_LINES : MAX_FILE_LINES);
            }
        }
    }

    private static List<String> ownCommand(String program) {
        String home = Programs.home().toAbsolutePath().normalize().toString();
        return switch (program) {
            case "policy-server" -> List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar",
                    home + "/policy-server/target/policy-server.jar",
                    "-id", "1", "-pp", "UPPER", "-listen", "0", "-revproc", "{host}:{port}", "--server.port=0");
            case "revproc server" -> List.of(home + "/bin/revproc", "server", "--policy", "UPPER", "--host", "{host}",
                    "--port", "{port}");
            default ->
                List.of(home + "/bin/revproc", "send", "--policy", "UPPER", "--host", "{host}", "--port", "{port}",
                        "--payload", "x", "--timeout", "1s");
        };
    }

    private static @Nullable Void conforms(boolean client, List<String> command) throws InterruptedException {
        List<String> arguments = new ArrayList<>(
                List.of("conformance", "127.0.0.1:0", "--timeout", "10s", "--wait", "100s"));
        if (client) {
            arguments.add("--client");
        }
        arguments.add("--");
        arguments.addAll(command);
        try (Proc conformance = Programs.client(arguments.toArray(String[]::new))) {
            assertThat(conformance.exitCode(ALL_CHECKS)).as(conformance.output()).isZero();
            assertThat(conformance.output()).contains((client ? "11" : "22") + " passed, 0 failed, 0 skipped");
        }
        return null;
    }

    private static @Nullable Void life(Example example) throws Exception {
        String policy = "EXAMPLE_" + example;
        try (Proc killed = server(example, policy, "1")) {
            killed.await(registered(policy));
            client(example, policy, 0, "HELLO");
            client(example, "NOBODYS_" + example, 1, "refused: .*NO_SERVER.*send it again later");
            killed.kill();
        }
        try (Proc first = server(example, policy, "1"); Proc second = server(example, policy, "2")) {
            first.await(registered(policy));
            client(example, policy, 0, "HELLO");
            second.await(registered(policy));
            try (Proc traffic = Programs.client(certified("client", "bench", "--port", proxyPort, "--policies", policy,
                    "--connections", "4", "--messages", "4000", "--duration", "100s", "--timeout", "60s", "--json"))) {
                // As soon as it has answered some of them.
                Awaitility.await().atMost(Proc.PATIENCE).pollInterval(Duration.ofMillis(20))
                        .until(() -> routes(policy).matches("(?s).*\"forwarded\":\\d{3,}.*"));
                first.terminate();
                assertThat(first.exitCode()).as(first.output()).isEqualTo(example.endsWith());
                assertThat(traffic.exitCode()).as(traffic.output()).isZero();
                assertThat(traffic.output()).contains("\"messages\":4000,", "\"errors\":{}");
            }
            client(example, policy, 0, "HELLO");
            second.terminate();
            assertThat(second.exitCode()).as(second.output()).isEqualTo(example.endsWith());
        }
        return null;
    }

    private static String registered(String policy) {
        return "registered (policy=)?" + policy;
    }

    private static String routes(String policy) throws IOException, InterruptedException {
        return new String(AdminApi.get(URI.create(admin + "/admin/routes/" + policy)), StandardCharsets.UTF_8);
    }

    private static Proc server(Example example, String policy, String id) {
        return Proc.start(example + " server " + id,
                example.server(built,
                        certified("server", "--policy", policy, "--id", id, "--proxy", "127.0.0.1:" + proxyPort)));
    }

    private static void client(Example example, String policy, int exitCode, String output)
            throws InterruptedException {
        try (Proc client = Proc.start(example + " client", example.client(built,
                certified("client", "--policy", policy, "--payload", "hello", "--proxy", "127.0.0.1:" + proxyPort)))) {
            assertThat(client.exitCode()).as(client.output()).isEqualTo(exitCode);
            assertThat(client.output()).containsPattern(output).doesNotContain("event=");
        }
    }

    /** With the certificate of this name behind the arguments. */
    private static String[] certified(String name, String... arguments) {
        String tls = built.resolve("tls").toString();
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--cacert", tls + "/ca.crt", "--cert", tls + "/" + name + ".crt", "--key",
                tls + "/" + name + ".key"));
        return all.toArray(String[]::new);
    }
}
