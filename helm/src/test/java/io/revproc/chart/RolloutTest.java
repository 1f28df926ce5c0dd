package io.revproc.chart;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What an upgrade does to what runs, object by object: which pods are replaced and how, which claims stay, what Kubernetes refuses. */
class RolloutTest {
    private static final String BASE = """
            store: {type: etcd}
            etcd: {enabled: true}
            proxy: {replicas: 3}
            policyServers: {a: {policy: PP_1, replicas: 2}, b: {policy: PP_2, id: "7"}}
            """;
    private static final String WITH_TOKENS = BASE + "registration: {requireToken: true}\n";

    @BeforeEach
    void tokensAreThere() {
        ClusterWithSecrets.started().put("shop-revproc-a-token", "one");
        ClusterWithSecrets.started().put("shop-revproc-b-token", "two");
    }

    @AfterEach
    void clear() {
        ClusterWithSecrets.started().clear();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -                                                  | -
            proxy: {image: {tag: next}}                        | StatefulSet shop-revproc: pods replaced one by one
            proxy: {config: {revproc: {forward: {deadline: 9s}}}} | ConfigMap shop-revproc-config: changed in place; StatefulSet shop-revproc: pods replaced one by one
            proxy: {replicas: 2}                               | StatefulSet shop-revproc: 3 to 2 pods, data-shop-revproc-2 kept
            proxy: {replicas: 4}                               | StatefulSet shop-revproc: 3 to 4 pods
            proxy: {persistence: {size: 9Gi}}                  | StatefulSet shop-revproc: refused, since spec.volumeClaimTemplates can not change
            proxy: {persistence: {enabled: false}}             | ConfigMap shop-revproc-config: changed in place; Deployment shop-revproc: new; \
            StatefulSet shop-revproc: removed, data-shop-revproc-0 data-shop-revproc-1 data-shop-revproc-2 kept
            proxy: {service: {type: LoadBalancer}}             | Service shop-revproc: changed in place
            proxy: {podDisruptionBudget: {maxUnavailable: 2}}  | PodDisruptionBudget shop-revproc: changed in place
            policyServers: {a: {image: {tag: next}}}           | Deployment shop-revproc-a: pods replaced the new one first
            policyServers: {b: {image: {tag: next}}}           | Deployment shop-revproc-b: pods replaced the old one first
            policyServers: {a: {replicas: 5}}                  | Deployment shop-revproc-a: 2 to 5 pods
            policyServers: {a: {policy: PP_9}}                 | Deployment shop-revproc-a: pods replaced the new one first
            policyServers: {b: null}                           | Deployment shop-revproc-b: removed; NetworkPolicy shop-revproc: changed in place; NetworkPolicy shop-revproc-b: removed
            policyServers: {c: {policy: PP_3}}                 | Deployment shop-revproc-c: new; NetworkPolicy shop-revproc: changed in place; NetworkPolicy shop-revproc-c: new
            etcd: {image: {tag: v3.6.6}}                       | StatefulSet shop-revproc-etcd: pods replaced one by one
            etcd: {persistence: {size: 9Gi}}                   | StatefulSet shop-revproc-etcd: refused, since spec.volumeClaimTemplates can not change
            metrics: {dashboard: {enabled: true}}              | ConfigMap shop-revproc-dashboard: new
            {nameOverride: other, fullnameOverride: shop-revproc} | *refused, since spec.selector can not change
            """)
    void upgrade(String change, String expected) {
        assertThat(rollout(BASE, change)).satisfies(lines -> expected(lines, expected));
    }

    /** A grant is read at the proxies' start: what changes one restarts them, and nothing else of a server does. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -                                          | -
            policyServers: {a: {replicas: 5, weight: 3}} | Deployment shop-revproc-a: pods replaced the new one first, 2 to 5 pods
            policyServers: {a: {policy: PP_9}}         | Deployment shop-revproc-a: pods replaced the new one first; Secret shop-revproc-grants: changed in place; \
            StatefulSet shop-revproc: pods replaced one by one
            policyServers: {b: null}                   | Deployment shop-revproc-b: removed; NetworkPolicy shop-revproc: changed in place; NetworkPolicy shop-revproc-b: removed; Secret shop-revproc-b-token: removed; \
            Secret shop-revproc-grants: changed in place; StatefulSet shop-revproc: pods replaced one by one
            """)
    void upgradeWhereServersHaveTokens(String change, String expected) {
        assertThat(rollout(WITH_TOKENS, change)).satisfies(lines -> expected(lines, expected));
    }

    /** The settings of all ways to install, in the chart's next version: nothing restarts, and nothing is refused. */
    @ParameterizedTest
    @EnumSource(ValueSet.class)
    void newChartVersionAloneReplacesNoPod(ValueSet values) {
        ClusterWithSecrets.started().put("shop-revproc-pp-1-token", "one");
        String now = values.rendered().text();

        assertThat(Rollout.between(now, Rollout.ofChart("9.9.9", now))).isNotEmpty()
                .allSatisfy(line -> assertThat(line).endsWith(": changed in place"));
    }

    @Test
    void fieldsThatMayNotChangeAreKnown() {
        assertThat(Rollout.between(service("None"), service("10.0.0.1")))
                .containsExactly("Service s: refused, since spec.clusterIP can not change");
        assertThat(Rollout.between("{kind: Secret, metadata: {name: s}, type: Opaque}",
                "{kind: Secret, metadata: {name: s}, type: kubernetes.io/tls}"))
                .containsExactly("Secret s: refused, since type can not change");
        assertThat(Rollout.between("{kind: StatefulSet, metadata: {name: s}, spec: {serviceName: a}}",
                "{kind: StatefulSet, metadata: {name: s}, spec: {serviceName: b}}"))
                .containsExactly("StatefulSet s: refused, since spec.serviceName can not change");
    }

    private static String service(String clusterIp) {
        return "{kind: Service, metadata: {name: s}, spec: {clusterIP: " + clusterIp + "}}";
    }

    private static List<String> rollout(String base, String change) {
        String after = change.equals("-") ? base : Yaml.merged(base, change);
        return Rollout.between(Rendered.with(base).text(), Rendered.with(after).text());
    }

    /** A star: some line has this, whatever the others say. */
    private static void expected(List<? extends String> lines, String expected) {
        if (expected.startsWith("*")) {
            assertThat(lines).anyMatch(line -> line.endsWith(expected.substring(1)));
        } else {
            assertThat(String.join("; ", lines)).isEqualTo(expected.equals("-") ? "" : expected);
        }
    }
}
