package io.revproc.policyserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The lines that a policy server logs: events in the proxy's form, all of them on the page. */
class EventsPageTest {
    private static final List<Path> SOURCES = List.of(Path.of("src/main/java"),
            Path.of("../revproc-client/src/main/java/io/revproc/server"), Path.of("../start/src/main/java"),
            Path.of("../revproc-spring-boot-starter/src/main/java"));
    private static final Pattern STATEMENT = Pattern.compile("\\blog\\.(info|warn|error)\\(\\s*\"([^\"]*)\"");
    private static final Pattern COMPLAINT = Pattern.compile("\\.say\\(\"([^\"]*)\"");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| (\\w+) \\| .{8,} \\|$", Pattern.MULTILINE);

    @Test
    void pageListsTheEventsOfTheSourcesAndTheirLevels() throws IOException {
        String page = Files.readString(Path.of("../docs/policy-server.md"));
        Map<String, String> rows = new TreeMap<>();
        ROW.matcher(page.substring(page.indexOf("## In the log"))).results()
                .forEach(row -> rows.put(row.group(1), row.group(2)));
        Map<String, String> logged = new TreeMap<>();
        for (String source : sources()) {
            STATEMENT.matcher(source).results().filter(found -> !found.group(2).startsWith("event={}"))
                    .forEach(found -> logged.put(found.group(2).split("[= ]", 3)[1],
                            found.group(1).toUpperCase(Locale.ROOT)));
            COMPLAINT.matcher(source).results().forEach(found -> logged.put(found.group(1), "WARN"));
        }
        assertThat(rows).isEqualTo(logged);
    }

    @Test
    void everyLineIsAnEvent() throws IOException {
        assertThat(sources().stream().flatMap(source -> STATEMENT.matcher(source).results())
                .map(found -> found.group(2))).isNotEmpty()
                .allMatch(line -> line.matches("event=([a-z_]+|\\{})( .*)?"));
    }

    private static List<String> sources() throws IOException {
        List<String> sources = new ArrayList<>();
        for (Path root : SOURCES) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
                    sources.add(Files.readString(file));
                }
            }
        }
        return sources;
    }
}
