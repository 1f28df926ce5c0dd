package io.revproc.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import tools.jackson.databind.JsonNode;

/** The Grafana dashboard that the chart can install, as its panels and the metrics that they ask for. */
final class Dashboard {
    private final JsonNode tree;

    private Dashboard(JsonNode tree) {
        this.tree = tree;
    }

    static Dashboard read() {
        return of(Project.read(Project.CHART.resolve("files/dashboard.json")));
    }

    static Dashboard of(String json) {
        return new Dashboard(Yaml.tree(json));
    }

    JsonNode tree() {
        return tree;
    }

    /** Panels that show something: no rows. */
    List<JsonNode> panels() {
        return tree.path("panels").valueStream().filter(panel -> !panel.path("type").asString().equals("row")).toList();
    }

    List<String> expressions() {
        List<String> expressions = new ArrayList<>();
        panels().forEach(
                panel -> panel.path("targets").forEach(target -> expressions.add(target.path("expr").asString())));
        return expressions;
    }

    /** Names of metrics as Prometheus has them. */
    Set<String> metrics() {
        return Promql.metrics(expressions());
    }
}
