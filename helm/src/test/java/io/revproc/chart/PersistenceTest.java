package io.revproc.chart;

import java.util.Map;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The delivery record and its keys live as long as the claim that they are on, and no two proxies share one. */
class PersistenceTest {
    private static final String NAME = "shop-revproc";

    @Test
    void eachProxyHasAClaimOfItsOwnThatNothingRemoves() {
        StatefulSetSpec spec = ValueSet.HA.rendered().one(StatefulSet.class, NAME).getSpec();

        assertThat(spec.getVolumeClaimTemplates()).hasSize(1).allSatisfy(claim -> {
            assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteOnce");
            assertThat(claim.getSpec().getResources().getRequests().get("storage")).hasToString("5Gi");
        });
        assertThat(spec.getPersistentVolumeClaimRetentionPolicy().getWhenScaled()).isEqualTo("Retain");
        assertThat(spec.getPersistentVolumeClaimRetentionPolicy().getWhenDeleted()).isEqualTo("Retain");
        assertThat(spec.getTemplate().getSpec().getContainers().getFirst().getVolumeMounts())
                .anyMatch(mount -> mount.getName().equals("data") && mount.getMountPath().equals("/var/lib/revproc"));
        assertThat(spec.getTemplate().getSpec().getVolumes()).extracting(Volume::getName).doesNotContain("data");
        assertThat(spec.getServiceName()).isEqualTo(NAME + "-headless");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            persistence: {enabled: false} | RollingUpdate | emptyDir
            dataVolume: {persistentVolumeClaim: {claimName: mine}} | Recreate | mine
            dataVolume: {emptyDir: {sizeLimit: 9Gi}} | RollingUpdate | 9
            {dataVolume: {emptyDir: {}}, strategy: {type: Recreate}} | Recreate | emptyDir
            """)
    void withAnotherVolumeItIsADeployment(String proxy, String strategy, String volume) {
        Deployment deployment = Rendered.with("proxy: " + (proxy.startsWith("{") ? proxy : "{" + proxy + "}"))
                .one(Deployment.class, NAME);

        assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo(strategy);
        assertThat(deployment.getSpec().getTemplate().getSpec().getVolumes())
                .filteredOn(each -> each.getName().equals("data")).asString().contains(volume);
    }

    @Test
    void theRecordsKeysComeFromASecretThatNobodyElseReads() {
        Rendered rendered = Rendered.with("proxy: {recordKeySecret: keys}");

        assertThat(rendered.proxyConfig().at("/revproc/audit/key-directory").asString())
                .isEqualTo("/etc/revproc/record-key");
        assertThat(rendered.pod(NAME).getSpec().getVolumes()).filteredOn(each -> each.getName().equals("record-key"))
                .singleElement().satisfies(each -> {
                    assertThat(each.getSecret().getSecretName()).isEqualTo("keys");
                    assertThat(each.getSecret().getDefaultMode()).isEqualTo(0440);
                });
    }

    /** A rollout of servers must not be one of the proxies, which would take every connection with it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {replicas: 5} | true
            {image: {tag: "2"}, weight: 3, extraEnv: [{name: A, value: b}]} | true
            {resources: {limits: {memory: 1Gi}}, autoscaling: {enabled: true}} | true
            {policy: PP_2} | false
            {id: "7"} | false
            {token: {existingSecret: s, hash: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}} | false
            """)
    void aChangeOfAServerRestartsTheProxiesOnlyWhereItChangesAGrant(String change, boolean same) {
        String before = template("{policy: PP_1}");

        assertThat(template("{policy: PP_1}")).isEqualTo(before);
        assertThat(
                template(change.contains("policy:") ? change : "{policy: PP_1, " + change.substring(1)).equals(before))
                .isEqualTo(same);
    }

    private static String template(String server) {
        Map<String, String> annotations = Rendered
                .with("{registration: {requireToken: true}, policyServers: {a: " + server + "}}")
                .pod(NAME).getMetadata().getAnnotations();
        return annotations.get("checksum/grants") + " " + annotations.get("checksum/config");
    }
}
