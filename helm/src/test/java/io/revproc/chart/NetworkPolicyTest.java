package io.revproc.chart;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.revproc.chart.Reach.Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Only the proxies reach policy servers, whoever asks: every pod of a release against every other one, and strangers. */
class NetworkPolicyTest {
    private static final Peer NEIGHBOUR = Peer.inRelease(Map.of("app", "neighbour"));
    private static final Peer STRANGER = Peer.elsewhere("other", Map.of("kubernetes.io/metadata.name", "other"),
            Map.of("app", "stranger"));

    @ParameterizedTest
    @EnumSource
    void aPolicyServerIsReachedByTheProxiesAlone(ValueSet set) {
        Rendered rendered = set.rendered();
        Reach reach = new Reach(rendered.networkPolicies());
        rendered.pods().forEach((name, server) -> {
            if (component(server).equals("policy-server")) {
                int port = server.getSpec().getContainers().getFirst().getPorts().getFirst().getContainerPort();
                assertThat(whoReaches(rendered, reach, server, port)).as(name).containsExactly("proxy");
                // health and every other port: for the kubelet alone, which policies do not bind
                assertThat(whoReaches(rendered, reach, server, 10001)).as(name).isEmpty();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void etcdIsReachedByTheProxiesAndItsMembersAlone(ValueSet set) {
        Rendered rendered = set.rendered();
        Reach reach = new Reach(rendered.networkPolicies());
        rendered.pods().forEach((name, etcd) -> {
            if (component(etcd).equals("etcd")) {
                assertThat(whoReaches(rendered, reach, etcd, 2379)).containsExactly("etcd", "proxy");
                assertThat(whoReaches(rendered, reach, etcd, 2380)).containsExactly("etcd");
            }
        });
    }

    @Test
    void aServerOfOnePolicyReachesTheProxyButNotAnotherPolicysServer() {
        Rendered rendered = ValueSet.SEED.rendered();
        Reach reach = new Reach(rendered.networkPolicies());
        Peer one = peer(rendered.pod("shop-revproc-pp-1"));
        Peer two = peer(rendered.pod("shop-revproc-pp-2"));
        Peer proxy = peer(rendered.pod("shop-revproc"));

        assertThat(reach.allows(one, proxy, 8123)).isTrue();
        assertThat(reach.allows(one, proxy, 8124)).isFalse();
        assertThat(reach.allows(one, two, 9001)).isFalse();
        assertThat(reach.allows(one, STRANGER, 443)).isFalse();
        assertThat(reach.allows(one, one, 9001)).as("servers of one policy among themselves").isFalse();
    }

    @Test
    void theListenerIsForEveryoneAndTheAdminPortForTheTestUnlessSaidOtherwise() {
        Rendered rendered = ValueSet.SEED.rendered();
        Reach reach = new Reach(rendered.networkPolicies());
        Peer proxy = peer(rendered.pod("shop-revproc"));

        assertThat(reach.allows(STRANGER, proxy, 8123)).isTrue();
        assertThat(reach.allows(NEIGHBOUR, proxy, 8123)).isTrue();
        assertThat(reach.allows(STRANGER, proxy, 8124)).isFalse();
        assertThat(reach.allows(NEIGHBOUR, proxy, 8124)).isFalse();
        assertThat(reach.allows(peer(rendered.pod("shop-revproc-test")), proxy, 8124)).isTrue();
    }

    @Test
    void clientsAndPrometheusThatAreNamedComeInAndNobodyElse() {
        Rendered rendered = ValueSet.SECURE.rendered();
        Reach reach = new Reach(rendered.networkPolicies());
        Peer proxy = peer(rendered.pod("shop-revproc"));
        Peer client = Peer.elsewhere("shop", Map.of("team", "clients"), Map.of());
        Peer prometheus = Peer.elsewhere("monitoring", Map.of("kubernetes.io/metadata.name", "monitoring"), Map.of());

        assertThat(reach.allows(client, proxy, 8123)).isTrue();
        assertThat(reach.allows(client, proxy, 8124)).isFalse();
        assertThat(reach.allows(prometheus, proxy, 8124)).isTrue();
        assertThat(reach.allows(prometheus, proxy, 8123)).isFalse();
        assertThat(reach.allows(STRANGER, proxy, 8123)).isFalse();
        assertThat(reach.allows(NEIGHBOUR, proxy, 8123)).isFalse();
        assertThat(reach.allows(peer(rendered.pod("shop-revproc-pp-1")), proxy, 8123)).as("registration").isTrue();
        assertThat(reach.allows(peer(rendered.pod("shop-revproc-test")), proxy, 8123)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void everyPodFindsNames(ValueSet set) {
        Rendered rendered = set.rendered();
        Reach reach = new Reach(rendered.networkPolicies());
        Peer dns = Peer.elsewhere("kube-system", Map.of("kubernetes.io/metadata.name", "kube-system"), Map.of());

        rendered.pods().forEach((name, pod) -> assertThat(reach.allows(peer(pod), dns, 53)).as(name).isTrue());
    }

    @ParameterizedTest
    @EnumSource
    void theTestsPodReachesTheProxiesAloneAndIsReachedByNobody(ValueSet set) {
        Rendered rendered = set.rendered();
        Reach reach = new Reach(rendered.networkPolicies());
        PodTemplateSpec test = rendered.pods()
                .values()
                .stream()
                .filter(pod -> component(pod).equals("test"))
                .findFirst()
                .orElseThrow();

        rendered.pods().forEach((name, pod) -> {
            boolean proxy = component(pod).equals("proxy");
            assertThat(reach.allows(peer(test), peer(pod), 8123)).as(name).isEqualTo(proxy);
            assertThat(reach.allows(peer(test), peer(pod), 8124)).as(name).isEqualTo(proxy);
            assertThat(reach.allows(peer(test), peer(pod), 9001)).as(name).isFalse();
        });
        assertThat(reach.allows(peer(test), STRANGER, 443)).isFalse();
        assertThat(whoReaches(rendered, reach, test, 80)).isEmpty();
    }

    @Test
    void twoReleasesInOneNamespaceDoNotReachEachOther() {
        Rendered rendered = ValueSet.SEED.rendered();
        Reach reach = new Reach(rendered.networkPolicies());
        Map<String, String> labels = new java.util.HashMap<>(peer(rendered.pod("shop-revproc")).labels());
        labels.put("app.kubernetes.io/instance", "other");

        assertThat(reach.allows(Peer.inRelease(labels), peer(rendered.pod("shop-revproc-pp-1")), 9001)).isFalse();
    }

    @Test
    void serversOutsideAndAnExternalEtcdAreNamedInTheProxysEgress() {
        assertThat(ValueSet.OWN_IMAGE.rendered().text()).contains("cidr: 198.51.100.0/24");
        Rendered rendered = ValueSet.EXTERNAL_ETCD.rendered();
        Peer etcd = Peer.elsewhere("infra", Map.of("kubernetes.io/metadata.name", "infra"), Map.of());
        Reach reach = new Reach(rendered.networkPolicies());

        assertThat(reach.allows(peer(rendered.pod("shop-revproc")), etcd, 2379)).isTrue();
        assertThat(reach.allows(peer(rendered.pod("shop-revproc-pp-1")), etcd, 2379)).isFalse();
    }

    @Test
    void withoutPoliciesEverythingIsOpenAndTheNotesSayThatTheyAreOff() {
        assertThat(Rendered.with("networkPolicy: {enabled: false}").networkPolicies()).isEmpty();
    }

    private static Set<String> whoReaches(Rendered rendered, Reach reach, PodTemplateSpec target, int port) {
        Set<String> who = new TreeSet<>();
        rendered.pods().values().forEach(pod -> {
            if (reach.allows(peer(pod), peer(target), port)) {
                who.add(component(pod));
            }
        });
        if (reach.allows(NEIGHBOUR, peer(target), port)) {
            who.add("a neighbour");
        }
        if (reach.allows(STRANGER, peer(target), port)) {
            who.add("a stranger");
        }
        return who;
    }

    private static Peer peer(PodTemplateSpec pod) {
        return Peer.inRelease(pod.getMetadata().getLabels());
    }

    private static String component(PodTemplateSpec pod) {
        return String.valueOf(pod.getMetadata().getLabels().get("app.kubernetes.io/component"));
    }
}
