package io.revproc.metrics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.Permit;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TableCollectorTest {
    private final Map<ErrorCode, Long> unrouted = new HashMap<>();
    private final Map<String, Integer> ports = new HashMap<>();
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            InstantSource.system(), () -> 0);

    @Test
    void answeredMessageIsCountedAtItsPolicyAndServerWithItsTimeAndItsBytes() {
        TableCollector collector = collector(10, 10, 10);
        Endpoint one = server("PP_1", "1");

        one.tally(0).answered(TimeUnit.MICROSECONDS.toNanos(60), 100, 40);
        one.tally(1).answered(TimeUnit.MICROSECONDS.toNanos(50), 100, 40);
        load("PP_1").durations(1).record(TimeUnit.MILLISECONDS.toNanos(3));

        Map<String, Double> scrape = scrape(collector);
        assertThat(scrape)
                .containsEntry("revproc_messages_total{outcome=\"answered\",policy=\"PP_1\",server=\"1\"}", 2.0)
                .containsEntry("revproc_message_bytes_total{direction=\"request\",policy=\"PP_1\",server=\"1\"}", 200.0)
                .containsEntry("revproc_message_bytes_total{direction=\"reply\",policy=\"PP_1\",server=\"1\"}", 80.0)
                .containsEntry("revproc_server_duration_seconds_bucket{policy=\"PP_1\",server=\"1\",le=\"5.0E-5\"}",
                        1.0)
                .containsEntry("revproc_server_duration_seconds_bucket{policy=\"PP_1\",server=\"1\",le=\"1.0E-4\"}",
                        2.0)
                .containsEntry("revproc_server_duration_seconds_count{policy=\"PP_1\",server=\"1\"}", 2.0)
                .containsEntry("revproc_server_duration_seconds_sum{policy=\"PP_1\",server=\"1\"}", 110e-6)
                .containsEntry("revproc_message_duration_seconds_bucket{policy=\"PP_1\",le=\"0.0032\"}", 1.0)
                .containsEntry("revproc_message_duration_seconds_bucket{policy=\"PP_1\",le=\"0.0016\"}", 0.0)
                .containsEntry("revproc_message_duration_seconds_count{policy=\"PP_1\"}", 1.0);
    }

    @Test
    void refusalsAreThereBeforeTheFirstOneSoThatItIsARise() {
        TableCollector collector = collector(10, 10, 10);
        Endpoint one = server("PP_1", "1");

        assertThat(scrape(collector))
                .containsEntry("revproc_messages_total{outcome=\"TIMEOUT\",policy=\"PP_1\",server=\"1\"}", 0.0)
                .containsEntry("revproc_messages_total{outcome=\"OVERLOADED\",policy=\"PP_1\",server=\"\"}", 0.0)
                .containsEntry("revproc_messages_total{outcome=\"NO_SERVER\",policy=\"(unknown)\",server=\"\"}", 0.0)
                .doesNotContainKey("revproc_messages_total{outcome=\"TOO_LARGE\",policy=\"PP_1\",server=\"\"}");

        one.tally(0).refused(ErrorCode.TIMEOUT);
        load("PP_1").countRefused(ErrorCode.TOO_LARGE);
        unrouted.put(ErrorCode.NO_SERVER, 7L);

        assertThat(scrape(collector))
                .containsEntry("revproc_messages_total{outcome=\"TIMEOUT\",policy=\"PP_1\",server=\"1\"}", 1.0)
                .containsEntry("revproc_messages_total{outcome=\"TOO_LARGE\",policy=\"PP_1\",server=\"\"}", 1.0)
                .containsEntry("revproc_messages_total{outcome=\"NO_SERVER\",policy=\"(unknown)\",server=\"\"}", 7.0);
    }

    @Test
    void attemptsThatFailedQueueRetriesAndInFlightAreShown() {
        TableCollector collector = collector(10, 10, 10);
        Endpoint one = server("PP_1", "1");
        Permit permit = new Permit();

        assertThat(permit.tryAcquire(one, load("PP_1"))).isTrue();
        assertThat(load("PP_1").tryWait()).isTrue();
        one.tally(0).failed(ErrorCode.SERVER_FAILED);
        one.tally(0).failed(ErrorCode.TIMEOUT);
        one.tally(0).unreachable();
        load("PP_1").countRetry(true);
        load("PP_1").countCancelled();

        assertThat(scrape(collector)).containsEntry("revproc_in_flight{policy=\"PP_1\",server=\"1\"}", 1.0)
                .containsEntry("revproc_waiting{policy=\"PP_1\"}", 1.0)
                .containsEntry("revproc_queued_total{policy=\"PP_1\"}", 1.0)
                .containsEntry("revproc_server_failures_total{policy=\"PP_1\",reason=\"broken\",server=\"1\"}", 1.0)
                .containsEntry("revproc_server_failures_total{policy=\"PP_1\",reason=\"timeout\",server=\"1\"}", 1.0)
                .containsEntry("revproc_server_failures_total{policy=\"PP_1\",reason=\"unreachable\",server=\"1\"}",
                        1.0)
                .containsEntry("revproc_retries_total{policy=\"PP_1\",reason=\"idempotent\"}", 1.0)
                .containsEntry("revproc_retries_total{policy=\"PP_1\",reason=\"unreachable\"}", 0.0)
                .containsEntry("revproc_messages_total{outcome=\"cancelled\",policy=\"PP_1\",server=\"\"}", 1.0);
    }

    @Test
    void serversAreCountedByTheirState() {
        TableCollector collector = collector(10, 10, 10);
        server("PP_1", "1");
        table.update(server("PP_1", "2"), EndpointState::fall);
        table.update(server("PP_1", "3"), state -> state.withMode(EndpointState.Mode.DRAINING));
        table.update(server("PP_1", "4"), state -> state.withMode(EndpointState.Mode.MAINTENANCE));

        assertThat(scrape(collector)).containsEntry("revproc_servers{policy=\"PP_1\",state=\"up\"}", 1.0)
                .containsEntry("revproc_servers{policy=\"PP_1\",state=\"down\"}", 1.0)
                .containsEntry("revproc_servers{policy=\"PP_1\",state=\"draining\"}", 1.0)
                .containsEntry("revproc_servers{policy=\"PP_1\",state=\"maintenance\"}", 1.0);
    }

    @Test
    void seriesGoWithTheirServer() {
        TableCollector collector = collector(10, 10, 10);
        Endpoint one = server("PP_1", "1");
        server("PP_2", "2");

        table.remove(one);

        assertThat(scrape(collector).keySet()).noneMatch(series -> series.contains("PP_1\",server=\"1"))
                .anyMatch(series -> series.contains("PP_2\",server=\"2"));
    }

    @Test
    void policyThatLostItsLastServerKeepsItsSeriesUntilItIsDismissed() {
        TableCollector collector = collector(10, 10, 10);
        Endpoint one = server("PP_1", "1");
        load("PP_1").durations(0).record(1_000);
        load("PP_1").countRefused(ErrorCode.OVERLOADED);

        table.remove(one);
        Objects.requireNonNull(table.routes().unserved("PP_1")).load().countRefused(ErrorCode.NO_SERVER);

        assertThat(scrape(collector)).containsEntry("revproc_servers{policy=\"PP_1\",state=\"up\"}", 0.0)
                .containsEntry("revproc_messages_total{outcome=\"NO_SERVER\",policy=\"PP_1\",server=\"\"}", 1.0)
                .containsEntry("revproc_messages_total{outcome=\"NO_SERVER\",policy=\"(unknown)\",server=\"\"}", 0.0)
                .containsEntry("revproc_messages_total{outcome=\"OVERLOADED\",policy=\"PP_1\",server=\"\"}", 1.0)
                .containsEntry("revproc_message_duration_seconds_count{policy=\"PP_1\"}", 1.0);

        server("PP_1", "2");
        assertThat(scrape(collector)).containsEntry("revproc_servers{policy=\"PP_1\",state=\"up\"}", 1.0)
                .containsEntry("revproc_messages_total{outcome=\"OVERLOADED\",policy=\"PP_1\",server=\"\"}", 1.0);

        table.remove(Objects.requireNonNull(table.find(Ident.of("PP_1"), Ident.of("2"))));
        table.forget(Ident.of("PP_1"));
        assertThat(scrape(collector).keySet()).noneMatch(series -> series.contains("PP_1"));

        table.remember(Ident.of("PP_OF_THE_LAST_RUN"), null);
        assertThat(scrape(collector)).containsEntry("revproc_servers{policy=\"PP_OF_THE_LAST_RUN\",state=\"up\"}", 0.0);
    }

    @Test
    void thousandServersMakeNoMoreSeriesThanTheLimitsAllowAndNothingGoesUncounted() {
        TableCollector collector = collector(3, 5, 2);
        for (int i = 0; i < 1000; i++) {
            server("PP_" + i % 50, "" + i).tally(0).answered(1_000, 1, 1);
        }

        Map<String, Double> scrape = scrape(collector);
        assertThat(series(scrape, "revproc_messages_total", "outcome=\"answered\"")).hasSize(6);
        assertThat(series(scrape, "revproc_server_duration_seconds_count", "")).hasSize(3);
        assertThat(series(scrape, "revproc_message_duration_seconds_count", "")).hasSize(4);
        assertThat(sum(scrape, "revproc_messages_total", "outcome=\"answered\"")).isEqualTo(1000);
        assertThat(sum(scrape, "revproc_server_duration_seconds_count", "")).isEqualTo(1000);
        assertThat(sum(scrape, "revproc_servers", "state=\"up\"")).isEqualTo(1000);
        assertThat(scrape.size()).isLessThan(400);
    }

    @Test
    void theSumOfTheOthersNeverFallsWhoeverGoes() {
        TableCollector collector = collector(1, 1, 0);
        server("PP_1", "own").tally(0).answered(1_000, 1, 1);
        Endpoint busy = server("PP_1", "busy");
        Endpoint other = server("PP_2", "other");
        busy.tally(0).answered(1_000, 1, 1);
        other.tally(0).answered(1_000, 1, 1);
        load("PP_2").countRefused(ErrorCode.OVERLOADED);
        Permit permit = new Permit();
        assertThat(permit.tryAcquire(busy, load("PP_1"))).isTrue();

        table.remove(busy);
        table.remove(other);
        assertThat(others(collector)).isEqualTo(2);
        busy.tally(0).answered(1_000, 1, 1);
        permit.release();

        assertThat(others(collector)).isEqualTo(3);
        assertThat(others(collector)).isEqualTo(3);
        table.remove(Objects.requireNonNull(table.find(Ident.of("PP_1"), Ident.of("own"))));
        Map<String, Double> scrape = scrape(collector);
        assertThat(scrape).containsEntry(
                "revproc_messages_total{outcome=\"OVERLOADED\",policy=\"(other)\",server=\"\"}", 1.0)
                .containsEntry("revproc_server_duration_seconds_count{policy=\"(other)\",server=\"(other)\"}", 4.0)
                .containsEntry("revproc_in_flight{policy=\"(other)\",server=\"(other)\"}", 0.0);
    }

    @Test
    void serversThatComeAndGoUnscrapedAreNotKept() {
        TableCollector collector = collector(1, 0, 0);
        for (int i = 0; i < 5_000; i++) {
            Endpoint one = server("PP_1", "" + i);
            one.tally(0).answered(1_000, 1, 1);
            table.remove(one);
        }

        assertThat(collector.remembered()).isLessThan(1_100);
        server("PP_1", "last");
        assertThat(others(collector)).isEqualTo(5_000);
        assertThat(collector.remembered()).isEqualTo(1);
    }

    @Test
    void namesThatImitateOurLabelsAreToldFromThemAndBreakNoScrape() {
        TableCollector collector = collector(5, 3, 3);
        for (String name : List.of("(other)", "(unknown)", "a", "b\"c\\", "d", "e")) {
            server(name, "(other)").tally(0).answered(1_000, 1, 1);
        }
        load("(unknown)").countRefused(ErrorCode.NO_SERVER);
        unrouted.put(ErrorCode.NO_SERVER, 2L);

        Map<String, Double> scrape = scrape(collector);
        assertThat(sum(scrape, "revproc_messages_total", "outcome=\"answered\"")).isEqualTo(6);
        assertThat(scrape).containsEntry(
                "revproc_messages_total{outcome=\"NO_SERVER\",policy=\"(unknown)\",server=\"\"}", 2.0)
                .containsEntry("revproc_messages_total{outcome=\"NO_SERVER\",policy=\"((unknown)\",server=\"\"}", 1.0);
        assertThat(series(scrape, "revproc_servers", "policy=\"((unknown)\"")).isNotEmpty();
        assertThat(series(scrape, "revproc_servers", "policy=\"(unknown)\"")).isEmpty();
    }

    private TableCollector collector(int policies, int servers, int histograms) {
        return new TableCollector(table, new MetricsProperties(policies, servers, histograms),
                code -> unrouted.getOrDefault(code, 0L));
    }

    /** Each policy and id has an address of its own, and always the same one. */
    private Endpoint server(String policy, String id) {
        int port = ports.computeIfAbsent(policy + "/" + id, name -> 9001 + ports.size());
        return table.register(new EndpointSpec(Ident.of(policy), Ident.of(id), InetAddress.getLoopbackAddress(), port,
                1, false, 1, null, 10, false, null, null), null);
    }

    private PolicyLoad load(String policy) {
        return Objects.requireNonNull(table.routes().find(policy)).load();
    }

    private static double others(TableCollector collector) {
        return Objects.requireNonNull(scrape(collector)
                .get("revproc_messages_total{outcome=\"answered\",policy=\"(other)\",server=\"(other)\"}"));
    }

    private static List<String> series(Map<String, Double> scrape, String name, String label) {
        return scrape.keySet().stream().filter(one -> one.startsWith(name + "{") && one.contains(label)).toList();
    }

    private static double sum(Map<String, Double> scrape, String name, String label) {
        return series(scrape, name, label).stream().mapToDouble(scrape::get).sum();
    }

    /** Series and their values, as Prometheus reads them. */
    private static Map<String, Double> scrape(TableCollector collector) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, collector.collect(), EscapingScheme.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Double> values = new HashMap<>();
        out.toString(java.nio.charset.StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    int space = line.lastIndexOf(' ');
                    assertThat(values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1))))
                            .as(line).isNull();
                });
        return values;
    }
}
