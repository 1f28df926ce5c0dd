package io.revproc.chart;

import java.util.List;
import java.util.Map;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.HasMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChartRendersTest {
    @Test
    void lintFindsNothing() {
        LintResult result = new Helm(Project.CHART).lint().strict().call();

        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages())
                .noneMatch(message -> message.contains("[WARNING]") || message.contains("[ERROR]"));
    }

    @ParameterizedTest
    @EnumSource
    void everyObjectFitsItsKind(ValueSet set) {
        Rendered rendered = set.rendered();

        assertThat(rendered.objects()).hasSizeGreaterThan(8);
        for (HasMetadata object : rendered.all(HasMetadata.class)) {
            assertThat(object.getMetadata().getName()).matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")
                    .hasSizeLessThanOrEqualTo(63);
            assertThat(object.getMetadata().getLabels()).containsEntry("app.kubernetes.io/instance", Rendered.RELEASE)
                    .containsEntry("app.kubernetes.io/managed-by", "Helm")
                    .containsKeys("app.kubernetes.io/name", "app.kubernetes.io/component", "helm.sh/chart");
        }
    }

    @ParameterizedTest
    @EnumSource
    void noTwoObjectsShareKindAndName(ValueSet set) {
        List<String> names = set.rendered()
                .all(HasMetadata.class)
                .stream()
                .map(object -> object.getKind() + "/" + object.getMetadata().getName())
                .toList();

        assertThat(names).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void everySecretAndConfigMapThatAPodMountsIsRenderedOrNamedInTheValues(ValueSet set) {
        Rendered rendered = set.rendered();
        String values = set.file().map(Project::read).orElse("");
        rendered.pods().forEach((name, pod) -> pod.getSpec().getVolumes().forEach(volume -> {
            if (volume.getConfigMap() != null) {
                assertThat(
                        rendered.has(io.fabric8.kubernetes.api.model.ConfigMap.class, volume.getConfigMap().getName()))
                        .as("%s mounts ConfigMap %s", name, volume.getConfigMap().getName())
                        .isTrue();
            }
            if (volume.getSecret() != null) {
                String secret = volume.getSecret().getSecretName();
                boolean there = rendered.has(io.fabric8.kubernetes.api.model.Secret.class, secret)
                        || values.contains(secret)
                        || rendered.all(Kinds.Certificate.class).stream()
                                .anyMatch(c -> c.spec().secretName().equals(secret));
                assertThat(there).as("%s mounts Secret %s", name, secret).isTrue();
            }
        }));
    }

    /** The parser's own test: without it "strict" would be a word. */
    @Test
    void aFieldThatKubernetesDoesNotKnowIsRefused() {
        String typo = """
                apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec:
                  ports: [{port: 1, targetPorts: 2}]
                """;

        assertThatThrownBy(() -> Kinds.parse(Yaml.tree(typo))).hasMessageContaining("targetPorts");
        assertThatThrownBy(() -> Kinds.parse(Yaml.tree(typo.replace("kind", "sort"))))
                .hasMessageContaining("no test knows");
        assertThatThrownBy(() -> Yaml.documents("a: 1\na: 2")).hasMessageContaining("uplicate");
    }

    @Test
    void aLongReleaseNameIsCutSoThatEveryNameFits() {
        Rendered rendered = Rendered.with("""
                fullnameOverride: a-name-that-is-much-longer-than-anybody-would-give-to-a-release-of-this
                policyServers:
                  a-very-long-name-20x: {policy: PP_1, replicas: 2}
                """);

        assertThat(rendered.all(HasMetadata.class)).allSatisfy(
                object -> assertThat(object.getMetadata().getName()).hasSizeLessThanOrEqualTo(63));
    }

    @Test
    void commonLabelsAreOnEveryObject() {
        Rendered rendered = Rendered.with("commonLabels: {team: red}");

        assertThat(rendered.all(HasMetadata.class)).allSatisfy(
                object -> assertThat(object.getMetadata().getLabels()).containsAllEntriesOf(Map.of("team", "red")));
    }
}
