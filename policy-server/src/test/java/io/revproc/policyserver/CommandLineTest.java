package io.revproc.policyserver;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import io.revproc.start.SettingsCatalogue;
import io.revproc.start.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CommandLineTest {
    @Test
    void takesTheSeedsFlagsAsTheyAre() throws Exception {
        assertThat(CommandLine.FLAGS
                .translate("-id 1 -pp PP_1 -listen 9001 -revproc 8080 -revhost proxy.example".split(" ")))
                .containsExactly("--policy-server.id=1", "--policy-server.pp=PP_1", "--policy-server.listen=9001",
                        "--policy-server.revproc=8080", "--policy-server.revhost=proxy.example");
    }

    @Test
    void takesThemWithTwoDashesOrAnEqualsSignToo() throws Exception {
        assertThat(CommandLine.FLAGS.translate(new String[]{"--id", "1", "-pp=PP_1,PP_2", "--server.port=0"}))
                .containsExactly("--server.port=0", "--policy-server.id=1", "--policy-server.pp=PP_1,PP_2");
    }

    @Test
    void theLastOfTwoEqualFlagsCountsAndPoliciesAddUp() throws Exception {
        assertThat(CommandLine.FLAGS.translate("-pp A -listen 1 --policy-server.listen=2 -pp B".split(" ")))
                .containsExactly("--policy-server.pp=A,B", "--policy-server.listen=2");
    }

    @Test
    void theHelpForAllNamesEverySetting() {
        helpNames("", PolicyServerProperties.class);
    }

    private static void helpNames(String group, Class<?> settings) {
        for (RecordComponent setting : settings.getRecordComponents()) {
            String key = group + setting.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (setting.getType().isRecord()) {
                helpNames(key + ".", setting.getType());
            } else {
                assertThat(CommandLine.help(true))
                        .containsPattern("(?m)^  policy-server\\." + Pattern.quote(key) + "( |$)");
            }
        }
    }

    @Test
    void theHelpNamesTheSettingsForEveryDayAndThereAreSuchSettings() {
        List<String> everyday = CommandLine.settings().everyday();

        assertThat(everyday).hasSizeBetween(8, 15);
        assertThat(CommandLine.settings().settings()).extracting(SettingsCatalogue.Setting::name)
                .containsAll(everyday);
        assertThat(CommandLine.help(false)).contains("policy-server.listen (9001)", "-id ID")
                .endsWith("--help-all shows all of them.\n").doesNotContain("policy-server.mux");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-port 80", "-listen", "-listen -id 1", "PP_1"})
    void saysWhatIsWrongWithAnythingElse(String line) {
        assertThatThrownBy(() -> CommandLine.FLAGS.translate(line.split(" "))).isInstanceOf(UsageException.class)
                .hasMessageContaining("see --help");
    }

    @Test
    void misspeltOptionOfTheFrameworkIsRefused() {
        assertThatThrownBy(() -> CommandLine.FLAGS.translate(new String[]{"--server.adress=0.0.0.0"}))
                .isInstanceOf(UsageException.class).hasMessageContaining("server.address");
        assertThatThrownBy(() -> CommandLine.FLAGS.translate(new String[]{"--server.port"}))
                .isInstanceOf(UsageException.class).hasMessageContaining("--server.port=VALUE");
    }

    /** As a setting that does not exist ends with 1 wherever it is found, and a command line that can't be read with 2. */
    @ParameterizedTest
    @CsvSource({"--server.adress=x, 1", "--server.port, 2", "-nosuchflag, 2", "word, 2"})
    void exitCodeTellsSettingsThatDoNotExistFromFlags(String arg, int exitCode) {
        assertThatThrownBy(() -> CommandLine.FLAGS.translate(new String[]{arg}))
                .isInstanceOfSatisfying(UsageException.class,
                        e -> assertThat(e.exitCode()).isEqualTo(exitCode));
    }
}
