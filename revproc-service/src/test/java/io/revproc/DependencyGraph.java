package io.revproc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who needs whom. */
final class DependencyGraph {
    private final Map<String, Set<String>> edges = new TreeMap<>();

    /** @param edges each node and what it needs; what is only needed becomes a node as well */
    DependencyGraph(Map<String, Set<String>> edges) {
        edges.forEach((from, to) -> {
            this.edges.computeIfAbsent(from, node -> new TreeSet<>()).addAll(to);
            to.forEach(node -> this.edges.computeIfAbsent(node, name -> new TreeSet<>()));
        });
    }

    Set<String> nodes() {
        return edges.keySet();
    }

    /** Returns whether one node needs another, over others or not. */
    boolean reaches(String from, String to) {
        Deque<String> open = new ArrayDeque<>(needs(from));
        Set<String> seen = new TreeSet<>();
        while (!open.isEmpty()) {
            String node = open.pop();
            if (node.equals(to)) {
                return true;
            }
            if (seen.add(node)) {
                open.addAll(needs(node));
            }
        }
        return false;
    }

    /** Returns the nodes that need themselves. */
    List<String> onCycles() {
        return nodes().stream().filter(node -> reaches(node, node)).toList();
    }

    /** Returns the arrows of a drawing. One that follows from others is left out. */
    List<String> arrows(String arrow) {
        List<String> arrows = new ArrayList<>();
        for (String from : nodes()) {
            for (String to : needs(from)) {
                if (needs(from).stream().noneMatch(over -> !over.equals(to) && reaches(over, to))) {
                    arrows.add("    " + from + arrow + to);
                }
            }
        }
        return arrows;
    }

    private Set<String> needs(String node) {
        return edges.getOrDefault(node, Set.of());
    }
}
