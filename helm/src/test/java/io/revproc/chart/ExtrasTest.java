package io.revproc.chart;

import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a user adds stands where it belongs, beside what the chart needs itself. */
class ExtrasTest {
    private static final String MORE = """
            extraEnv: [{name: A, value: b}]
                envFrom: [{configMapRef: {name: more}}]
                extraVolumes: [{name: ca, configMap: {name: ca}}]
                extraVolumeMounts: [{name: ca, mountPath: /ca}]
                extraContainers: [{name: side, image: "side:{{ .Release.Name }}"}]
                initContainers: [{name: first, image: first}]
                minReadySeconds: 7
                priorityClassName: high
            """;

    @ParameterizedTest
    @ValueSource(strings = {"shop-revproc", "shop-revproc-a"})
    void podsTakeVolumesContainersAndVariables(String pod) {
        PodSpec spec = Rendered.with("""
                proxy:
                    %s
                policyServers:
                  a:
                    policy: P
                    %s
                """.formatted(MORE, MORE)).pod(pod).getSpec();
        Container container = spec.getContainers().getFirst();

        assertThat(spec.getContainers()).extracting(Container::getImage).hasSize(2).endsWith("side:shop");
        assertThat(spec.getInitContainers()).extracting(Container::getName).containsExactly("first");
        assertThat(spec.getVolumes()).extracting(Volume::getName).contains("tmp", "ca");
        assertThat(container.getVolumeMounts()).anyMatch(mount -> mount.getMountPath().equals("/ca"))
                .anyMatch(mount -> mount.getMountPath().equals("/tmp"));
        assertThat(container.getEnvFrom().getFirst().getConfigMapRef().getName()).isEqualTo("more");
        assertThat(container.getEnv()).anyMatch(each -> each.getName().equals("A"));
        assertThat(spec.getPriorityClassName()).isEqualTo("high");
    }

    @ParameterizedTest
    @ValueSource(strings = {"",
            "etcd: {enabled: true}\nstore: {type: etcd}\nmetrics: {serviceMonitor: {enabled: true}, "
                    + "dashboard: {enabled: true}, alerts: {enabled: true}}\nregistration: {requireToken: true}\n"
                    + "policyServers: {a: {policy: P, replicas: 2, autoscaling: {enabled: true}}}"})
    void commonAnnotationsAreOnEveryObjectAndDoNotTakeTheChartsOwn(String values) {
        Rendered rendered = Rendered.with("commonAnnotations: {team: red}\n" + values);

        assertThat(rendered.all(HasMetadata.class)).hasSizeGreaterThan(5).allSatisfy(object -> assertThat(
                object.getMetadata().getAnnotations()).as(object.getKind()).containsEntry("team", "red"));
        assertThat(rendered.pod("shop-revproc").getMetadata().getAnnotations()).containsEntry("team", "red")
                .containsKeys("checksum/config", "checksum/grants");
    }

    @Test
    void objectsOfTheUsersOwnAreRenderedWithTheRelease() {
        Rendered rendered = Rendered.with("""
                extraObjects:
                  - {apiVersion: v1, kind: ConfigMap, metadata: {name: "{{ .Release.Name }}-map"}, data: {a: b}}
                  - |
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: text}
                    data: {host: '{{ include "revproc.fullname" . }}'}
                """);

        assertThat(rendered.has(ConfigMap.class, "shop-map")).isTrue();
        assertThat(rendered.one(ConfigMap.class, "text").getData()).containsEntry("host", "shop-revproc");
    }

    @Test
    void theServicesSpecIsOpen() {
        Service service = Rendered.with("proxy: {service: {type: LoadBalancer, spec: {loadBalancerClass: nlb, "
                + "ipFamilyPolicy: PreferDualStack, sessionAffinity: ClientIP}}}").one(Service.class, "shop-revproc");

        assertThat(service.getSpec().getLoadBalancerClass()).isEqualTo("nlb");
        assertThat(service.getSpec().getIpFamilyPolicy()).isEqualTo("PreferDualStack");
        assertThat(service.getSpec().getSessionAffinity()).isEqualTo("ClientIP");
        assertThat(service.getSpec().getPorts()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"telemetry", "witnesses", "extraEgress", "externalEtcd", "externalServers"})
    void theProxiesReachWhatIsNamed(String where) {
        NetworkPolicy policy = Rendered.with("networkPolicy: {%s: [{to: [{ipBlock: {cidr: 192.0.2.7/32}}], ports: "
                .formatted(where) + "[{protocol: TCP, port: 4318}]}]}").one(NetworkPolicy.class, "shop-revproc");

        assertThat(policy.getSpec().getEgress()).anySatisfy(rule -> {
            assertThat(rule.getTo()).asString().contains("192.0.2.7/32");
            assertThat(rule.getPorts().getFirst().getPort().getIntVal()).isEqualTo(4318);
        });
    }

