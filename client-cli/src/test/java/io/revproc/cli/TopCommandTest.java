package io.revproc.cli;

import java.util.List;
import java.util.stream.IntStream;

import io.revproc.cli.live.LiveTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class TopCommandTest {
    private static final String STREAM = """
            event: you
            data: {"operator": false, "operators": true}

            event: table
            data: {"leaseMillis": 3000, "omitted": 0, "servers": [{"policy": "PP_1", "id": "1", "server": {"id": 1, "host": "127.0.0.1",
            data: "port": 9001, "alive": true, "state": "ACTIVE", "liveness": "UP", "inFlight": 0, "forwarded": 0, "failed": 0}},
            data: {"policy": "PP_1", "id": "2", "server": {"id": 2, "host": "127.0.0.1", "port": 9002, "alive": false, "state": "ACTIVE",
            data: "liveness": "EJECTED", "inFlight": 0, "forwarded": 0, "failed": 0}}],
            data: "unserved": [{"policy": "PP_9", "since": "2026-11-29T20:00:00.123456Z"}, {"policy": "eu", "since": null}]}

            event: figures
            data: {"unrouted": 0, "at": 1000, "policies": {"PP_1": [3, 1, 0, 900, 4200]}, "servers": {"PP_1": [["1", 3, 0, 0, 4200, 2500]]}, "connections": 64}

            event: figures
            data: {"at": 2000, "policies": {"PP_1": [3, 1, 2, 900, 4200]}, "servers": {"PP_1": [["1", 3, 12345, 1, 4200, 2500]]}, "connections": 64,
            data: "unrouted": 5}

            """;

    private static FakeAdmin admin() {
        return new FakeAdmin().answers("/admin/live", 200, "text/event-stream", STREAM);
    }

    @Test
    void withoutATerminalItIsPlainTextOnce() {
        try (FakeAdmin admin = admin()) {
            Run run = Run.of("top", "--admin", admin.url());

            assertThat(run.out()).isEqualTo("""
                    %s  1 of 2 servers take messages, 3 policies, 2 without a server, 64 connections
                    12,345 messages/s, 8.0 errors/s, 3 in flight, 1 waiting

                    POLICY  UP  OF   MSG/S  ERR/S  IN FLIGHT  WAITING    P50     P99  NO SERVER SINCE
                    PP_1     1   2  12,345    3.0          3        1  900us  4.20ms  -
                    PP_9     0   0       0      0          0        0      -       -  2026-11-29T20:00:00Z
                    eu       0   0       0      0          0        0      -       -  waits for its first

                    POLICY  ID  ADDRESS         STATE     MSG/S  ERR/S  IN FLIGHT     P99  LEASE
                    PP_1     1  127.0.0.1:9001  UP       12,345    1.0          3  4.20ms  2.50s
                    PP_1     2  127.0.0.1:9002  EJECTED       0      0          0       -      -
                    """.formatted(admin.url()));
            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void jsonIsALineEachTime() {
        try (FakeAdmin admin = admin()) {
            Run run = Run.of("top", "--admin", admin.url(), "--json");

            assertThat(run.lines()).hasSize(1);
            assertThat(run.json()).containsEntry("connections", 64);
            assertThat(run.out()).contains("\"policy\":\"PP_9\"", "\"p99Us\":null", "\"perSecond\":12345.0");
        }
    }

    @Test
    void aStreamThatEndsTooSoonIsSaid() {
        try (FakeAdmin admin = admin()) {
            Run run = Run.of("top", "--admin", admin.url(), "--count", "2");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).isEqualTo("revproc: the proxy ended the stream of figures\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"WORST, 10 9 8", "BUSIEST, 1 2 3", "NAME, 1 2 3"})
    void theKeySChangesWhatStandsFirst(TopView.Order order, String first) {
        TopView view = view(10);
        for (int i = 0; i < order.ordinal(); i++) {
            view.key('s');
        }
        List<String> servers = view.lines(200, 40).stream().filter(line -> line.matches("P +\\d+ +h:.*"))
                .map(line -> line.split(" +")[1]).toList();

        assertThat(servers).startsWith(first.split(" "));
    }

    @ParameterizedTest
    @CsvSource({"24, 12, 0", "24, 200, 0", "10, 50, 0", "40, 1, 0", "5, 50, 1"})
    void thereIsALineForEachRowOfTheScreen(int height, int servers, int spare) {
        List<String> lines = view(servers).lines(100, height);

        assertThat(lines.size()).isBetween(height, height + 5 * spare);
        assertThat(lines.getLast()).startsWith("q quit");
        if (servers > height) {
            assertThat(lines).anyMatch(line -> line.matches("… \\d+ more servers"));
        }
    }

    @Test
    void whatKeepsFiguresFromComingIsSaidInTheLastLine() {
        TopView view = new TopView("proxy", () -> snapshot(1), () -> "cannot reach \u001b[2J", new Style(false));

        assertThat(view.lines(100, 24).getLast()).isEqualTo("cannot reach ?[2J");
    }

    private static TopView view(int servers) {
        return new TopView("proxy", () -> snapshot(servers), () -> "", new Style(false));
    }

    /** The higher a server's number, the less it has to do and the more fails. */
    private static LiveTable.Snapshot snapshot(int servers) {
        List<LiveTable.Server> all = IntStream.rangeClosed(1, servers)
                .mapToObj(i -> new LiveTable.Server("P", "" + i, "h:" + i, "ACTIVE", "UP", true, 1_000 - i, i, 0, 1, 1))
                .toList();
        return new LiveTable.Snapshot(
                List.of(new LiveTable.Policy("P", servers, servers, 1, 0, 0, 0, 1, 1, null)), all, 0, 1, 0, 2);
    }
}
