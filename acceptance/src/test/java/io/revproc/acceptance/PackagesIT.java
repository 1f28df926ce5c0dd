package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What bin/package makes: installed by apt under a real systemd, with the tutorial's story, and started from the image. */
class PackagesIT {
    private static final Path PACKAGES = Programs.home().resolve("target/package").toAbsolutePath();
    /** Of the tutorial's commands those that run on, and what they say when they are ready. */
    private static final Map<String, String> SERVE = Map.of("revproc server ", "registered hipaa as server",
            "prometheus ", "Server is ready");

    @BeforeAll
    static void packages() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-deb")), "dpkg-deb is missing: no Debian");
        try (Proc made = Proc.start("package",
                List.of(Programs.home() + "/bin/package", "deb", "image"))) {
            assertThat(made.exitCode()).as(made.output()).isZero();
        }
    }

    @Test
    void everythingHasItsSumAndTheProgramsTheirBillsOfMaterials() throws Exception {
        try (Proc sums = Proc.start("sums",
                List.of("bash", "-c",
                        "cd '" + PACKAGES + "' && sha256sum --strict -c SHA256SUMS && wc -l <SHA256SUMS"))) {
            assertThat(sums.exitCode()).as(sums.output()).isZero();
            try (Stream<Path> files = Files.list(PACKAGES)) {
                assertThat(sums.output()).endsWith("\n" + (files.count() - 1));
            }
        }
        assertThat(Files.readString(PACKAGES.resolve("revproc-service.cdx.json"))).contains("netty-codec",
                "spring-boot");
        assertThat(Files.readString(PACKAGES.resolve("runtime.cdx.json"))).contains("JDK", "glibc", "\"25.");
    }

    /** As a stranger reads it: every command of the page, in order, and what it is said to print. */
    @Test
    void theTutorialsStory(@TempDir Path scratch) throws Exception {
        List<Page.Command> commands = Page.commands("docs/tutorial.md");
        assertThat(commands).hasSizeGreaterThan(25);
        List<Proc> running = new ArrayList<>();
        try (CleanRoot root = CleanRoot.boot(scratch)) {
            boolean prometheus = Files.isExecutable(Path.of("/usr/bin/prometheus"));
            Path deb = only(".deb");
            Files.copy(deb, root.file("root/" + deb.getFileName()));
            root.succeeds(
                    "dpkg-deb -R revproc_*.deb tree && sed -i 's/^Version: .*/&+newer/' tree/DEBIAN/control && mkdir newer"
                            + " && dpkg-deb -Znone -b tree newer/revproc_newer.deb && rm -r tree");
            for (Page.Command command : commands) {
                if (!prometheus && (command.text().startsWith("prometheus ") || command.text().contains(":9090/"))) {
                    continue;
                }
                run(root, command, running);
                if (command.text().contains("enable --now")) {
                    // The alert needs no minute here.
                    root.succeeds("cd /usr/share/doc/revproc && sed -i 's/for: .*/for: 1s/' alerts.yaml"
                            + " && sed -i 's/_interval: .*/_interval: 1s/' prometheus.yml");
                }
            }
            assertThat(root.succeeds("systemd-analyze verify revproc.service revproc-policy-server@1.service"))
                    .isEmpty();
            root.succeeds(
                    "systemd-analyze security --offline=true --threshold=20 /lib/systemd/system/revproc*.service");
            assertThat(root.succeeds("systemctl show revproc -p User,ActiveState; ps -o user= -C java"))
                    .contains("User=revproc", "ActiveState=active", "\nrevproc");
        } finally {
            running.forEach(Proc::close);
        }
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prometheus")),
                "the tutorial's alert: prometheus is missing; bin/verify installs it");
    }

    private static void run(CleanRoot root, Page.Command command, List<Proc> running) throws Exception {
        String ready = SERVE.entrySet().stream().filter(each -> command.text().startsWith(each.getKey()))
                .map(Map.Entry::getValue).findFirst().orElse("");
        if (!ready.isEmpty()) {
            Proc started = root.start("exec " + command.text());
            running.add(started);
            started.await(ready);
            return;
        }
        if (!runOnce(root, command).contains(command.prints())) {
            // What is said of servers and alerts is so soon, not at once.
            await().untilAsserted(
                    () -> assertThat(runOnce(root, command)).as(command.text()).contains(command.prints()));
        }
    }

    private static String runOnce(CleanRoot root, Page.Command command) throws Exception {
        try (Proc run = root.start(command.text())) {
            int exitCode = run.exitCode();
            if (exitCode != command.exitCode()) {
                throw new IllegalStateException(command.text() + " ended with " + exitCode + ":\n" + run.output()
                        + "\n" + root.succeeds("journalctl --no-pager -n 20"));
            }
            return run.output();
        }
    }

    /** As a container's engine would: the layers over each other, nothing but the volume and /tmp writable, its user, its command. */
    @Test
    void theImageStartsWithItsUserOnAReadOnlyRootAndDrains(@TempDir Path scratch) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "root is needed");
        JsonMapper json = new JsonMapper();
        Path oci = Files.createDirectory(scratch.resolve("oci"));
        Path root = Files.createDirectory(scratch.resolve("root"));
        run("tar", "-xf", only("oci.tar").toString(), "-C", oci.toString());
        JsonNode manifest = json
                .readTree(blob(oci, json.readTree(oci.resolve("index.json").toFile()).at("/manifests/0")).toFile());
        JsonNode config = json.readTree(blob(oci, manifest.path("config")).toFile()).path("config");
        for (JsonNode layer : manifest.path("layers")) {
            run("tar", "-xf", blob(oci, layer).toString(), "-C", root.toString());
        }
        assertThat(config.path("User").asString()).isEqualTo("10001:10001");
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "bash", "-euc", """
                cd "$0"; mkdir -p proc dev; mount --bind . .; mount --bind -o remount,ro . .; cd "$0"
                mount --rbind /proc proc; mount --rbind /dev dev; mount -t tmpfs -o mode=1777 tmp tmp
                mount -t tmpfs -o uid=10001,gid=10001,mode=750 data var/lib/revproc
                exec env -i REVPROC_LISTENER_PLAINTEXT=true "$@"
                """, root.toString()));
        config.path("Env").forEach(each -> command.add(each.asString()));
        command.addAll(List.of("/usr/sbin/chroot", "--userspec=10001:10001", "."));
        config.path("Entrypoint").forEach(each -> command.add(each.asString()));
        command.addAll(List.of("--server.port=0", "--revproc.listener.port=0"));
        try (Proc proxy = Proc.start("image", command)) {
            assertThat(proxy.await("event=audit directory=(\\S+)").group(1)).isEqualTo("/var/lib/revproc/audit");
            assertThat(proxy.await("event=started .* prepared=(\\w+)").group(1)).isEqualTo("true");
            proxy.terminate();
            proxy.await("event=stopped unanswered=0");
            assertThat(proxy.exitCode()).isEqualTo(143);
        }
    }

    private static Path blob(Path oci, JsonNode descriptor) {
        return oci.resolve("blobs").resolve(descriptor.path("digest").asString().replace(':', '/'));
    }

    private static void run(String... command) throws Exception {
        try (Proc run = Proc.start(command[0], List.of(command))) {
            assertThat(run.exitCode()).as(run.output()).isZero();
        }
    }

    private static Path only(String end) throws IOException {
        try (Stream<Path> files = Files.list(PACKAGES)) {
            return files.filter(file -> file.toString().endsWith(end)).findFirst().orElseThrow();
        }
    }
}
