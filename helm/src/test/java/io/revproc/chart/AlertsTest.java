package io.revproc.chart;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AlertsTest {
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final List<Kinds.PrometheusRule.Rule> RULES = rules();

    @Test
    void everyRuleSaysWhatIsWrongAndWhatToDoAndHowBadItIs() {
        assertThat(RULES).hasSizeGreaterThan(8).allSatisfy(rule -> {
            assertThat(rule.alert()).matches("Revproc[A-Z]\\w+");
            assertThat(rule.lasting()).matches("\\d+m");
            assertThat(rule.labels().get("severity")).isIn("critical", "warning");
            assertThat(rule.annotations().get("summary")).isNotBlank();
            assertThat(rule.annotations().get("description")).hasSizeGreaterThan(60).endsWith(".");
        });
        assertThat(RULES).extracting(Kinds.PrometheusRule.Rule::alert).doesNotHaveDuplicates();
    }

    @Test
    void everyExpressionIsWellFormedAndAsksForMetricsOfTheProxy() {
        assertThat(RULES).allSatisfy(rule -> {
            Set<String> metrics = new TreeSet<>();
            Promql.read(rule.expr(), metrics);
            assertThat(metrics).as(rule.expr()).isNotEmpty().allMatch(name -> name.startsWith("revproc_")
                    || name.startsWith("process_files_") || name.equals("ssl_chain_expiry_seconds"));
        });
    }

    @Test
    void theOperationsPageExplainsEveryRule() {
        String page = Project.read(Project.CHART.resolve("../../docs/operations.md"));

        assertThat(RULES).allSatisfy(rule -> assertThat(page).contains("`" + rule.alert() + "`"));
    }

    @Test
    void theChartMakesARuleObjectOfThemUnchanged() {
        Kinds.PrometheusRule object = ValueSet.SECURE.rendered().all(Kinds.PrometheusRule.class).getFirst();

        assertThat(object.metadata().getLabels()).containsEntry("release", "prometheus");
        assertThat(object.spec().groups().getFirst().rules()).isEqualTo(RULES);
        assertThat(ValueSet.SEED.rendered().all(Kinds.PrometheusRule.class)).isEmpty();
    }

    /** What the rules say of series as the proxy has them; what series it has then is for the proxy's own tests. */
    @Test
    void everyAlertComesAndGoesAsItShall(@TempDir Path directory) throws Exception {
        if (!Files.isExecutable(PROMTOOL)) {
            System.err.println("SKIPPED, NOT TESTED: the alert rules by promtool. Install prometheus.");
            Assumptions.abort("SKIPPED: no promtool on this machine, install prometheus");
        }
        Files.copy(Project.CHART.resolve("files/alerts.yaml"), directory.resolve("alerts.yaml"));
        Files.copy(Project.HOME.resolve("helm/src/test/resources/alerts-test.yaml"),
                directory.resolve("alerts-test.yaml"));

        Process promtool = new ProcessBuilder(PROMTOOL.toString(), "test", "rules", "alerts-test.yaml")
                .directory(directory.toFile()).redirectErrorStream(true).start();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor()).as(said).isZero();
    }

    @Test
    void everyRuleIsTriedByPromtool() {
        String tests = Project.read(Project.HOME.resolve("helm/src/test/resources/alerts-test.yaml"));

        assertThat(RULES).allSatisfy(rule -> assertThat(tests).contains("alertname: " + rule.alert()));
    }

    @Test
    void theReaderOfExpressionsFindsMetricsAndMistakes() {
        assertThat(Promql.metrics(List.of("sum by (policy) (rate(a_total{x=\"b{\"}[5m])) / c > 0.5"))).containsExactly(
                "a_total", "c");
        assertThatThrownBy(() -> Promql.metrics(List.of("sum(rate(a[5m])"))).hasMessageContaining("not closed");
        assertThatThrownBy(() -> Promql.metrics(List.of("sum(a}"))).hasMessageContaining("brackets");
        assertThatThrownBy(() -> Promql.metrics(List.of("sum(a) § 1"))).hasMessageContaining("at 7");
    }

    static List<Kinds.PrometheusRule.Rule> rules() {
        String file = Project.read(Project.CHART.resolve("files/alerts.yaml"));
        return Yaml.MAPPER.treeToValue(Yaml.tree(file), Kinds.PrometheusRule.Spec.class).groups().getFirst().rules();
    }
}
