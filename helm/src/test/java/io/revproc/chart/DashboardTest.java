package io.revproc.chart;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.fabric8.kubernetes.api.model.ConfigMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

class DashboardTest {
    private static final Dashboard DASHBOARD = Dashboard.read();

    @Test
    void everyPanelHasATitleAnExplanationAUnitAndAQueryOnTheChosenDataSource() {
        assertThat(DASHBOARD.panels()).hasSizeGreaterThan(8).allSatisfy(panel -> {
            assertThat(panel.path("title").asString()).isNotBlank();
            assertThat(panel.path("description").asString("")).as(panel.path("title").asString()).isNotBlank();
            assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isNotBlank();
            assertThat(panel.at("/datasource/uid").asString()).isEqualTo("${datasource}");
            assertThat(panel.path("targets")).isNotEmpty();
        });
        assertThat(DASHBOARD.tree().path("panels").valueStream().map(panel -> panel.path("id").asInt()))
                .doesNotHaveDuplicates();
    }

    @Test
    void panelsDoNotLieOnEachOther() {
        Set<List<Integer>> cells = new HashSet<>();
        for (JsonNode panel : DASHBOARD.tree().path("panels")) {
            JsonNode grid = panel.path("gridPos");
            for (int x = grid.path("x").asInt(); x < grid.path("x").asInt() + grid.path("w").asInt(); x++) {
                for (int y = grid.path("y").asInt(); y < grid.path("y").asInt() + grid.path("h").asInt(); y++) {
                    assertThat(cells.add(List.of(x, y))).as("%s at %d,%d", panel.path("title"), x, y).isTrue();
                    assertThat(x).isLessThan(24);
                }
            }
        }
    }

    @Test
    void everyQueryIsWellFormedAndStaysInItsNamespace() {
        assertThat(DASHBOARD.expressions()).allSatisfy(expression -> {
            assertThat(expression).contains("namespace=~\"$namespace\"");
            assertThat(Promql.metrics(List.of(expression))).as(expression).isNotEmpty();
        });
    }

    /** Outside Kubernetes no series has a namespace, a service or a pod: everything is chosen then, and the instance says which proxy. */
    @Test
    void itShowsProxiesOutsideKubernetesToo() {
        assertThat(DASHBOARD.tree().at("/templating/list").valueStream()
                .filter(variable -> variable.path("type").asString().equals("query")))
                .hasSize(2).allSatisfy(variable -> {
                    assertThat(variable.path("allValue").asString()).isEqualTo(".*");
                    assertThat(variable.at("/current/value/0").asString()).isEqualTo("$__all");
                });
        assertThat(DASHBOARD.expressions()).filteredOn(expression -> expression.contains("by (pod"))
                .isNotEmpty().allMatch(expression -> expression.contains("by (pod, instance"));
    }

    @Test
    void theChartRendersItUnchanged() {
        ConfigMap map = ValueSet.SECURE.rendered().one(ConfigMap.class, "shop-revproc-dashboard");

        assertThat(map.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        assertThat(Dashboard.of(Objects.requireNonNull(map.getData().get("revproc.json"))).tree())
                .isEqualTo(DASHBOARD.tree());
    }
}
