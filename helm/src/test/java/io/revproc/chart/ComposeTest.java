package io.revproc.chart;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

class ComposeTest {
    private static final JsonNode COMPOSE = Yaml.withMergeKeys(Project.read(Project.HOME.resolve("compose.yaml")));

    @Test
    void thereAreAProxyTwoServersOfTwoPoliciesAndEtcd() {
        assertThat(COMPOSE.at("/services").propertyNames()).containsExactlyInAnyOrder("proxy", "server-1", "server-2",
                "etcd");
        assertThat(List.of(COMPOSE.at("/services/server-1/environment/POLICYSERVER_PP").asString(),
                COMPOSE.at("/services/server-2/environment/POLICYSERVER_PP").asString()))
                .containsExactly("PP_1", "PP_2");
        assertThat(List.of(COMPOSE.at("/services/server-1/environment/POLICYSERVER_ID").asString(),
                COMPOSE.at("/services/server-2/environment/POLICYSERVER_ID").asString())).containsExactly("1", "2");
    }

    @Test
    void everyServiceIsRestrictedAndHasAMemoryLimit() {
        COMPOSE.at("/services").properties().forEach(service -> {
            JsonNode settings = service.getValue();
            assertThat(settings.at("/read_only").asBoolean(false)).as(service.getKey()).isTrue();
            assertThat(settings.at("/cap_drop").toString()).as(service.getKey()).isEqualTo("[\"ALL\"]");
            assertThat(settings.at("/security_opt").toString()).contains("no-new-privileges:true");
            assertThat(settings.has("mem_limit")).as(service.getKey()).isTrue();
            assertThat(settings.has("privileged") || settings.has("network_mode")).as(service.getKey()).isFalse();
        });
    }

    @Test
    void onlyTheProxyIsReachableAndOnlyFromThisMachine() {
        COMPOSE.at("/services").properties().forEach(service -> {
            if (service.getKey().equals("proxy")) {
                assertThat(service.getValue().at("/ports").valueStream().map(JsonNode::asString))
                        .containsExactly("127.0.0.1:8123:8123", "127.0.0.1:8124:8124");
            } else {
                assertThat(service.getValue().has("ports")).as(service.getKey()).isFalse();
            }
        });
    }

    @Test
    void serversMayRegisterFromTheNetworkOfThisFile() {
        assertThat(COMPOSE.at("/services/proxy/environment/REVPROC_REGISTRATION_ALLOWEDCIDRS").asString())
                .isEqualTo(COMPOSE.at("/networks/revproc/ipam/config/0/subnet").asString());
    }

    @Test
    void whatIsBuiltHasADockerfileAndWhatIsReferredToIsThere() {
        TreeSet<String> volumes = new TreeSet<>(COMPOSE.at("/volumes").propertyNames());
        COMPOSE.at("/services").properties().forEach(service -> {
            if (service.getValue().has("build")) {
                assertThat(
                        Files.exists(Project.HOME.resolve(service.getValue().at("/build").asString() + "/Dockerfile")))
                        .as(service.getKey())
                        .isTrue();
            }
            service.getValue().at("/depends_on").propertyNames().forEach(
                    other -> assertThat(COMPOSE.at("/services").has(other)).as(other).isTrue());
            service.getValue().at("/volumes").valueStream().forEach(
                    volume -> assertThat(volumes).contains(volume.asString().split(":")[0]));
            service.getValue().at("/networks").valueStream().forEach(
                    network -> assertThat(COMPOSE.at("/networks").has(network.asString())).isTrue());
        });
    }

    @Test
    void etcdIsTheChartsVersion() {
        JsonNode image = Yaml.tree(Project.read(Project.CHART.resolve("values.yaml"))).at("/etcd/image");

        assertThat(COMPOSE.at("/services/etcd/image").asString()).isEqualTo(
                image.at("/repository").asString() + ":" + image.at("/tag").asString());
    }

    /** Without them etcd's history grows until it takes no more writes. */
    @Test
    void etcdForgetsItsHistoryAsTheChartsDoes() {
        List<String> ours = COMPOSE.at("/services/etcd/command").valueStream().map(JsonNode::asString).toList();
        List<String> charts = ValueSet.HA.rendered().one(StatefulSet.class, "shop-revproc-etcd").getSpec().getTemplate()
                .getSpec().getContainers().getFirst().getArgs();
        String scale = Project.read(Project.HOME.resolve("docs/scale.md"));

        for (String option : List.of("--auto-compaction-mode", "--auto-compaction-retention",
                "--quota-backend-bytes")) {
            String here = ours.stream().filter(each -> each.startsWith(option + "=")).findFirst().orElseThrow();
            assertThat(charts).contains(here);
            assertThat(scale).contains(here);
        }
    }

    /** The health check is bash; what Compose takes for a variable is doubled there. */
    @Test
    void theHealthCheckTellsReadyFromNotReady() throws Exception {
        String check = COMPOSE.at("/services/proxy/healthcheck/test/3").asString().replace("$$", "$");
        for (Map.Entry<String, Integer> answer : Map.of("200", 0, "503", 1).entrySet()) {
            try (AnsweringServer server = AnsweringServer.http(answer.getKey())) {
                Process process = new ProcessBuilder("bash", "-c",
                        check.replace("127.0.0.1/8124", "127.0.0.1/" + server.port())).start();
                assertThat(process.waitFor()).as(answer.getKey()).isEqualTo(answer.getValue());
            }
        }
    }
}
