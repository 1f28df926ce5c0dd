package io.revproc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a peer, an operator or another program named goes through LogValue on its way into the log. Held by the sources: each value
 * of a log statement is made safe there, or is of a kind that nobody can choose.
 */
class LogStatementsTest {
    private static final Pattern STATEMENT = Pattern.compile("\\blog\\.(?:debug|info|warn|error)\\(");
    private static final Pattern SAFE = Pattern.compile(String.join("|",
            "LogValue\\.of\\(.*\\)",
            // addresses as digits, ports, numbers, words of ours
            ".*\\bgetHostAddress\\(\\)", ".*\\.host\\(\\)", ".*[pP]ort\\(\\)", ".*\\.proto\\(\\)", ".*\\.label\\(\\)",
            ".*\\.size\\(\\)( [-+].*)?", ".*\\.toMillis\\(.*\\)", ".*\\.get\\(\\)", ".*\\.getAndSet\\(0\\)",
            ".*\\.value\\(\\)", ".*\\.version\\(\\)",
            ".*\\.getClass\\(\\)\\.(getSimpleName|getName)\\(\\)", ".*\\.revision\\(\\)", ".*\\.pending\\(\\)",
            ".*\\.max\\(\\)", ".*\\.inFlight\\(\\)", ".*\\.notAfter\\(\\)",
            "(.*\\.)?maxConnections(\\(\\))?", ".*\\.limit\\(\\)",
            ".*\\.(sequence|segment|aside|unproven|written|waiting|nextSequence|kind)\\(\\).*",
            "(refused|lost|waiting)\\(\\)",
            "lower\\(.*\\)", ".*\\.hex\\(\\).*", ".* [!=]= (null|0)", "Program\\.version\\(\\)", "AotDetector\\..*",
            ".*getRemoteAddr\\(\\)",
            // counts, and words that only the program chooses
            "\\d+",
            "others|again|unlogged|owed|over|http|pause|lost|lostSaid|lost - lostSaid|faultsInARow|refused|gone|how|peer|millis|late|entries|connections|unanswered|cut",
            // a throwable, whose stack trace follows the line
            "e|why|cause",
            ".* \\? (\"[a-z-]+\"|0|LogValue\\.of\\(.*\\)) : (\"[a-z-]+\"|LogValue\\.of\\(.*\\)|.*\\.toMillis\\(.*\\))"));

    @Test
    void everyValueIsMadeSafeOrNobodyCanChooseIt() throws IOException {
        List<String> raw = new ArrayList<>();
        int statements = 0;
        for (Path file : Sources.all()) {
            String text = Files.readString(file);
            Matcher statement = STATEMENT.matcher(text);
            while (statement.find()) {
                statements++;
                for (String value : values(text, statement.end())) {
                    if (!SAFE.matcher(value).matches()) {
                        raw.add(file.getFileName() + ": " + value);
                    }
                }
            }
        }
        assertThat(statements).isGreaterThan(50);
        assertThat(raw).as("hand it to LogValue.of, or say here why nobody can choose it").isEmpty();
    }

    /** The arguments behind the line's text, each in one line. */
    private static List<String> values(String text, int from) {
        List<String> values = new ArrayList<>();
        int depth = 0;
        boolean quoted = false;
        int start = from;
        int at = from;
        for (; depth >= 0; at++) {
            char c = text.charAt(at);
            if (c == '"' && text.charAt(at - 1) != '\\') {
                quoted = !quoted;
            } else if (!quoted) {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (depth < 0 || depth == 0 && c == ',') {
                    values.add(text.substring(start, at).replaceAll("\\s+", " ").replaceAll(" ?\\. ?", ".").strip());
                    start = at + 1;
                }
            }
        }
        return values.subList(1, values.size());
    }
}
