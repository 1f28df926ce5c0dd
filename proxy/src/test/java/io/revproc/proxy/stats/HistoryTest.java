package io.revproc.proxy.stats;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.events.EventLine;
import io.revproc.proxy.events.EventLog;
import io.revproc.proxy.events.EventQuery;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

import static org.assertj.core.api.Assertions.assertThat;

class HistoryTest {
    private Instant now = Instant.parse("2026-11-29T20:00:00Z");
    private long nanos;
    private long unrouted;
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> now, () -> nanos);
    private final ListenerCounts listener = new ListenerCounts() {
        @Override
        public int connections() {
            return 7;
        }

        @Override
        public long refused(ErrorCode code) {
            return code == ErrorCode.NO_SERVER ? unrouted : 0;
        }
    };
    private final History history = new History(table, listener);

    @Test
    void secondTellsWhatWasCountedInIt() {
        Endpoint one = server("PP_1", 1);
        Endpoint two = server("PP_1", 2);
        tick();
        answered(one, 10);
        answered(two, 5);
        two.tally(0).failed(ErrorCode.TIMEOUT);
        two.tally(1).refused(ErrorCode.TIMEOUT);
        load("PP_1").countRefused(ErrorCode.OVERLOADED);
        unrouted = 3;
        tick();

        assertThat(newest(history.total(Span.MINUTES, now))).containsEntry("rate", 15f).containsEntry("failed", 5f)
                .containsEntry("connections", 7f).containsEntry("NO_SERVER", 3f).containsEntry("OVERLOADED", 1f)
                .containsEntry("TIMEOUT", 1f).containsEntry("BAD_MESSAGE", 0f);
        assertThat(newest(history.policy("PP_1", Span.MINUTES, now))).containsEntry("rate", 15f)
                .containsEntry("failed", 2f);
        assertThat(newest(history.server("PP_1", "1", Span.MINUTES, now))).containsEntry("rate", 10f)
                .containsEntry("failed", 0f)
                .satisfies(figures -> assertThat(figures.get("p99")).isBetween(500f, 2000f));
        assertThat(newest(history.server("PP_1", "2", Span.MINUTES, now))).containsEntry("rate", 5f)
                .containsEntry("failed", 1f);
        assertThat(history.refusals(now)).isEqualTo(Map.of("NO_SERVER", 3L, "OVERLOADED", 1L, "TIMEOUT", 1L));
        assertThat(history.policies(Span.MINUTES, now)).containsOnlyKeys("PP_1");

        tick();
        assertThat(newest(history.total(Span.MINUTES, now))).containsEntry("rate", 0f).containsEntry("failed", 0f);
    }

    @Test
    void longSecondIsARateAllTheSame() {
        Endpoint one = server("PP_1", 1);
        tick();
        answered(one, 10);
        nanos += Duration.ofSeconds(1).toNanos();
        tick();

        assertThat(newest(history.total(Span.MINUTES, now))).containsEntry("rate", 5f);
    }

    @Test
    void idleServersTakeNoRoomAndBusyOnesThePlaceOfThoseThatHaveBeenIdle() {
        for (int i = 0; i < History.MAX_SERIES + 10; i++) {
            answered(server("PP_" + i % 10, i), i < History.MAX_SERIES ? 1 : 0);
        }
        tick();
        Endpoint late = Objects.requireNonNull(table.find(Ident.of("PP_5"), Ident.of(History.MAX_SERIES + 5)));
        answered(late, 4);
        tick();
        assertThat(newest(history.server("PP_5", "305", Span.MINUTES, now))).containsEntry("rate", Float.NaN);

        now = now.plusSeconds(61);
        answered(late, 4);
        tick();
        assertThat(newest(history.server("PP_5", "305", Span.MINUTES, now))).containsEntry("rate", 4f);
    }

    @Test
    void restartKeepsFiguresAndEvents(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("history");
        EventLog events = new EventLog(() -> now);
        events.add(Level.WARN, Objects.requireNonNull(EventLine.of("event=lost server={} lease=expired", "PP_1/1")));
        HistoryTimer first = HistoryTimer.start(history, events, () -> now, file);
        answered(server("PP_1", 1), 9);
        tick();
        first.close();
        Instant then = now;
        now = now.plusSeconds(30);

        EventLog after = new EventLog(() -> now);
        History restarted = new History(table, listener);
        HistoryTimer.start(restarted, after, () -> now, file).close();
        assertThat(after.newest(EventQuery.ALL, 10)).isEqualTo(events.newest(EventQuery.ALL, 10)).hasSize(1);
        assertThat(newest(restarted.total(Span.MINUTES, then))).containsEntry("rate", 9f);
        assertThat(newest(restarted.server("PP_1", "1", Span.DAY, then))).containsEntry("rate", 9f);

        byte[] damaged = Files.readAllBytes(file);
        damaged[damaged.length / 2]++;
        Files.write(file, damaged);
        History empty = new History(table, listener);
        HistoryTimer.start(empty, new EventLog(() -> now), () -> now, file).close();
        assertThat(newest(empty.total(Span.MINUTES, then))).containsEntry("rate", Float.NaN);
    }

    private void tick() {
        nanos += Duration.ofSeconds(1).toNanos();
        now = now.plusSeconds(1);
        history.tick(nanos, now);
    }

    private static Map<String, Float> newest(Points points) {
        return points.figures().entrySet().stream().collect(java.util.stream.Collectors.toMap(Map.Entry::getKey,
                figure -> figure.getValue()[figure.getValue().length - 1]));
    }

    private static void answered(Endpoint endpoint, int messages) {
        for (int i = 0; i < messages; i++) {
            endpoint.tally(i % 2).answered(1_000_000, 100, 100);
        }
    }

    private PolicyLoad load(String policy) {
        return Objects.requireNonNull(table.routes().find(policy)).load();
    }

    private Endpoint server(String policy, int id) {
        return table.register(new EndpointSpec(Ident.of(policy), Ident.of(id), InetAddress.getLoopbackAddress(),
                9000 + id, 1, false, 1, null, 1, false, null, null), null);
    }
}
