package io.revproc.chart;

import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

class ProxyTest {
    private static final String NAME = "shop-revproc";

    /** The drain has to end before the kubelet kills: preStop, the replies owed, HTTP, the JVM's own end. */
    @ParameterizedTest
    @CsvSource({"5, 20", "1, 1", "30, 120", "10, 3600"})
    void theGracePeriodIsLongerThanEverythingThatHappensInIt(int endpoint, int reply) {
        Rendered rendered = Rendered
                .with("proxy: {drain: {endpointSeconds: %s, replySeconds: %s}}".formatted(endpoint, reply));
        PodSpec pod = rendered.pod(NAME).getSpec();
        JsonNode config = rendered.proxyConfig();
        long grace = seconds(config.at("/revproc/listener/shutdown-grace"));
        long wait = seconds(config.at("/revproc/listener/shutdown-wait"));
        long phase = seconds(config.at("/spring/lifecycle/timeout-per-shutdown-phase"));
        long preStop = pod.getContainers().getFirst().getLifecycle().getPreStop().getSleep().getSeconds();

        assertThat(preStop).isEqualTo(endpoint);
        assertThat(grace).isEqualTo(reply);
        assertThat(phase).as("Spring waits for the drain").isGreaterThan(wait + grace);
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(preStop + 2 * phase);
    }

    @Test
    void aNewProxyIsReadyBeforeAnOldOneGoes() {
        Deployment deployment = Rendered.with("proxy: {persistence: {enabled: false}}").one(Deployment.class, NAME);

        assertThat(deployment.getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal()).isZero();
        assertThat(deployment.getSpec().getStrategy().getRollingUpdate().getMaxSurge().getIntVal()).isEqualTo(1);
    }

