package io.revproc.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs every command of the README and of the quick start, in order, as they stand there but for the ports: others may have
 * those on this machine. Each ends with 0, or with what its comment says: {@code # exit code 1}.
 */
class ReadmeIT {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    /** What the build that runs this test has done already. */
    private static final Set<String> DONE = Set.of("mvn -q -Pquick package");

    private final List<Proc> running = new ArrayList<>();
    private String proxyPort = "";
    private String httpPort = "";

    /** What stands on both pages runs once: the second page goes on where the first one ended. */
    @Test
    void everyCommandWorks() throws Exception {
        Set<Page.Command> commands = new LinkedHashSet<>();
        for (String page : List.of("README.md", "docs/quick-start.md")) {
            List<Page.Command> those = Page.commands(page);
            assertThat(those).as(page).hasSizeGreaterThan(5);
            commands.addAll(those);
        }
        proxyPort = freePort();
        httpPort = freePort();
        try {
            for (Page.Command command : commands) {
                run(command.text(), command.exitCode());
            }
        } finally {
            running.reversed().forEach(Proc::close);
        }
    }

    private void run(String command, int exitCode) throws Exception {
        if (DONE.contains(command)) {
            return;
        }
        String ready = command.startsWith("bin/revproc-service")
                ? "event=started "
                : command.startsWith("bin/policy-server")
                        ? "registered policy="
                        : command.startsWith("bin/revproc server") ? "registered \\w+ as server" : "";
        String here = command.replace(":8124", ":" + httpPort)
                .replaceFirst("^bin/revproc-service",
                        "$0 --revproc.listener.port=" + proxyPort + " --server.port=" + httpPort
                                + " --revproc.store.file=")
                .replaceFirst("^bin/policy-server", "$0 -revproc " + proxyPort + " --server.port=0")
                .replaceAll("-listen \\d+", "-listen 0")
                .replaceFirst("^(bin/revproc -id .*)-revproc 8123", "$1-revproc " + proxyPort)
                .replaceFirst("^((?:printf .*\\| )?bin/revproc (?:send|server))", "$1 --port " + proxyPort)
                .replaceFirst("^(bin/revproc (?:routes|health))",
                        "$1 --admin http://127.0.0.1:" + httpPort);
        Proc started = Proc.start(command, List.of("bash", "-c",
                "cd '" + Programs.home().toAbsolutePath() + "' && " + (ready.isEmpty() ? here : "exec " + here)));
        running.add(started);
        if (ready.isEmpty()) {
            assertThat(started.exitCode()).as(command + "\n" + started.output()).isEqualTo(exitCode);
            assertThat(started.output()).as(command).isNotBlank();
        } else {
            started.await(ready);
        }
    }

    /** A port that is free now, and that the kernel does not give to others at once. */
    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "" + socket.getLocalPort();
        }
    }

    @Test
    void theMapOfThePagesNamesAllOfThem() throws IOException {
        Path docs = Programs.home().resolve("docs");
        String map = Files.readString(docs.resolve("README.md"));

        try (Stream<Path> pages = Files.list(docs)) {
            assertThat(pages.map(page -> docs.relativize(page).toString()).filter(page -> page.endsWith(".md")))
                    .filteredOn(page -> !page.equals("README.md")).allMatch(page -> map.contains("](" + page));
        }
    }

    /** What docs/releasing.md sets to a release's version is all that has one; the changes are those of the version that is built. */
    @Test
    void theVersionStandsWhereAReleaseLooksForIt() throws IOException {
        Path home = Programs.home();
        Matcher version = Pattern.compile("<version>(.*)-SNAPSHOT</version>")
                .matcher(Files.readString(home.resolve("pom.xml")));
        assertThat(version.find()).isTrue();
        assertThat(Files.readString(home.resolve("CHANGELOG.md")).lines().filter(line -> line.startsWith("## ")))
                .first().asString().startsWith("## " + version.group(1) + ", ");
        try (Stream<Path> docs = Files.list(home.resolve("docs"));
                Stream<Path> others = Stream.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "bin/package",
                        "helm/revproc/Chart.yaml", "compose.yaml").map(home::resolve)) {
            assertThat(Stream.concat(docs, others).filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".png")).filter(file -> has(file, "-SNAPSHOT"))
                    .map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder("java.md", "spring.md", "releasing.md");
        }
    }

    private static boolean has(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyLinkOfEveryPageLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        Path home = Programs.home().toAbsolutePath().normalize();
        try (Stream<Path> docs = Files.list(home.resolve("docs"));
                Stream<Path> more = Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "helm/revproc/README.md")
                        .map(home::resolve)) {
            for (Path page : Stream.concat(docs, more).filter(file -> file.toString().endsWith(".md")).toList()) {
                Matcher links = LINK.matcher(Files.readString(page));
                while (links.find()) {
                    if (!Files.exists(Objects.requireNonNull(page.getParent()).resolve(links.group(1)))) {
                        broken.add(home.relativize(page) + " → " + links.group(1));
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
    }
}
