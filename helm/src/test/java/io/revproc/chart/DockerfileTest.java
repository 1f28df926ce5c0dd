package io.revproc.chart;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.revproc.chart.Dockerfile.Instruction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What can be said about the images without an engine that builds them; {@link ImagesStartIT} runs their steps. */
class DockerfileTest {
    @ParameterizedTest
    @ValueSource(strings = {"revproc-service", "policy-server"})
    void theImageIsAJreWithTheJarsLayersFromRareToFrequentChange(String module) {
        Dockerfile file = read(module);

        assertThat(file.all("FROM")).extracting(Instruction::arguments)
                .containsExactly("${BASE} AS layers", "${BASE}");
        assertThat(file.one("ARG").arguments()).isEqualTo("BASE=eclipse-temurin:25-jre");
        assertThat(file.lastStage().all("COPY")).extracting(copy -> copy.words().get(1))
                .containsExactly("/layers/extracted/dependencies/", "/layers/extracted/spring-boot-loader/",
                        "/layers/extracted/snapshot-dependencies/", "/layers/extracted/application/");
        assertThat(file.all("ADD")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"revproc-service", "policy-server"})
    void itRunsAsTheUserThatTheChartSaysAndNothingIsWrittenAfterThat(String module) {
        Dockerfile image = read(module).lastStage();
        List<String> names = image.instructions().stream().map(Instruction::name).toList();
        JsonNode values = Yaml.tree(Project.read(Project.CHART.resolve("values.yaml")));
        int uid = values.at("/securityContext/runAsUser").asInt();

        assertThat(image.one("USER").arguments())
                .isEqualTo(uid + ":" + values.at("/securityContext/runAsGroup").asInt());
        assertThat(names.subList(names.indexOf("USER"), names.size())).doesNotContain("RUN", "COPY");
    }

    /** A cache that was made with other options, or in another stage, is not used: the JVM compares. */
    @ParameterizedTest
    @ValueSource(strings = {"revproc-service", "policy-server"})
    void theAotCacheIsMadeInTheFinalStageWithTheOptionsOfTheEntryPoint(String module) {
        Dockerfile image = read(module).lastStage();
        List<String> training = image.all("RUN").getFirst().words();
        List<String> start = image.one("ENTRYPOINT").array();

        assertThat(training).contains("-XX:AOTCacheOutput=" + module + ".aot", "-Dtrial.start=true");
        assertThat(start).contains("-XX:AOTCache=" + module + ".aot", "-XX:+ExitOnOutOfMemoryError");
        assertThat(training).containsSequence("-jar", module + ".jar");
        assertThat(start).endsWith("-jar", module + ".jar");
        assertThat(training.subList(0, training.indexOf("-jar"))).filteredOn(option -> option.startsWith("--"))
                .isEqualTo(
                        start.stream().filter(option -> option.startsWith("--")).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"revproc-service", "policy-server"})
    void onlyTheJarThatTheBuildMakesGoesIntoTheBuildersContext(String module) {
        String ignore = Project.read(Project.HOME.resolve(module + "/.dockerignore"));

        assertThat(ignore.lines()).containsExactly("*", "!target/" + module + ".jar");
        assertThat(read(module).all("COPY").getFirst().arguments())
                .isEqualTo("target/" + module + ".jar " + module + ".jar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"revproc-service", "policy-server"})
    void itsPortsAreThoseOfTheChartAndItListensForOtherMachines(String module) {
        JsonNode values = Yaml.tree(Project.read(Project.CHART.resolve("values.yaml")));
        Dockerfile image = read(module).lastStage();
        Map<String, String> environment = new TreeMap<>();
        image.one("ENV").words().forEach(word -> environment.put(word.split("=", 2)[0], word.split("=", 2)[1]));

        String ports = module.equals("revproc-service")
                ? values.at("/proxy/listener/port") + " " + values.at("/proxy/admin/port")
                : values.at("/policyServerDefaults/listenPort") + " " + values.at("/policyServerDefaults/httpPort");
        assertThat(image.one("EXPOSE").arguments()).isEqualTo(ports);
        // What is kept lies in the volume.
        assertThat(Stream.of("REVPROC_STORE_FILE", "REVPROC_AUDIT_DIRECTORY").map(environment::remove)
                .filter(Objects::nonNull)).allMatch(place -> place.startsWith("/var/lib/revproc/"));
        assertThat(environment.values()).containsOnly("0.0.0.0");
        assertThat(environment).containsKey("SERVER_ADDRESS").hasSize(2);
    }

    /** The root file system is read-only: the table's file has to be on the volume, in the image as in the chart. */
    @Test
    void whatTheProxyKeepsIsOnTheVolumeWhichItsUserMayWrite() {
        Dockerfile image = read("revproc-service").lastStage();
        String volume = image.one("VOLUME").arguments();

        assertThat(image.all("RUN").getLast().arguments()).isEqualTo("install -d -o 10001 -g 10001 " + volume);
        assertThat(image.one("ENV").words()).contains("REVPROC_STORE_FILE=" + volume + "/routes.snapshot");
        Rendered rendered = ValueSet.DEFAULT.rendered();
        assertThat(rendered.proxyConfig().at("/revproc/store/file").asString()).isEqualTo(volume + "/routes.snapshot");
        assertThat(rendered.pod("shop-revproc").getSpec().getContainers().getFirst().getVolumeMounts()).anyMatch(
                mount -> mount.getMountPath().equals(volume) && !Boolean.TRUE.equals(mount.getReadOnly()));
    }

    private static Dockerfile read(String module) {
        return Dockerfile.read(Project.HOME.resolve(module + "/Dockerfile"));
    }
}
