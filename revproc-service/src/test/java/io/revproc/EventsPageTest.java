package io.revproc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The log's events: named in one way, and all of them in docs/events.md. */
class EventsPageTest {
    private static final Path PAGE = Path.of("../docs/events.md");
    private static final Pattern STATEMENT = Pattern
            .compile("\\blog\\.(debug|info|warn|error)\\(\\s*(\"[^\"]*\"|\\w+)");
    private static final Pattern EVENT = Pattern.compile("\"event=([^ \"]*)");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| (\\w+) \\| .{8,} \\|$", Pattern.MULTILINE);

    @Test
    void pageListsTheEventsOfTheSources() throws IOException {
        Set<String> events = matches(EVENT).map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));

        assertThat(rows().keySet()).as("docs/events.md").isEqualTo(events);
    }

    @Test
    void eventsAreInSnakeCase() throws IOException {
        assertThat(matches(EVENT).map(found -> found.group(1))).isNotEmpty().allMatch(event -> event.matches(
                "[a-z]+(_[a-z0-9]+)*"));
    }

    @Test
    void everyLineOfTheLogIsAnEvent() throws IOException {
        // A name is a constant that holds a line, or one handed over; those hold "event=" where they are made.
        assertThat(matches(STATEMENT).map(found -> found.group(2)).filter(text -> text.startsWith("\"")))
                .isNotEmpty().allMatch(text -> text.startsWith("\"event="));
    }

    @Test
    void pageSaysTheLevel() throws IOException {
        Map<String, String> rows = rows();
        List<String> wrong = matches(STATEMENT).filter(found -> found.group(2).startsWith("\"event="))
                .map(found -> Map.entry(found.group(2).substring(7).split("[ \"]", 2)[0], found.group(1)))
                .filter(one -> !one.getValue().equalsIgnoreCase(rows.get(one.getKey())))
                .map(one -> one.getKey() + " is logged as " + one.getValue()).toList();

        assertThat(wrong).isEmpty();
    }

    private static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        ROW.matcher(Files.readString(PAGE)).results().forEach(row -> rows.put(row.group(1), row.group(2)));
        return rows;
    }

    private static Stream<MatchResult> matches(Pattern pattern) throws IOException {
        List<MatchResult> found = new ArrayList<>();
        for (Path file : Sources.all()) {
            found.addAll(pattern.matcher(Files.readString(file)).results().toList());
        }
        return found.stream();
    }
}
