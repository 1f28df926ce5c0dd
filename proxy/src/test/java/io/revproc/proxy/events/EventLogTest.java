package io.revproc.proxy.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

import static org.assertj.core.api.Assertions.assertThat;

class EventLogTest {
    private Instant now = Instant.parse("2026-11-29T20:00:00Z");
    private final EventLog log = new EventLog(() -> now);

    @Test
    void eventsComeOldestFirstWithGrowingIds() {
        registered("PP_1/1", "10.0.0.1");
        lost("PP_1/1");
        registered("PP_2/1", "10.0.0.2");

        assertThat(names(EventQuery.ALL)).containsExactly("registered PP_1/1", "lost PP_1/1", "registered PP_2/1");
        assertThat(log.newest(EventQuery.ALL, 10)).extracting(Event::id).isSorted().doesNotHaveDuplicates();
        assertThat(log.newest(EventQuery.ALL, 2)).extracting(Event::name).containsExactly("lost", "registered");
    }

    @Test
    void queryChooses() {
        registered("PP_1/1", "10.0.0.1");
        long first = log.lastId();
        now = now.plusSeconds(60);
        registered("PP_1/2", "10.0.0.1");
        registered("PP_12/2", "10.0.0.1");
        add(Level.WARN, "event=policy_without_server policy={}", "PP_1");
        add(Level.WARN, "event=replaced server={} by={}", "PP_3/1", "PP_1/9");
        add(Level.INFO, "event=started http={}", 8124);

        assertThat(names(new EventQuery(0, Instant.EPOCH, "PP_1", null))).containsExactly("registered PP_1/1",
                "registered PP_1/2", "policy_without_server null", "replaced PP_3/1");
        assertThat(names(new EventQuery(0, Instant.EPOCH, null, "PP_1/2"))).containsExactly("registered PP_1/2");
        assertThat(names(new EventQuery(first, Instant.EPOCH, "PP_1", null))).hasSize(3);
        assertThat(names(new EventQuery(0, now, "PP_1", null))).hasSize(3);
        assertThat(names(new EventQuery(0, now.plusSeconds(1), null, null))).isEmpty();
    }

    @Test
    void namesAreFoundInTheFormThatIsSafe() {
        add(Level.INFO, "event=registered server={}", "\"P?P/1\"");

        assertThat(names(new EventQuery(0, Instant.EPOCH, "P\u001bP", null))).hasSize(1);
    }

    @Test
    void whatHappensAgainAndAgainIsOneEventWithACount() {
        for (int i = 0; i < 3; i++) {
            now = now.plusSeconds(1);
            add(Level.WARN, "event=registration_refused peer={} server={} reason={} unlogged={}", "10.0.0.1", "PP_1/1",
                    "bad token", i * 10);
            registered("PP_2/" + i, "10.0.0.2");
        }
        List<Event> refused = log.newest(new EventQuery(0, Instant.EPOCH, "PP_1", null), 10);

        assertThat(refused).hasSize(1);
        assertThat(refused.getFirst().count()).isEqualTo(33);
        assertThat(Duration.between(refused.getFirst().first(), refused.getFirst().at())).hasSeconds(2);
        // Its id is new, so that whoever asks for later events hears of it.
        assertThat(refused.getFirst().id()).isEqualTo(log.lastId() - 1);
    }

    @Test
    void historyOfAServerStaysReadable() {
        registered("PP_1/1", "10.0.0.1");
        lost("PP_1/1");
        registered("PP_1/1", "10.0.0.1");
        lost("PP_1/1");
        now = now.plus(EventLog.FOLD).plusSeconds(1);
        lost("PP_1/1");

        assertThat(names(EventQuery.ALL)).hasSize(5);
    }

    @Test
    void noisyPeerPushesOutNobodysEventsButItsOwn() {
        add(Level.INFO, "event=started http={}", 8124);
        registered("PP_1/1", "10.0.0.1");
        lost("PP_1/1");
        for (int i = 0; i < 2 * EventLog.MAX_EVENTS; i++) {
            switch (i % 3) {
                case 0 ->
                    add(Level.WARN, "event=registration_refused peer={} server={} reason={}", "10.6.6.6", "X/" + i,
                            "no " + i);
                case 1 -> registered("PP_6/" + i, "10.6.6.6");
                default -> add(Level.INFO, "event=lost server={} lease={}", "PP_6/" + (i - 1), "expired");
            }
        }
        assertThat(names(EventQuery.ALL).subList(0, 3)).containsExactly("started null", "registered PP_1/1",
                "lost PP_1/1");
        assertThat(log.newest(EventQuery.ALL, Integer.MAX_VALUE)).hasSize(EventLog.MAX_EVENTS);
    }

    @Test
    void noisyServerPushesOutNoNeighboursEventsAtItsOwnAddress() {
        registered("PP_1/1", "10.0.0.1");
        for (int i = 0; i < 2 * EventLog.MAX_EVENTS; i++) {
            add(Level.WARN, "event=upstream_breach server={} reason={}", "PP_1/2", "fault " + i);
            if (i == 0) {
                registered("PP_1/2", "10.0.0.1");
            }
        }
        assertThat(names(EventQuery.ALL).getFirst()).isEqualTo("registered PP_1/1");
    }

    @Test
    void longLinesCountForMore() {
        for (int i = 0; i < EventLog.MAX_EVENTS; i++) {
            add(Level.WARN, "event=registration_refused peer={} server={} reason={}", "10.0.0." + i % 100,
                    "x".repeat(250) + i, "y".repeat(250) + i);
        }
        List<Event> kept = log.newest(EventQuery.ALL, Integer.MAX_VALUE);

        assertThat(kept.stream().mapToInt(Event::size).sum()).isBetween(EventLog.MAX_SIZE / 2, EventLog.MAX_SIZE);
    }

    @Test
    void observersHearInOrderAndOnesFailureIsNobodysElse() {
        List<Long> heard = new ArrayList<>();
        log.observe(event -> {
            throw new IllegalStateException("an observer's fault");
        });
        log.observe(event -> heard.add(event.id()));
        registered("PP_1/1", "10.0.0.1");
        registered("PP_1/1", "10.0.0.1");

        assertThat(heard).hasSize(2).isSorted();
    }

    @Test
    void earlierRunsEventsComeBackInFrontOfThisRuns() {
        registered("PP_1/1", "10.0.0.1");
        List<Event> earlier = log.newest(EventQuery.ALL, 10);
        now = now.plusSeconds(10);
        EventLog next = new EventLog(() -> now);
        next.add(Level.INFO, Objects.requireNonNull(EventLine.of("event=restored servers={}", 1)));
        next.restore(earlier);
        next.restore(earlier);

        assertThat(next.newest(EventQuery.ALL, 10)).extracting(Event::name).containsExactly("registered", "restored");
    }

    private void registered(String server, String address) {
        add(Level.INFO, "event=registered server={} address={} port={} proto={}", server, address, 9001, 2);
    }

    private void lost(String server) {
        add(Level.INFO, "event=lost server={} lease={}", server, "expired");
    }

    private void add(Level level, String pattern, Object... values) {
        log.add(level, Objects.requireNonNull(EventLine.of(pattern, values)));
    }

    private List<String> names(EventQuery query) {
        return log.newest(query, Integer.MAX_VALUE).stream().map(event -> event.name() + " " + event.server()).toList();
    }
}
