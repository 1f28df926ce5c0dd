package io.revproc.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The starts that only fill the JVM's cache: nobody notices them, least of all a proxy that has live servers. */
class TrialStartIT {
    @TempDir
    Path scratch;

    /** Every port that such a start could open is taken, so that opening one would end it; and everybody it could dial listens. */
    @ParameterizedTest
    @ValueSource(strings = {"policy-server", "revproc-service"})
    void aTrialStartDialsNobodyAndOpensNoPortThatMatters(String program) throws Exception {
        try (ServerSocket dialled = listen(); ServerSocket data = listen(); ServerSocket http = listen()) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + Files.createDirectory(scratch.resolve("tmp")),
                    "-Dtrial.start=true", "-jar", jar(program).toAbsolutePath().toString(),
                    "--server.port=" + http.getLocalPort()));
            command.addAll(program.equals("policy-server")
                    ? List.of("-revproc", "" + dialled.getLocalPort(), "-listen", "" + data.getLocalPort())
                    : List.of("-port", "" + data.getLocalPort(), "--revproc.store.type=etcd",
                            "--revproc.store.etcd.endpoints=http://127.0.0.1:" + dialled.getLocalPort()));
            Path home = Files.createDirectory(scratch.resolve("home"));
            Process trial = new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true)
                    .redirectOutput(scratch.resolve("log").toFile()).start();

            assertThat(trial.waitFor()).as(Files.readString(scratch.resolve("log"))).isZero();
            assertNobodyCame(dialled);
            assertThat(Files.readString(scratch.resolve("log"))).contains("started ");
            assertThat(home).isEmptyDirectory();
        }
    }

    /** A stand-in for java writes down how it is started. The script is called by a link to it. */
    @ParameterizedTest
    @ValueSource(strings = {"policy-server", "revproc-service"})
    void theScriptKeepsTheUsersEnvironmentFromTheTrialStart(String program) throws Exception {
        Path home = installation(program, """
                { printf '%%s\n' "$@"; env; } >%s/trial
                for each; do case $each in -XX:AOTCacheOutput=*) echo >"${each#*=}" ;; esac; done
                """.formatted(scratch));
        Path link = Files.createSymbolicLink(scratch.resolve("link"), home.resolve("bin/" + program));
        Process script = prepare(link, Map.of("POLICYSERVER_REVPROC", "8123", "REVPROC_STORE_TYPE", "etcd",
                "SPRING_CONFIG_LOCATION", "/nowhere", "JAVA_TOOL_OPTIONS", "-Dx=y"));

        assertThat(script.waitFor()).as(Files.readString(scratch.resolve("log"))).isZero();
        assertThat(Files.readAllLines(scratch.resolve("trial"))).contains("-Dtrial.start=true")
                .noneMatch(line -> line.matches("(POLICYSERVER|REVPROC|SPRING|JAVA_).*"))
                .noneMatch(line -> line.startsWith("-Djava.io.tmpdir=") && !line.contains(home.toString()));
        assertThat(home.resolve(program + "/target/run/trial")).doesNotExist();
        assertThat(home.resolve(program + "/target/run/" + program + ".aot")).isNotEmptyFile();
    }

    /** The script is told to end in the middle of a trial start; what an earlier, killed one has left goes as well. */
    @Test
    void aScriptThatIsEndedEndsItsTrialStartAndLeavesNothing() throws Exception {
        Path trial = scratch.resolve("trial");
        Path home = installation("policy-server",
                "echo $$ >%1$s.new; mv %1$s.new %1$s; exec sleep 300".formatted(trial));
        Path target = home.resolve("policy-server/target");
        Files.createDirectories(target.resolve("run.99999999.killed/app"));
        Process script = prepare(home.resolve("bin/policy-server"), Map.of());
        await().until(() -> Files.exists(trial) || !script.isAlive());
        long pid = Long.parseLong(Files.readString(trial).strip());

        script.destroy();

        assertThat(script.waitFor()).isEqualTo(143);
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(target).isDirectoryNotContaining("glob:**/run*");
    }

    @Test
    void aFirstStartDoesNotWaitForItsCacheWhichIsMadeBehindItUnlessSomebodySaysNo() throws Exception {
        Path goOn = scratch.resolve("go-on");
        Path home = installation("policy-server", """
                until [ -e %s ]; do sleep 0.01; done
                for each; do case $each in -XX:AOTCacheOutput=*) echo >"${each#*=}" ;; esac; done
                """.formatted(goOn));
        Path cache = home.resolve("policy-server/target/run/policy-server.aot");
        ProcessBuilder start = script(home.resolve("bin/policy-server"));
        start.environment().put("REVPROC_AOT", "off");
        assertThat(start.start().waitFor()).isZero();
        assertThat(Files.readString(scratch.resolve("log"))).isEmpty();

        start.environment().remove("REVPROC_AOT");
        assertThat(start.start().waitFor()).isZero();

        assertThat(Files.readString(scratch.resolve("log"))).contains("without a cache", "REVPROC_AOT=off");
        assertThat(cache).doesNotExist();
        Files.createFile(goOn);
        await().untilAsserted(() -> assertThat(cache).isNotEmptyFile());
    }

    /** The scripts, with a jar that is empty and a java that does what is given for a trial start. */
    private Path installation(String program, String trial) throws IOException {
        Path home = scratch.resolve("home");
        Files.createDirectories(home.resolve(program + "/target"));
        Files.createFile(home.resolve(program + "/target/" + program + ".jar"));
        try (Stream<Path> scripts = Files.walk(Programs.home().resolve("bin"))) {
            for (Path script : scripts.filter(Files::isRegularFile).toList()) {
                Path copy = home.resolve(Programs.home().relativize(script));
                Files.createDirectories(copy.getParent());
                Files.copy(script, copy);
            }
        }
        Path java = Files.createDirectories(scratch.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/bash
                case "$*" in
                  *extract*) mkdir app ;;
                  *AOTCacheOutput=*)
                %s
                ;;
                esac
                """.formatted(trial));
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return home;
    }

    private Process prepare(Path script, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = script(script, "--prepare");
        builder.environment().putAll(environment);
        return builder.start();
    }

    private ProcessBuilder script(Path script, String... options) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA25", scratch.resolve("jdk/bin/java").toString());
        return builder.redirectErrorStream(true).redirectOutput(scratch.resolve("log").toFile());
    }

    private static Path jar(String program) {
        return Programs.home().resolve(program).resolve("target").resolve(program + ".jar");
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    /** Whoever came stands in the queue by now. */
    private static void assertNobodyCame(ServerSocket listener) throws IOException {
        listener.setSoTimeout(1);
        assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
    }
}
