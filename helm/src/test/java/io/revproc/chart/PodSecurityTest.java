package io.revproc.chart;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The Pod security standard "restricted", and the little more that these pods can do without. */
class PodSecurityTest {
    @ParameterizedTest
    @EnumSource
    void everyPodIsRestricted(ValueSet set) {
        set.rendered().pods().forEach((name, pod) -> {
            PodSpec spec = pod.getSpec();
            assertThat(spec.getSecurityContext().getRunAsNonRoot()).as(name).isTrue();
            assertThat(spec.getSecurityContext().getSeccompProfile().getType()).as(name).isEqualTo("RuntimeDefault");
            assertThat(spec.getHostNetwork()).as(name).isNull();
            assertThat(spec.getHostPID()).as(name).isNull();
            assertThat(spec.getHostIPC()).as(name).isNull();
            assertThat(spec.getVolumes()).as(name).allMatch(PodSecurityTest::allowedByRestricted);
            assertThat(containers(spec)).as(name).isNotEmpty().allSatisfy(PodSecurityTest::isRestricted);
        });
    }

    @ParameterizedTest
    @EnumSource
    void noPodGetsAnApiTokenOrVariablesOfServices(ValueSet set) {
        set.rendered().pods().forEach((name, pod) -> {
            assertThat(pod.getSpec().getAutomountServiceAccountToken()).as(name).isFalse();
            // REVPROC_PORT=tcp://… of a Service called revproc would be taken for a setting.
            assertThat(pod.getSpec().getEnableServiceLinks()).as(name).isFalse();
        });
    }

    @ParameterizedTest
    @EnumSource
    void everyContainerHasRequestsAndAMemoryLimit(ValueSet set) {
        set.rendered().pods()
                .forEach((name, pod) -> assertThat(containers(pod.getSpec())).as(name).allSatisfy(container -> {
                    assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
                    assertThat(container.getResources().getLimits()).containsKey("memory");
                }));
    }

    @Test
    void aPlatformThatChoosesTheUsersIsNotToldThem() {
        ValueSet.OWN_IMAGE.rendered().pods().forEach((name, pod) -> {
            assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).as(name).isNull();
            assertThat(pod.getSpec().getSecurityContext().getRunAsGroup()).as(name).isNull();
            assertThat(pod.getSpec().getSecurityContext().getFsGroup()).as(name).isNull();
        });
        ValueSet.SEED.rendered().pods().forEach((name, pod) -> assertThat(
                pod.getSpec().getSecurityContext().getRunAsUser()).as(name).isEqualTo(10001L));
    }

    @Test
    void tokensAndKeysAreMountedReadOnlyAndNotForOthers() {
        List<Volume> secrets = ValueSet.SECURE.rendered()
                .pods()
                .values()
                .stream()
                .flatMap(pod -> pod.getSpec().getVolumes().stream())
                .filter(volume -> volume.getSecret() != null)
                .toList();

        assertThat(secrets).extracting(Volume::getName).contains("grants", "properties", "tls");
        assertThat(secrets).allSatisfy(volume -> assertThat(volume.getSecret().getDefaultMode()).isEqualTo(0440));
        Set<String> names = Set.of("grants", "properties", "tls", "config");
        assertThat(
                ValueSet.SECURE.rendered().pod("shop-revproc").getSpec().getContainers().getFirst().getVolumeMounts())
                .filteredOn(mount -> names.contains(mount.getName()))
                .hasSize(4)
                .allMatch(mount -> mount.getReadOnly());
    }

    private static void isRestricted(Container container) {
        SecurityContext security = container.getSecurityContext();
        assertThat(security.getAllowPrivilegeEscalation()).isFalse();
        assertThat(security.getPrivileged()).isFalse();
        assertThat(security.getReadOnlyRootFilesystem()).isTrue();
        assertThat(security.getRunAsNonRoot()).isTrue();
        assertThat(security.getRunAsUser()).isNull();
        assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(security.getCapabilities().getAdd()).isNullOrEmpty();
        assertThat(security.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(container.getPorts()).allMatch(port -> port.getHostPort() == null);
    }

    private static boolean allowedByRestricted(Volume volume) {
        return volume.getHostPath() == null && Stream
                .of(volume.getConfigMap(), volume.getSecret(), volume.getEmptyDir(),
                        volume.getEphemeral(), volume.getPersistentVolumeClaim())
                .filter(source -> source != null).count() == 1;
    }

    static List<Container> containers(PodSpec spec) {
        return Stream.concat(spec.getInitContainers().stream(), spec.getContainers().stream()).toList();
    }
}
