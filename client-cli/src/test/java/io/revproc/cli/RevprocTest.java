package io.revproc.cli;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RevprocTest {
    @ParameterizedTest
    @ValueSource(strings = {"send", "routes", "health", "bench", "server", "drain", "resume", "maintenance", "remove",
            "completion", "man", "describe", "wait", "top", "events", "open", "context", "help", "policies", "dismiss",
            "audit",
            "certs",
            "grant", "admin", "conformance"})
    void everyCommandHasHelpVersionAndJson(String command) {
        Run help = Run.of(command, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: revproc " + command, "--json", "--version");
        assertThat(Run.of(command, "--version").out()).startsWith("revproc ");
    }

    /** So that they can be copied. Lines end at spaces alone, whatever the width, and each word is there as it was written. */
    @Test
    void helpBreaksNoAddressAndNoFile() {
        CommandLine all = WholeWords.in(Revproc.visible(new Run.Setup().terminal()));
        for (CommandLine command : all.getSubcommands().values()) {
            String narrow = command.setUsageHelpWidth(80).getUsageMessage();
            String wide = command.setUsageHelpWidth(1_000).getUsageMessage();
            assertThat(narrow.lines().toList()).as(command.getCommandName()).allMatch(line -> line.length() <= 80);
            // Its first lines name the options alone.
            assertThat(narrow.substring(narrow.indexOf("\nOptions:")).split("\\s+"))
                    .containsExactly(wide.substring(wide.indexOf("\nOptions:")).split("\\s+"))
                    .noneMatch(word -> word.contains("${"));
        }
        assertThat(Run.of("routes", "--help").out()).contains("http://127.0.0.1:8124;", "-h, --help");
    }

    @Test
    void helpKnowsTheActionsOfACommand() {
        assertThat(Run.of("help", "policies", "check")).isEqualTo(Run.of("policies", "--help"));
        assertThat(Run.of("help", "audit", "verify").exitCode()).isZero();
        assertThat(Run.of("help", "policies", "chek").err())
                .isEqualTo("revproc: policies has no action 'chek'; it has check, apply; "
                        + "'bin/revproc policies --help' shows how\n");
        assertThat(Run.of("help", "routes", "x").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void noCommandIsWrongUsageAndShowsTheCommands() {
        Run run = Run.of();

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("send", "routes", "health").doesNotContain("seed");
    }

    @Test
    void aTypoIsOneSentence() {
        Run run = Run.of("sned");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .isEqualTo("revproc: there is no command 'sned'; did you mean send? 'bin/revproc --help' shows all\n");
    }

    @ParameterizedTest
    @CsvSource({"send --polcy P, --polcy, --policy", "routes --wach, --wach, --watch",
            "bench --conections=3, --conections, --connections"})
    void aMistypedOptionIsToldWhatWasMeant(String line, String typed, String meant) {
        Run run = Run.of(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).isEqualTo("revproc: there is no option " + typed + "; did you mean " + meant
                + "? 'bin/revproc " + line.split(" ")[0] + " --help' shows how\n");
    }

    @Test
    void anOptionThatNothingIsLikeIsNotGuessed() {
        assertThat(Run.of("routes", "--nonsense").err())
                .isEqualTo("revproc: there is no option --nonsense; 'bin/revproc routes --help' shows how\n");
    }

    @Test
    void helpIsAlsoAWord() {
        assertThat(Run.of("help", "drain")).isEqualTo(Run.of("drain", "--help"));
        assertThat(Run.of("help").out()).startsWith("Usage: revproc [-hV] COMMAND");
        assertThat(Run.of("help", "darin").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Run.of("help", "darin").err()).contains("did you mean drain?");
    }

    @Test
    void aBadOptionIsOneSentence() {
        Run run = Run.of("send", "--port", "http");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).singleElement().asString().contains("--port",
                "'bin/revproc send --help' shows how");
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500000000", "2s, 2000000000", "1.5s, 1500000000", "3, 3000000000", "1m, 60000000000",
            "10us, 10000", "0, 0"})
    void durationsAreReadAsPeopleTypeThem(String text, long nanos) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @CsvSource({"0, 0us", "999_999, 999us", "1_000_000, 1.00ms", "1_234_567, 1.23ms", "12_345_678, 12.3ms",
            "99_960_000, 100.0ms",
            "123_456_789, 123ms", "999_400_000, 999ms", "1_000_000_000, 1.00s", "61_049_000_000, 61.0s",
            "3_600_000_000_000, 3600s"})
    void durationsAreShownWithThreeDigits(String nanos, String text) {
        assertThat(Durations.show(Long.parseLong(nanos.replace("_", "")))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "1 day", "99999999999s"})
    void otherThingsAreNoDurations(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse(text))
                .withMessageContaining("write 500ms");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1:7", "127.0.0.1:9, 127.0.0.1:9", "::1, [0:0:0:0:0:0:0:1]:7",
            "[::1]:9, [0:0:0:0:0:0:0:1]:9",
            "[::1], [0:0:0:0:0:0:0:1]:7"})
    void addressesAreReadWithAndWithoutPort(String text, String shown) {
        assertThat(Addresses.parse(text, 7)).hasToString(shown);
    }

    @Test
    void aListOfAddressesKeepsItsOrderAndSkipsUnknownNames() {
        assertThat(Addresses.parse("127.0.0.2:9, no-such-host.invalid,127.0.0.1", 7))
                .hasToString("127.0.0.2:9, 127.0.0.1:7");
    }

    @Test
    void badAddressesAreNamed() {
        for (String text : List.of("127.0.0.1:0", "127.0.0.1:x", "127.0.0.1:70000", ",")) {
            assertThatExceptionOfType(CliException.class).isThrownBy(() -> Addresses.parse(text, 7))
                    .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
        }
    }
}
