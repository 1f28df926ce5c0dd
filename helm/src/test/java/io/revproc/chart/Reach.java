package io.revproc.chart;

import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import org.jspecify.annotations.Nullable;

/**
 * Who reaches whom under a set of NetworkPolicies of one namespace, by Kubernetes' rules: a pod that no policy selects is
 * open; one that is selected takes what any of its policies lets through; a connection needs the sender's leave and the
 * receiver's. Only what the chart uses is understood (match labels, port numbers, IP blocks as "not a pod"); anything else is an
 * error rather than a guess.
 */
record Reach(List<NetworkPolicy> policies) {
    /** A pod as policies see it. */
    record Peer(String namespace, Map<String, String> namespaceLabels, Map<String, String> labels) {
        static Peer inRelease(Map<String, String> labels) {
            return elsewhere(Rendered.NAMESPACE, Map.of(), labels);
        }

        static Peer elsewhere(String namespace, Map<String, String> namespaceLabels, Map<String, String> labels) {
            return new Peer(namespace, namespaceLabels, labels);
        }
    }

    boolean allows(Peer from, Peer to, int port) {
        return egress(from, to, port) && ingress(from, to, port);
    }

    private boolean egress(Peer from, Peer to, int port) {
        List<NetworkPolicy> selecting = selecting(from, "Egress");
        return selecting.isEmpty() || selecting.stream()
                .flatMap(policy -> policy.getSpec().getEgress().stream())
                .anyMatch(rule -> port(rule.getPorts(), port) && peer(rule.getTo(), to));
    }

    private boolean ingress(Peer from, Peer to, int port) {
        List<NetworkPolicy> selecting = selecting(to, "Ingress");
        return selecting.isEmpty() || selecting.stream()
                .flatMap(policy -> policy.getSpec().getIngress().stream())
                .anyMatch(rule -> port(rule.getPorts(), port) && peer(rule.getFrom(), from));
    }

    private List<NetworkPolicy> selecting(Peer pod, String direction) {
        return policies.stream()
                .filter(policy -> pod.namespace().equals(Rendered.NAMESPACE))
                .filter(policy -> policy.getSpec().getPolicyTypes().contains(direction))
                .filter(policy -> matches(policy.getSpec().getPodSelector(), pod.labels()))
                .toList();
    }

    private static boolean peer(List<NetworkPolicyPeer> peers, Peer pod) {
        return peers.isEmpty() || peers.stream().anyMatch(peer -> {
            if (peer.getIpBlock() != null) {
                return false;
            }
            boolean namespace = peer.getNamespaceSelector() == null
                    ? pod.namespace().equals(Rendered.NAMESPACE)
                    : matches(peer.getNamespaceSelector(), pod.namespaceLabels());
            return namespace && (peer.getPodSelector() == null || matches(peer.getPodSelector(), pod.labels()));
        });
    }

    private static boolean port(List<NetworkPolicyPort> ports, int port) {
        return ports.isEmpty() || ports.stream().anyMatch(allowed -> allowed.getPort().getIntVal() == port);
    }

    private static boolean matches(@Nullable LabelSelector selector, Map<String, String> labels) {
        if (selector == null) {
            throw new IllegalArgumentException("a policy without a selector");
        }
        if (selector.getMatchExpressions() != null && !selector.getMatchExpressions().isEmpty()) {
            throw new IllegalArgumentException("match expressions are not understood here");
        }
        return selector.getMatchLabels() == null || labels.entrySet().containsAll(selector.getMatchLabels().entrySet());
    }
}
