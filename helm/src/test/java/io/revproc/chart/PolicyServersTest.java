package io.revproc.chart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class PolicyServersTest {
    @Test
    void eachPolicyHasADeploymentOfItsOwn() {
        Rendered rendered = ValueSet.HA.rendered();

        assertThat(env(rendered, "shop-revproc-pp-1")).containsEntry("POLICYSERVER_PP", "PP_1")
                .containsEntry("POLICYSERVER_ZONE", "eu-1")
                .containsEntry("POLICYSERVER_WEIGHT", "2")
                .containsEntry("POLICYSERVER_MUX", "true")
                .containsEntry("POLICYSERVER_REVHOST", "shop-revproc-headless.web.svc")
                .containsEntry("POLICYSERVER_REVPROC", "8123")
                .containsEntry("POLICYSERVER_LISTENADDRESS", "0.0.0.0");
        assertThat(env(rendered, "shop-revproc-pp-2")).containsEntry("POLICYSERVER_PP", "PP_2")
                .as("false over a default of true")
                .containsEntry("POLICYSERVER_MUX", "false")
                .doesNotContainKey("POLICYSERVER_ZONE");
        assertThat(rendered.one(Deployment.class, "shop-revproc-pp-1").getSpec().getReplicas()).isEqualTo(3);
    }

    /** Servers of one policy with the same id would replace each other in the switch table. */
    @ParameterizedTest
    @EnumSource
    void noTwoServersOfAPolicyHaveTheSameId(ValueSet set) {
        set.rendered().all(Deployment.class).forEach(deployment -> {
            Container container = deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
            for (EnvVar variable : container.getEnv()) {
                if (variable.getName().equals("POLICYSERVER_ID") && variable.getValueFrom() == null) {
                    assertThat(deployment.getSpec().getReplicas()).isEqualTo(1);
                    assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo("Recreate");
                } else if (variable.getName().equals("POLICYSERVER_ID")) {
                    assertThat(variable.getValueFrom().getFieldRef().getFieldPath()).isEqualTo("metadata.name");
                }
            }
        });
    }

    @Test
    void noServiceLeadsToAPolicyServer() {
        Rendered rendered = ValueSet.HA.rendered();
        Map<String, String> labels = rendered.pod("shop-revproc-pp-1").getMetadata().getLabels();

        assertThat(rendered.all(Service.class)).isNotEmpty()
                .noneMatch(service -> labels.entrySet().containsAll(service.getSpec().getSelector().entrySet()));
    }

    /** A connection without a message ends some old servers for good. */
    @ParameterizedTest
    @EnumSource
    void nothingIsProbedByABareConnection(ValueSet set) {
        set.rendered().pods().forEach((name, pod) -> PodSecurityTest.containers(pod.getSpec()).forEach(container -> {
            List.of(java.util.Optional.ofNullable(container.getLivenessProbe()),
                    java.util.Optional.ofNullable(container.getReadinessProbe()),
                    java.util.Optional.ofNullable(container.getStartupProbe()))
                    .forEach(probe -> probe.ifPresent(there -> assertThat(there.getTcpSocket()).as(name).isNull()));
        }));
    }

    @Test
    void anOwnImageGetsItsCommandItsArgumentsAndNoProbeThatItDoesNotAnswer() {
        Rendered rendered = ValueSet.OWN_IMAGE.rendered();
        Container old = rendered.pod("gateway-old").getSpec().getContainers().getFirst();
        Container own = rendered.pod("gateway-new").getSpec().getContainers().getFirst();

        assertThat(old.getImage()).isEqualTo("registry.example.org/old-server:3");
        assertThat(old.getCommand()).containsExactly("python3", "server.py");
        assertThat(old.getArgs()).contains("$(POLICYSERVER_ID)", "$(POLICYSERVER_LISTEN)");
        assertThat(old.getLivenessProbe()).isNull();
        assertThat(old.getReadinessProbe()).isNull();
        assertThat(own.getReadinessProbe().getExec().getCommand()).containsExactly("/bin/health");
        // What the arguments quote has to be set before them.
        List<String> names = old.getEnv().stream().map(EnvVar::getName).toList();
        assertThat(old.getArgs()).filteredOn(argument -> argument.startsWith("$("))
                .allMatch(argument -> names.contains(argument.substring(2, argument.length() - 1)));
    }

    @Test
    void aServerThatIsSetToNullIsNotThere() {
        Rendered rendered = Rendered.with("policyServers: {a: {policy: A}, b: null}");

        assertThat(rendered.pods().keySet()).contains("shop-revproc-a").doesNotContain("shop-revproc-b");
    }

    @Test
    void severalServersOfAPolicyAreNotTakenAwayAtOnce() {
        Rendered rendered = ValueSet.HA.rendered();

        assertThat(
                rendered.one(PodDisruptionBudget.class, "shop-revproc-pp-1").getSpec().getMaxUnavailable().getIntVal())
                .isEqualTo(1);
        assertThat(ValueSet.SEED.rendered().has(PodDisruptionBudget.class, "shop-revproc-pp-1")).isFalse();
    }

    private static Map<String, String> env(Rendered rendered, String pod) {
        Map<String, String> env = new LinkedHashMap<>();
        rendered.pod(pod).getSpec().getContainers().getFirst().getEnv().forEach(
                variable -> env.put(variable.getName(), variable.getValue() == null ? "" : variable.getValue()));
        return env;
    }
}
