package io.revproc.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** bin/revproc as a person uses it, against the real proxy and its own quick server. */
class CommandLineIT {
    private static @Nullable Proc proxy;
    private static @Nullable Proc server;
    private static String port = "";
    private static String admin = "";
    private static final String SHA1_OF_X = "11f6ad8ec52a2984abaafd7c3b516503785c2072";

    @BeforeAll
    static void startAll() throws Exception {
        Proc started = Programs.proxy();
        proxy = started;
        port = "" + Programs.port(started);
        admin = "http://127.0.0.1:"
                + Objects.requireNonNull(started.await("event=started http=(\\d+)").group(1));
        server = Programs.client("server", "--policy", "PP_1,UPPER", "--id", "7", "--port", port, "--exec",
                "if [ $REVPROC_POLICY = UPPER ]; then tr a-z A-Z; else sha1sum | cut -c1-40; fi");
        server.await("registered PP_1 as server 7");
        server.await("registered UPPER as server 7");
    }

    @AfterAll
    static void endAll() {
        Proc.closeAll(server, proxy);
    }

    @Test
    void aMessageComesBackWithItsHash() throws Exception {
        assertRun(0, "cd56cb0ac45690731afed77ff66655dfdf8576da\\nPP_1  hash matched  server 7  .*", "send", "--port",
                port, "--policy",
                "PP_1", "--payload", "grüße", "--verify", "sha1", "--verbose");
    }

    /** {@code true} reads nothing and is gone before the first line comes. */
    @Test
    void aReaderThatHasEnoughIsNoFailureAndAFullDiskIsOne() throws Exception {
        String events = "'" + Programs.home().resolve("bin/revproc") + "' events --admin " + admin;
        try (Proc piped = Proc.start("piped", List.of("bash", "-c", "set -o pipefail; " + events + " | true"));
                Proc full = Proc.start("full", List.of("bash", "-c", events + " >/dev/full"))) {
            assertThat(piped.exitCode()).as(piped.output()).isZero();
            assertThat(piped.output()).isEmpty();
            assertThat(full.exitCode()).isEqualTo(1);
            assertThat(full.output()).startsWith("revproc: standard output took not all of it").hasLineCount(1);
        }
    }

    @Test
    void theAnswerOfACommandIsPrintedAndIsNoFailureUnlessAHashIsWanted() throws Exception {
        assertRun(0, "HELLO", "send", "--port", port, "--policy", "UPPER", "--payload", "hello");
        assertRun(1, "revproc: UPPER: server 7: hash did not match: the server computed HELLO, .*", "send", "--port",
                port, "--policy", "UPPER", "--payload", "hello", "--verify", "sha1");
    }

    @Test
    void anUnknownPolicyIsAnsweredWithTheKnownOnes() throws Exception {
        assertRun(1, "revproc: no server for PP_9; known policies: PP_1, UPPER", "send", "--port", port, "--admin",
                admin,
                "--policy", "PP_9", "--payload", "x");
    }

    @Test
    void theTableIsShownAndJsonIsJson() throws Exception {
        try (Proc routes = Programs.client("routes", "--admin", admin);
                Proc json = Programs.client("routes", "--admin", admin, "--json")) {
            assertThat(routes.exitCode()).isZero();
            assertThat(routes.output()).startsWith("POLICY  ID  ADDRESS").contains("PP_1", "ACTIVE",
                    "2 policies, 2 servers");
            assertThat(json.exitCode()).isZero();
            assertThat(json.output()).startsWith("{\"policies\":{").hasLineCount(1);
        }
    }

    @Test
    void theLoadGeneratorFindsEveryHashRight() throws Exception {
        try (Proc bench = Programs.client("bench", "--verify", "sha1", "--port", port, "--policies", "PP_1",
                "--connections", "2",
                "--messages",
                "50", "--duration", "60s", "--json")) {
            assertThat(bench.exitCode()).as(bench.output()).isZero();
            assertThat(bench.output()).contains("\"messages\":50,", "\"errors\":{}", "\"p999Us\":");
        }
    }

    @Test
    void nobodyListeningIsOneSentenceAndThree() throws Exception {
        assertRun(3, "revproc: cannot reach 127.0.0.1:1: is the proxy running\\? .*", "send", "--port", "1", "--policy",
                "P",
                "--payload", "x");
    }

