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
    private static final Pattern ROW = Pattern.compile(
            "^\\| `([^`]+)` \\| (\\w+) \\| .{8,} \\| (`.+`|–) \\| .{5,} \\|$",
            Pattern.MULTILINE);
    /** A line as the sources have it; what is put together of several texts is one. */
    private static final Pattern LINE = Pattern.compile("\"event=([a-z0-9_]+)([^\"]*)\"");
    private static final Pattern KEY = Pattern.compile("([a-z][a-z0-9_-]*)=");

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

    /** What is put into a line at run time is on the page too, and not looked for here. */
    @Test
    void pageNamesTheFieldsOfEachEvent() throws IOException {
        Map<String, String> page = new TreeMap<>();
        ROW.matcher(Files.readString(PAGE)).results().forEach(row -> page.put(row.group(1), row.group(3)));
        Set<String> missing = new TreeSet<>();
        for (Path file : Sources.all()) {
            String source = Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", "");
            LINE.matcher(source).results().forEach(line -> KEY.matcher(line.group(2)).results()
                    .filter(key -> !page.getOrDefault(line.group(1), "").contains("`" + key.group(1) + "`"))
                    .forEach(key -> missing.add(line.group(1) + " " + key.group(1))));
        }

        assertThat(missing).as("fields that docs/events.md does not name").isEmpty();
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
