package io.revproc.cli;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import io.revproc.cli.server.BackOff;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** In a time of its own: {@code 30} is a stream that ends after 30 s, {@code -} a proxy that can't be reached, {@code 503} an answer. */
class FollowingTest {
    private static final AdminClient CLIENT = new AdminClient(URI.create("http://127.0.0.1:1"), null, null,
            "say who you are");
    private static final String ENDED = "it ended; trying again";
    private static final String GONE = "it is gone; trying again";
    private static final String LESS = "; trying again, less and less often";

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Terminal terminal = new Terminal(InputStream.nullInputStream(), System.out, new PrintStream(said),
            false, false, Map.of(), Path.of(""));
    private final List<Long> pauses = new ArrayList<>();
    private long now;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30 30 30                    | 1 1 1             | ENDED,ENDED,ENDED
            30 - - - 30 -               | 1 1 1 1 1 1       | ENDED,GONE,ENDED,GONE
            502 502 502                 | 1 2 4             | 502
            429 429 429 429 429 429 429 | 1 2 4 8 16 30 30  | 429
            30 503 503 30 503           | 1 1 2 1 1         | ENDED,503,ENDED,503
            30 - 502 503 504 - 30       | 1 1 1 2 4 1 1     | ENDED,GONE,502,503,504,ENDED
            0 0 0 0                     | 1 2 4 8           | ENDED
            0 503 1 503                 | 1 2 4 8           | ENDED,503
            """)
    void whatMayPassIsTriedAgainAndSaidOnce(String course, String expected, String sentences) {
        List<String> left = new ArrayList<>(List.of(course.split(" ")));
        AtomicBoolean enough = new AtomicBoolean();
        Following.until(terminal, enough::get, attempts(), () -> attempt(left.removeFirst()), pause -> {
            now += pause.toNanos();
            pauses.add(pause.toSeconds());
            enough.set(left.isEmpty());
        });
        assertThat(pauses).isEqualTo(List.of(expected.split(" ")).stream().map(Long::valueOf).toList());
        assertThat(said.toString(StandardCharsets.UTF_8).lines().map(line -> line.substring("revproc: ".length())))
                .containsExactly(List.of(sentences.split(",")).stream().map(sentence -> switch (sentence) {
                    case "ENDED" -> ENDED;
                    case "GONE" -> GONE;
                    default ->
                        CLIENT.refused(new AdminClient.Reply(Integer.parseInt(sentence), null)).sentence() + LESS;
                }).toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 403, 404, 405, 406, 410})
    void whatDoesNotChangeEndsIt(int status) {
        assertThatExceptionOfType(CliException.class)
                .isThrownBy(() -> Following.until(terminal, () -> false, attempts(),
                        () -> attempt(Integer.toString(status)), pauses -> {}))
                .matches(e -> e.exitCode() == ExitCode.REFUSED && !e.isPassing());
        assertThat(said.size()).isZero();
    }

    /** End to end: a load balancer that does not reach the proxy for a moment. */
    @Test
    void aStreamThatWasRefusedInPassingIsFollowedAgain() {
        String stream = "id: 19\nevent: event\ndata: {\"id\": 19, \"event\": \"x\"}\n\n";
        try (FakeAdmin admin = new FakeAdmin().failsOnce("/admin/events", 503, "{\"lastId\": 18, \"events\": []}",
                stream)) {
            Run run = Run.of("events", "--follow", "--events", "1", "--admin", admin.url());

            assertThat(run.exitCode()).isZero();
            assertThat(run.lines()).hasSize(1);
            assertThat(run.err()).endsWith(LESS + "\n");
        }
    }

    private Following.Attempts attempts() {
        return new Following.Attempts("it ended", () -> now, new BackOff());
    }

    private void attempt(String what) {
        if (what.equals("-")) {
            throw new CliException(ExitCode.UNREACHABLE, "it is gone");
        }
        int number = Integer.parseInt(what);
        if (number > 100) {
            throw CLIENT.refused(new AdminClient.Reply(number, null));
        }
        now += Duration.ofSeconds(number).toNanos();
    }
}