    @Test
    void httpsOnTheAdminPortIsFollowedByProbesAndPrometheus() {
        Rendered rendered = Rendered.with("{proxy: {admin: {tls: true}}, tls: {enabled: true, existingSecret: cert}, "
                + "metrics: {serviceMonitor: {enabled: true}}}");
        Container proxy = rendered.pod("shop-revproc").getSpec().getContainers().getFirst();
        Kinds.ServiceMonitor.Endpoint endpoint = rendered.all(Kinds.ServiceMonitor.class).getFirst().spec().endpoints()
                .getFirst();

        assertThat(rendered.proxyConfig().at("/server/ssl/bundle").asString()).isEqualTo("listener");
        assertThat(List.of(proxy.getLivenessProbe(), proxy.getReadinessProbe(), proxy.getStartupProbe()))
                .allMatch(probe -> probe.getHttpGet().getScheme().equals("HTTPS"));
        assertThat(endpoint.scheme()).isEqualTo("https");
        assertThat(endpoint.tlsConfig()).isEqualTo(new Kinds.ServiceMonitor.TlsConfig("shop-revproc-admin.web.svc",
                Map.of("secret", new Kinds.ServiceMonitor.Credentials("cert", "ca.crt"))));
        assertThat(rendered.pod("shop-revproc-test").getSpec().getContainers().getFirst().getEnv())
                .anyMatch(each -> each.getName().equals("ADMIN_HOST")
                        && (each.getValue() == null || each.getValue().isEmpty()));
    }

    @Test
    void certificatesNameTheAdminServiceAndTheClustersDomain() {
        Rendered rendered = Rendered.with("{clusterDomain: corp.example, tls: {enabled: true, clientAuth: want, "
                + "certManager: {enabled: true, issuerName: ca}}}");

        assertThat(rendered.all(Kinds.Certificate.class).getFirst().spec().dnsNames()).contains(
                "shop-revproc-admin.web.svc", "shop-revproc.web.svc.corp.example");
    }

    @Test
    void aTcpRouteLeadsToTheProxies() {
        Kinds.TcpRoute.RouteSpec route = Rendered
                .with("gateway: {enabled: true, parentRefs: [{name: edge, sectionName: revproc}]}")
                .all(Kinds.TcpRoute.class).getFirst().spec();

        assertThat(route.parentRefs()).containsExactly(Map.of("name", "edge", "sectionName", "revproc"));
        assertThat(route.rules().getFirst().backendRefs())
                .containsExactly(new Kinds.TcpRoute.Backend("shop-revproc", 8123));
    }

    @Test
    void eachPolicysServersAreScaledByAutoscalerOrKeda() {
        Rendered rendered = Rendered
                .with("""
                        policyServers:
                          cpu: {policy: A, autoscaling: {enabled: true, maxReplicas: 4}}
                          keda:
                            policy: B
                            autoscaling:
                              enabled: true
                              keda:
                                triggers:
                                  - type: prometheus
                                    metadata: {serverAddress: "http://prometheus", query: 'revproc_waiting{namespace="{{ .Release.Namespace }}"}', threshold: "1"}
                        """);
        Kinds.ScaledObject.ScalingSpec keda = rendered.all(Kinds.ScaledObject.class).getFirst().spec();

        assertThat(rendered.all(HorizontalPodAutoscaler.class)).singleElement().satisfies(scaler -> {
            assertThat(scaler.getSpec().getScaleTargetRef().getName()).isEqualTo("shop-revproc-cpu");
            assertThat(scaler.getSpec().getMaxReplicas()).isEqualTo(4);
        });
        assertThat(keda.scaleTargetRef())
                .isEqualTo(new Kinds.ScaledObject.Target("apps/v1", "Deployment", "shop-revproc-keda"));
        assertThat(keda.triggers().toString()).contains("namespace=\"web\"");
        assertThat(rendered.all(Deployment.class)).allMatch(each -> each.getSpec().getReplicas() == null);
    }
}
