package io.revproc.cli;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EventsCommandTest {
    private static final String REGISTERED = """
            {"id": 17, "at": "2026-11-29T20:00:00.123Z", "first": "2026-11-29T20:00:00.123Z", "count": 1, "level": "INFO",
             "event": "registered", "policy": "PP_1", "server": "PP_1/2", "fields": {"policy": "PP_1", "server": "2", "address": "127.0.0.1:9001"}}""";
    private static final String REFUSED = """
            {"id": 18, "at": "2026-11-29T20:01:00Z", "first": "2026-11-29T20:00:30Z", "count": 3, "level": "WARN",
             "event": "setup_refused", "policy": null, "server": null, "fields": {"reason": "no token\\u001b[2J"}}""";

    private static String answer(String... events) {
        return "{\"events\": [" + String.join(",", events) + "], \"more\": false, \"lastId\": 18}";
    }

    @Test
    void eachEventIsALineWithWhenHowGraveWhatAndAboutWhom() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/events", 200, answer(REGISTERED, REFUSED))) {
            Run run = Run.of("events", "--admin", admin.url());

            assertThat(run.out()).isEqualTo(
                    """
                            2026-11-29T20:00:00Z  INFO   registered  PP_1/2  address=127.0.0.1:9001
                            2026-11-29T20:01:00Z  WARN   setup_refused  reason="no token?[2J"  3 times since 2026-11-29T20:00:30Z
                            """);
            assertThat(run.err()).isEmpty();
        }
    }

    @Test
    void whatIsAskedForIsAsked() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/events", 200, answer())) {
            Run.of("events", "--since", "1h", "--policy", "a b", "--server", "a b/1", "--limit", "5", "--admin",
                    admin.url());

            assertThat(admin.requests)
                    .containsExactly("GET /admin/events?limit=5&since=1h&policy=a%20b&server=a%20b%2F1");
        }
    }

    @Test
    void jsonIsALineForEach() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/events", 200, answer(REGISTERED, REFUSED))) {
            assertThat(Run.of("events", "--admin", admin.url(), "--json").lines()).hasSize(2)
                    .allMatch(line -> line.startsWith("{\"id\":"));
        }
    }

    @Test
    void whatIsFollowedBeginsWhereTheListEnds() {
        String stream = "id: 19\nevent: event\ndata: " + REFUSED.replace("18", "19").replace("\n", "") + "\n\n";
        try (FakeAdmin admin = new FakeAdmin().answersByType("/admin/events", answer(REGISTERED), stream)) {
            Run run = Run.of("events", "--follow", "--events", "3", "--admin", admin.url());

            assertThat(run.lines()).hasSize(3).last().asString().contains("setup_refused");
            assertThat(run.err()).isEqualTo("revproc: the proxy ended the stream of events; trying again\n");
            assertThat(admin.requests).containsExactly("GET /admin/events?limit=100", "GET /admin/events?since=18",
                    "GET /admin/events?since=19");
        }
    }

    @Test
    void moreThanIsShownIsSaid() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/events", 200,
                answer(REGISTERED).replace("\"more\": false", "\"more\": true"))) {
            assertThat(Run.of("events", "--admin", admin.url()).err()).contains("there are older ones");
        }
    }

    @Test
    void whereThereIsNoneOneLineSaysSo() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/events", 200, answer())
                .answers("/admin/policies/PP_1", 200, "{}").answers("/admin/policies/nope", 404,
                        "{\"detail\": \"No server has registered for nope here\"}")) {
            String[][] cases = {{"events", "there is no event yet"},
                    {"events --since 1h", "there is no event since 1h; an earlier --since may have some"},
                    {"events --policy PP_1 --json", "there is no event of the policy PP_1"},
                    {"events --policy nope",
                            "there is no event of the policy nope: no server has registered for nope here"},
                    {"events --server nope/1",
                            "there is no event of the server nope/1: no server has registered for nope here"}};
            for (String[] each : cases) {
                assertThat(Run.of((each[0] + " --admin " + admin.url()).split(" ")))
                        .isEqualTo(new Run(0, "", "revproc: " + each[1] + "\n"));
            }
        }
    }

    @Test
    void aProxyThatIsGoneForAWhileIsWaitedFor() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        AtomicInteger left = new AtomicInteger(2);
        Terminal terminal = new Terminal(InputStream.nullInputStream(), System.out, new PrintStream(said), false,
                false, Map.of(), Path.of(""));
        Following.until(terminal, () -> left.get() == 0, "it ended", () -> {
            if (left.decrementAndGet() == 1) {
                throw new CliException(ExitCode.UNREACHABLE, "it is gone");
            }
        });
        assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo("revproc: it is gone; trying again\n");
    }

    @Test
    void aProxyWithoutEventsIsNamedAsThat() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/events", 404, "{}")) {
            assertThat(Run.of("events", "--admin", admin.url()).err()).contains("its log has them");
            assertThat(Run.of("events", "--limit", "0", "--admin", admin.url()).exitCode()).isEqualTo(ExitCode.USAGE);
        }
    }
}
