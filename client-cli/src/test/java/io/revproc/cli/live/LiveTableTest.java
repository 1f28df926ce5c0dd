package io.revproc.cli.live;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LiveTableTest {
    private final LiveTable table = new LiveTable();

    private static Map<String, Object> row(String policy, int id, String state, boolean alive) {
        return Map.of("policy", policy, "id", "" + id, "server",
                Map.of("host", "h", "port", 9000 + id, "state", state, "liveness", alive ? "UP" : "LOST", "alive",
                        alive,
                        "inFlight", 1, "forwarded", 100, "failed", 0));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // read only
    private void all(List<Map<String, Object>> unserved, Map<String, Object>... rows) {
        table.apply("table", Map.of("leaseMillis", 3000, "omitted", 0, "servers", List.of(rows), "unserved", unserved));
    }

    /** Server's id, in flight, answered, failed, p99, lease. */
    private void figures(long at, Map<String, Object> policies, Map<String, Object> servers) {
        table.apply("figures", Map.of("at", at, "policies", policies, "servers", servers, "connections", 7));
    }

    @Test
    void policiesAndServersAreInOrderOfTheirNumbers() {
        all(List.of(), row("PP_10", 1, "ACTIVE", true), row("PP_2", 10, "ACTIVE", true),
                row("PP_2", 2, "ACTIVE", true));

        assertThat(table.snapshot().policies()).extracting(LiveTable.Policy::name).containsExactly("PP_2", "PP_10");
        assertThat(table.snapshot().servers()).extracting(LiveTable.Server::id).containsExactly("2", "10", "1");
    }

    @Test
    void theOrderOfNamesIsOne() {
        List<String> names = List.of("A1B", "A2", "A10", "A", "A01", "A1", "99999999999999999999", "B", "1", "");
        for (String a : names) {
            for (String b : names) {
                for (String c : names) {
                    if (LiveTable.BY_NUMBER.compare(a, b) < 0 && LiveTable.BY_NUMBER.compare(b, c) < 0) {
                        assertThat(LiveTable.BY_NUMBER.compare(a, c)).as("%s %s %s", a, b, c).isNegative();
                    }
                }
            }
        }
        assertThat(names.stream().sorted(LiveTable.BY_NUMBER)).hasSize(names.size());
    }

    @Test
    void ratesAreOfTheLastFiveSeconds() {
        all(List.of(), row("P", 1, "ACTIVE", true));
        for (int second = 0; second <= 10; second++) {
            long answered = second <= 5 ? second * 10L : 50 + (second - 5) * 100L;
            figures(second * 1_000L, Map.of("P", List.of(3, 2, second, 50, 90)),
                    Map.of("P", List.of(List.of("1", 4, answered, second * 2, 80, 2500))));
        }
        LiveTable.Policy policy = table.snapshot().policies().getFirst();
        LiveTable.Server server = table.snapshot().servers().getFirst();

        assertThat(server.perSecond()).isEqualTo(100);
        assertThat(server.errors()).isEqualTo(2);
        assertThat(policy).isEqualTo(new LiveTable.Policy("P", 1, 1, 100, 3, 3, 2, 50, 90, null));
        assertThat(server).isEqualTo(
                new LiveTable.Server("P", "1", "h:9001", "ACTIVE", "UP", true, 100, 2, 4, 80, 2500));
        assertThat(table.snapshot().connections()).isEqualTo(7);
    }

    @Test
    void aServerThatCountsAnewIsNotNegative() {
        all(List.of(), row("P", 1, "ACTIVE", true));
        for (long[] each : new long[][]{{0, 500}, {1_000, 600}, {2_000, 3}, {3_000, 5}}) {
            figures(each[0], Map.of(), Map.of("P", List.of(List.of("1", 0, each[1], 0, -1, -1))));
        }

        assertThat(table.snapshot().servers().getFirst().perSecond()).isEqualTo(2);
    }

    @Test
    void whatDoesNotChangeIsNotToldAndStays() {
        all(List.of(), row("P", 1, "ACTIVE", true));
        figures(0, Map.of("P", List.of(3, 0, 0, 50, 90)), Map.of("P", List.of(List.of("1", 4, 100, 0, 80, 2500))));
        figures(1_000, Map.of(), Map.of());

        assertThat(table.snapshot().servers().getFirst().inFlight()).isEqualTo(4);
        assertThat(table.snapshot().servers().getFirst().perSecond()).isZero();
        assertThat(table.snapshot().samples()).isEqualTo(2);
    }

    @Test
    void changesReplaceAddAndRemove() {
        all(List.of(), row("P", 1, "ACTIVE", true), row("P", 2, "ACTIVE", true));
        table.apply("changes", Arrays.asList(row("P", 1, "DRAINING", true), row("P", 3, "ACTIVE", false),
                Map.of("policy", "P", "id", "2")));

        assertThat(table.snapshot().servers()).extracting(LiveTable.Server::id, LiveTable.Server::up)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("1", false),
                        org.assertj.core.groups.Tuple.tuple("3", false));
    }

    @Test
    void aPolicyWithoutAServerStaysUntilItIsForgotten() {
        all(List.of(), row("P", 1, "ACTIVE", true), row("Q", 1, "ACTIVE", true));
        table.apply("changes", List.of(Map.of("policy", "P", "id", "1")));
        table.apply("unserved", List.of(Map.of("policy", "P", "since", "2026-11-29T20:00:00Z")));
        assertThat(table.snapshot().policies()).extracting(LiveTable.Policy::noServerSince)
                .containsExactly("2026-11-29T20:00:00Z", null);
        table.apply("unserved", List.of());

        assertThat(table.snapshot().policies()).extracting(LiveTable.Policy::name).containsExactly("Q");
    }

    @Test
    void aTableAnewKeepsWhatWasCountedAndForgetsWhoIsGone() {
        all(List.of(), row("P", 1, "ACTIVE", true), row("P", 2, "ACTIVE", true));
        figures(0, Map.of(), Map.of("P", List.of(List.of("1", 0, 100, 0, 80, -1))));
        figures(1_000, Map.of(), Map.of("P", List.of(List.of("1", 0, 150, 0, 80, -1))));
        all(List.of(), row("P", 1, "ACTIVE", true));

        assertThat(table.snapshot().servers()).singleElement().extracting(LiveTable.Server::perSecond).isEqualTo(50.0);
    }

    @Test
    void whatItDoesNotKnowIsPassedOver() {
        Stream.of("you", "deliveries", "news").forEach(event -> table.apply(event, List.of("x")));
        table.apply("table", null);
        table.apply("figures", "nonsense");
        figures(0, Map.of("nobody", List.of(1)), Map.of("nobody", List.of(List.of("1"))));

        assertThat(table.snapshot().policies()).isEmpty();
    }
}
