package io.revproc.chart;

import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import tools.jackson.databind.JsonNode;

/**
 * The kinds that the chart may render, each with the class that it is read into. Those that operators bring are records with
 * the part of their definition that the chart uses.
 */
final class Kinds {
    private static final Map<String, Class<? extends HasMetadata>> MODEL = Map.ofEntries(
            Map.entry("v1/ConfigMap", ConfigMap.class), Map.entry("v1/Pod", Pod.class),
            Map.entry("v1/Secret", Secret.class),
            Map.entry("v1/Service", Service.class), Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("apps/v1/Deployment", Deployment.class), Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class));
    private static final Map<String, Class<?>> OPERATORS = Map.of("monitoring.coreos.com/v1/ServiceMonitor",
            ServiceMonitor.class, "monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class,
            "cert-manager.io/v1/Certificate", Certificate.class, "gateway.networking.k8s.io/v1alpha2/TCPRoute",
            TcpRoute.class, "keda.sh/v1alpha1/ScaledObject", ScaledObject.class);

    private Kinds() {}

    /** The object, or an error that names the field which the kind does not have. */
    static Object parse(JsonNode document) {
        String kind = document.path("apiVersion").asString() + "/" + document.path("kind").asString();
        Class<?> type = MODEL.containsKey(kind) ? MODEL.get(kind) : OPERATORS.get(kind);
        if (type == null) {
            throw new IllegalArgumentException("the chart renders a kind that no test knows: " + kind);
        }
        return Yaml.MAPPER.treeToValue(document, type);
    }

    record ServiceMonitor(String apiVersion, String kind, ObjectMeta metadata, ServiceMonitor.Spec spec) {
        record Spec(Selector selector, List<Endpoint> endpoints) {}

        record Selector(Map<String, String> matchLabels) {}

        record Endpoint(String port, String path, String interval,
                @org.jspecify.annotations.Nullable Authorization authorization,
                @org.jspecify.annotations.Nullable String scheme,
                @org.jspecify.annotations.Nullable TlsConfig tlsConfig) {}

        record TlsConfig(String serverName, Map<String, Credentials> ca) {}

        record Authorization(String type, Credentials credentials) {}

        record Credentials(String name, String key) {}
    }

    record PrometheusRule(String apiVersion, String kind, ObjectMeta metadata, PrometheusRule.Spec spec) {
        record Spec(List<Group> groups) {}

        record Group(String name, List<Rule> rules) {}

        record Rule(String alert, String expr, @com.fasterxml.jackson.annotation.JsonProperty("for") String lasting,
                Map<String, String> labels, Map<String, String> annotations) {}
    }

    record Certificate(String apiVersion, String kind, ObjectMeta metadata, Certificate.Spec spec) {
        record Spec(String secretName, IssuerRef issuerRef, String duration, String renewBefore, PrivateKey privateKey,
                List<String> usages, List<String> dnsNames) {}

        record IssuerRef(String group, String kind, String name) {}

        record PrivateKey(String algorithm, int size, String rotationPolicy) {}
    }

    record TcpRoute(String apiVersion, String kind, ObjectMeta metadata, RouteSpec spec) {
        record RouteSpec(List<Map<String, Object>> parentRefs, List<RouteRule> rules) {}

        record RouteRule(List<Backend> backendRefs) {}

        record Backend(String name, int port) {}
    }

    record ScaledObject(String apiVersion, String kind, ObjectMeta metadata, ScalingSpec spec) {
        record ScalingSpec(Target scaleTargetRef, int minReplicaCount, int maxReplicaCount, int pollingInterval,
                List<Map<String, Object>> triggers, Map<String, Object> advanced) {}

        record Target(String apiVersion, String kind, String name) {}
    }
}
