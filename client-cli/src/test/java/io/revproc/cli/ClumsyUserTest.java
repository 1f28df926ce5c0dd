package io.revproc.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/** Wrong flags, wrong files, damaged settings: one sentence that says what is wrong and what to do, and nothing else. */
class ClumsyUserTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void files() throws IOException {
        Files.createDirectory(directory.resolve("folder"));
        Files.createFile(directory.resolve("empty"));
        Files.write(directory.resolve("binary"), new byte[]{(byte) 0xff, (byte) 0xfe, 0, 'x', '\n'});
        Files.writeString(directory.resolve("text"), "hello\u001b[2J\n");
    }

    private Run run(String line) {
        return new Run.Setup().in(directory).env("HOME", directory.toString()).run(line.split(" "));
    }

    /** Each command that takes a file, with each kind of file that is none for it. */
    @ParameterizedTest
    @ValueSource(strings = {"send --packet FILE --port 1", "send --policy P --payload @FILE --lines --port 1",
            "send --policy P --payload @FILE --port 1", "send --policy P --payload x --port 1 --evidence FILE",
            "send --policy P --payload x --cacert FILE --port 1",
            "send --policy P --payload x --cert FILE --key FILE --port 1", "-id 1 -revproc 1 -pkt FILE",
            "policies check FILE --admin http://127.0.0.1:1", "audit verify FILE --public-key FILE",
            "audit show folder --message text --digest-key FILE", "audit check-receipt FILE --public-key FILE",
            "audit check-report FILE --public-key text", "audit receipt --message FILE --admin http://127.0.0.1:1",
            "audit export FILE", "evidence issue --key FILE --issuer i --audience a --subject s",
            "certs dev FILE/x", "witness --log FILE",
            "conformance 127.0.0.1:0 x --cacert FILE --cert FILE --key FILE"})
    void aFileThatIsNoneIsNamedWithTheReason(String line) {
        for (String file : List.of("missing/x", "folder", "empty", "binary", "text", "\u0000", "x".repeat(300))) {
            boolean none = line.startsWith("certs") && List.of("folder", "missing/x").contains(file)
                    || line.endsWith("--lines --port 1") && file.equals("empty");
            if (!none) {
                Run run = run(line.replace("FILE", file));

                assertThat(run.exitCode()).as("%s %s: %s", line, file, run).isBetween(1, 3);
                isOneSentence(run);
            }
        }
    }

    /** What is read where nobody asked for it: the configuration, the contexts. Commands that mend it go on. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"config | folder | ''", "config | binary | is not UTF-8 text",
            "config | text | unknown key", "config | empty | ''", "config | huge | too large",
            "context | binary | revproc context use", "context | text | revproc context use",
            "context | empty | ''", "context | folder | ''", "contexts | text | ''",
            "contexts/one | binary | is not UTF-8 text", "contexts/one | text | unknown key",
            "contexts/one | folder | there is no context 'one'"})
    void damagedSettingsAreNamed(String file, String content, String hint) throws IOException {
        Path config = Files.createDirectories(directory.resolve(".config/revproc"));
        Files.writeString(directory.resolve("huge"), "#".repeat(70_000));
        Path damaged = config.resolve(file);
        Files.createDirectories(Objects.requireNonNull(damaged.getParent()));
        if (Files.isDirectory(directory.resolve(content))) {
            Files.createDirectory(damaged);
        } else {
            Files.copy(directory.resolve(content), damaged);
        }
        Run run = run(file.startsWith("contexts/") ? "open --context one" : "open");
        if (hint.isEmpty()) {
            assertThat(run).isEqualTo(new Run(0, "http://127.0.0.1:8124/\n", ""));
        } else {
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).contains(damaged.getFileName() + "", hint);
            isOneSentence(run);
        }
        assertThat(run("help send").exitCode()).isZero();
        if (file.equals("context") && !content.equals("folder")) {
            assertThat(run("context use none").exitCode()).isZero();
            assertThat(run("open").exitCode()).isZero();
        }
    }

    @Test
    void aPlaceThatTheMachineCannotNameIsSaid() {
        isOneSentence(new Run.Setup().env("REVPROC_CONFIG", "\u0000").run("open"));
        isOneSentence(new Run.Setup().env("HOME", "\u0000").run("context", "list"));
    }

    /** A disk that is full: what follows something ends, and no command calls it a success. {@code | head}: it ends as well, and that is no failure. */
    @ParameterizedTest
    @ValueSource(strings = {"routes --watch", "routes --watch --json", "events --follow", "events --follow --json",
            "events", "events --json", "top --count 9", "top --count 9 --json", "routes", "policies --json", "open"})
    void outputThatIsNotTakenIsTheEnd(String line) {
        String events = "event: figures\ndata: {\"id\": \"1\", \"event\": \"e\"}\n\n".repeat(4);
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int c) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        try (FakeAdmin admin = new FakeAdmin().answersByType("/",
                "{\"policies\": {}, \"events\": [{\"id\": \"0\", \"event\": \"e\"}]}", events)) {
            for (boolean piped : new boolean[]{false, true}) {
                ByteArrayOutputStream err = new ByteArrayOutputStream();
                Terminal terminal = new Terminal(InputStream.nullInputStream(), new PrintStream(closed, false, UTF_8),
                        new PrintStream(err, true, UTF_8), false, false, piped, Map.of(), directory);
                int exitCode = assertTimeoutPreemptively(Duration.ofSeconds(10),
                        () -> Revproc.run(terminal, (line + " --admin " + admin.url()).split(" ")));

                assertThat(exitCode).isEqualTo(piped ? ExitCode.OK : ExitCode.REFUSED);
                assertThat(err.toString(UTF_8)).isEqualTo(piped
                        ? ""
                        : "revproc: standard output took not all of it: nobody reads it any more, or the disk is full\n");
            }
        }
    }

    private static void isOneSentence(Run run) {
        assertThat(run.err()).startsWith("revproc: ").hasLineCount(1).doesNotContain("unexpectedly", "Exception",
                "java.", "Input length", "null").hasSizeLessThan(900);
        assertThat(run.err().codePoints()).noneMatch(c -> c != '\n' && Style.deceives(c));
        assertThat(run.out()).isEmpty();
    }
}