    @Test
    void theProbesAskTheActuatorAndLivenessDoesNotHangOnReadiness() {
        Container proxy = proxy(ValueSet.DEFAULT.rendered());

        assertThat(proxy.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
        assertThat(proxy.getStartupProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
        assertThat(proxy.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/readiness");
        assertThat(List.of(proxy.getLivenessProbe(), proxy.getStartupProbe(), proxy.getReadinessProbe()))
                .allSatisfy(probe -> assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http-admin"));
    }

    @Test
    void theAdminPortKnowsTheTokensOfTheValuesAndNoOthers() {
        JsonNode config = ValueSet.SECURE.rendered().proxyConfig();

        assertThat(config.at("/revproc/admin/tokens/0").toString()).isEqualTo("{\"name\":\"ada\",\"role\":\"operator\","
                + "\"token-sha256\":\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"}");
        assertThat(config.at("/revproc/admin/tokens")).hasSize(2);
        assertThat(Rendered.with("").proxyConfig().at("/revproc").has("admin")).isFalse();
    }

    @Test
    void theListenerIsReachableFromOtherPodsAndThePortsAgree() {
        Rendered rendered = Rendered.with("proxy: {listener: {port: 7000}, admin: {port: 7001}, service: {port: 80}}");
        JsonNode config = rendered.proxyConfig();

        assertThat(config.at("/revproc/listener/address").asString()).isEqualTo("0.0.0.0");
        assertThat(config.at("/server/address").asString()).isEqualTo("0.0.0.0");
        assertThat(config.at("/revproc/listener/port").asInt()).isEqualTo(7000);
        assertThat(config.at("/server/port").asInt()).isEqualTo(7001);
        assertThat(proxy(rendered).getPorts()).extracting(port -> port.getName() + port.getContainerPort())
                .containsExactly("tcp-revproc7000", "http-admin7001");
        assertThat(rendered.one(Service.class, NAME).getSpec().getPorts().getFirst().getPort()).isEqualTo(80);
        // A headless Service has no port of its own: who resolves it connects to the pods'.
        assertThat(rendered.one(Service.class, NAME + "-headless").getSpec().getPorts().getFirst().getPort())
                .isEqualTo(7000);
    }

    /** The proxy refuses to start with an address that is not loopback and neither of these. */
    @Test
    void theListenerSpeaksTlsOrSaysThatItIsPlainText() {
        JsonNode secured = ValueSet.SECURE.rendered().proxyConfig();

        assertThat(ValueSet.DEFAULT.rendered().proxyConfig().at("/revproc/listener/plaintext").asBoolean()).isTrue();
        assertThat(secured.at("/revproc/listener/tls/bundle").asString()).isEqualTo("listener");
        assertThat(secured.at("/revproc/listener").has("plaintext")).isFalse();
    }

    @Test
    void everyServiceSelectsTheProxysPodsByAPortThatTheyHave() {
        Rendered rendered = ValueSet.SEED.rendered();
        Map<String, String> labels = rendered.pod(NAME).getMetadata().getLabels();
        List<String> ports = proxy(rendered).getPorts().stream().map(port -> port.getName()).toList();

        assertThat(rendered.all(Service.class)).hasSize(3).allSatisfy(service -> {
            assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
            assertThat(service.getSpec().getPorts()).allMatch(port -> ports.contains(port.getTargetPort().getStrVal()));
        });
        assertThat(rendered.one(Service.class, NAME + "-headless").getSpec().getClusterIP()).isEqualTo("None");
        assertThat(rendered.one(Service.class, NAME + "-admin").getSpec().getType()).isEqualTo("ClusterIP");
    }

    @Test
    void theSeedsServiceIsALoadBalancerAtPort80ThatKeepsTheClientsAddresses() {
        Service service = ValueSet.SEED.rendered().one(Service.class, NAME);

        assertThat(service.getSpec().getType()).isEqualTo("LoadBalancer");
        assertThat(service.getSpec().getPorts().getFirst().getPort()).isEqualTo(80);
        assertThat(service.getSpec().getExternalTrafficPolicy()).isEqualTo("Local");
        assertThat(service.getSpec().getLoadBalancerSourceRanges()).containsExactly("203.0.113.0/24");
    }

    @Test
    void anAutoscalerSetsTheNumberAndTheStatefulSetDoesNot() {
        Rendered cpu = ValueSet.HA.rendered();
        HorizontalPodAutoscaler scaler = cpu.one(HorizontalPodAutoscaler.class, NAME);

        assertThat(cpu.one(StatefulSet.class, NAME).getSpec().getReplicas()).isNull();
        assertThat(scaler.getSpec().getScaleTargetRef().getName()).isEqualTo(NAME);
        assertThat(scaler.getSpec().getScaleTargetRef().getKind()).isEqualTo("StatefulSet");
        assertThat(scaler.getSpec().getMinReplicas()).isEqualTo(3);
        assertThat(scaler.getSpec().getMetrics().getFirst().getResource().getTarget().getAverageUtilization())
                .isEqualTo(70);
        assertThat(scaler.getSpec().getBehavior().getScaleDown().getPolicies().getFirst().getValue()).isEqualTo(1);

        HorizontalPodAutoscaler inFlight = ValueSet.EXTERNAL_ETCD.rendered().one(HorizontalPodAutoscaler.class, NAME);
        assertThat(inFlight.getSpec().getMetrics().getFirst().getPods().getTarget().getAverageValue().getAmount())
                .isEqualTo("500");
        assertThat(ValueSet.DEFAULT.rendered().all(HorizontalPodAutoscaler.class)).isEmpty();
        assertThat(ValueSet.DEFAULT.rendered().one(StatefulSet.class, NAME).getSpec().getReplicas()).isEqualTo(1);
    }

    @Test
    void aNodeDrainTakesOneProxyAtATime() {
        PodDisruptionBudget budget = ValueSet.DEFAULT.rendered().one(PodDisruptionBudget.class, NAME);

        assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
        assertThat(ValueSet.DEFAULT.rendered().pod(NAME).getMetadata().getLabels())
                .containsAllEntriesOf(budget.getSpec().getSelector().getMatchLabels());
        assertThat(
                ValueSet.HA.rendered().one(PodDisruptionBudget.class, NAME).getSpec().getMaxUnavailable().getStrVal())
                .isEqualTo("25%");
    }

    @Test
    void proxiesAreSpreadOverHostsAndZones() {
        assertThat(ValueSet.HA.rendered().pod(NAME).getSpec().getTopologySpreadConstraints())
                .extracting(spread -> spread.getTopologyKey() + " " + spread.getWhenUnsatisfiable())
                .containsExactly("kubernetes.io/hostname DoNotSchedule", "topology.kubernetes.io/zone DoNotSchedule");
    }

    @Test
    void aChangedSettingRollsThePodsAndAnUnchangedOneDoesNot() {
        String one = checksum("proxy: {config: {revproc: {listener: {max-connections: 5}}}}");

        assertThat(checksum("proxy: {config: {revproc: {listener: {max-connections: 5}}}}")).isEqualTo(one);
        assertThat(checksum("proxy: {config: {revproc: {listener: {max-connections: 6}}}}")).isNotEqualTo(one);
    }

    @Test
    void whatTheUserSetsWinsOverTheChartEvenIfItIsFalseOrZero() {
        JsonNode config = Rendered.with("""
                proxy:
                  config:
                    revproc: {listener: {max-connections: 5, idle-timeout: 0}}
                    management: {endpoint: {health: {probes: {enabled: false}}}}
                """).proxyConfig();

        assertThat(config.at("/management/endpoint/health/probes/enabled").asBoolean(true)).isFalse();
        assertThat(config.at("/revproc/listener/idle-timeout").asInt(-1)).isZero();
        assertThat(config.at("/revproc/listener/port").asInt()).as("what the chart set is still there").isEqualTo(8123);
    }

    @Test
    void aDigestWinsOverATag() {
        assertThat(proxy(ValueSet.OWN_IMAGE.rendered(), "gateway").getImage()).startsWith(
                "registry.example.org/revproc-service@sha256:");
        assertThat(proxy(ValueSet.DEFAULT.rendered()).getImage()).isEqualTo("revproc-service:1.0.0");
    }

    private static String checksum(String values) {
        return String.valueOf(Rendered.with(values).pod(NAME).getMetadata().getAnnotations().get("checksum/config"));
    }

    private static long seconds(JsonNode duration) {
        return Long.parseLong(duration.asString().replace("s", ""));
    }

    private static Container proxy(Rendered rendered) {
        return proxy(rendered, NAME);
    }

    private static Container proxy(Rendered rendered, String name) {
        return rendered.pod(name).getSpec().getContainers().getFirst();
    }
}