    @Test
    void topIsLiveInATerminalFollowsItsSizeAndLeavesItAsItWas() throws Exception {
        try (Proc top = onATerminal(List.of("ALIVE", "size=10x40", "servers t\u001b", "s", "busiest first",
                "q"), "top", "--admin", admin)) {
            assertThat(top.exitCode()).as(top.output()).isZero();
            assertThat(top.output()).startsWith("\u001b[?1049h\u001b[?25l").endsWith("\u001b[?25h\u001b[?1049l")
                    .contains("2 of 2 servers take messages");
            String last = top.output().substring(top.output().lastIndexOf("\u001b[H"));
            String[] rows = last.replaceAll("\u001b\\[[?0-9;]*[A-JL-Za-z]", "").strip().split("\u001b\\[K");
            assertThat(rows).as("as many as there is room for").hasSize(10)
                    .allMatch(row -> row.strip().length() <= 40);
        }
    }

    @Test
    void controlCEndsTopAndLeavesTheTerminalAsItWas() throws Exception {
        try (Proc top = onATerminal(List.of("ALIVE", "\u0003"), "top", "--admin", admin)) {
            assertThat(top.exitCode()).as(top.output()).isZero();
            assertThat(top.output()).endsWith("\u001b[?25h\u001b[?1049l");
        }
    }

    @Test
    void watchedRoutesFillTheTerminalAndTheLastTableStays() throws Exception {
        try (Proc routes = onATerminal(List.of("UPPER", "q"), "routes", "--watch", "--admin", admin)) {
            assertThat(routes.exitCode()).as(routes.output()).isZero();
            assertThat(routes.output()).startsWith("\u001b[?1049h\u001b[?25l");
            assertThat(routes.output().substring(routes.output().lastIndexOf("\u001b[?1049l")))
                    .contains("UPPER", "2 policies, 2 servers");
        }
    }

    @Test
    void aLongRunShowsOnATerminalHowFarItIs() throws Exception {
        try (Proc bench = onATerminal(List.of("\\[#+\\.*\\] [0-9,]+ messages, [0-9,]+/s, ", ""), "bench", "--port",
                port,
                "--policies", "PP_1", "--connections", "2", "--duration", "1500ms", "--warmup", "0")) {
            assertThat(bench.exitCode()).as(bench.output()).isZero();
            assertThat(bench.output()).contains("2 kept connections");
        }
    }

    private static Proc onATerminal(List<String> steps, String... args) throws Exception {
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python), "python3 is missing; bin/verify installs it");
        Path script = Path.of(Objects.requireNonNull(CommandLineIT.class.getResource("/terminal.py")).toURI());
        List<String> command = new ArrayList<>(List.of(python.toString(), script.toString()));
        command.addAll(steps);
        command.addAll(List.of("--", Programs.home().resolve("bin/revproc").toRealPath().toString()));
        command.addAll(List.of(args));
        return Proc.start("terminal", command);
    }

    /** A copy, since the cache of the real one is in use. */
    @Test
    void aBrokenCacheIsNoConcernOfTheUser(@TempDir Path directory) throws Exception {
        Path script = copy(directory);
        for (String breakage : List.of("none", "rubbish", "directory")) {
            spoil(directory, breakage);
            List<String> command = new ArrayList<>(
                    List.of(script.toString(), "send", "--port", port, "--policy", "PP_1",
                            "--payload", "x"));
            try (Proc run = Proc.start("client", command)) {
                assertThat(run.exitCode()).as(breakage).isZero();
                assertThat(run.output()).as(breakage).isEqualTo(SHA1_OF_X);
            }
        }
        assertThat(caches(directory)).as("the first run has made a cache").isNotEmpty();
    }

    private static Path copy(Path directory) throws IOException {
        Path home = Programs.home();
        for (String file : List.of("bin/revproc", "bin/lib/java.sh", "client-cli/target/client-cli.jar")) {
            Files.createDirectories(Objects.requireNonNull(directory.resolve(file).getParent()));
            Files.copy(home.resolve(file), directory.resolve(file));
        }
        Path link = directory.resolve("revproc-link");
        return Files.createSymbolicLink(link, directory.resolve("bin/revproc"));
    }

    private static List<Path> caches(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("client-cli/target"))) {
            return files.filter(file -> file.toString().endsWith(".aot")).toList();
        }
    }

    private static void spoil(Path directory, String how) throws IOException {
        for (Path cache : caches(directory)) {
            if (how.equals("rubbish")) {
                Files.write(cache, "not a cache".repeat(1_000).getBytes(StandardCharsets.UTF_8));
            } else if (how.equals("directory")) {
                Files.delete(cache);
                Files.createDirectory(cache);
            }
        }
    }

    private static void assertRun(int exitCode, String line, String... args) throws Exception {
        try (Proc run = Programs.client(args)) {
            assertThat(run.exitCode()).as(run.output()).isEqualTo(exitCode);
            assertThat(run.output()).matches(line);
        }
    }
}
