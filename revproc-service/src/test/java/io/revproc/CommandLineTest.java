package io.revproc;

import io.revproc.start.SettingsCatalogue;
import io.revproc.start.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CommandLineTest {
    private static final SettingsCatalogue CATALOGUE = SettingsCatalogue.read("revproc.");

    @ParameterizedTest
    @CsvSource({"-port 8080,--revproc.listener.port=8080", "--port 8080,--revproc.listener.port=8080",
            "-port=8080,--revproc.listener.port=8080", "--port=8080,--revproc.listener.port=8080",
            "--server.port=1 -port 0,--server.port=1 --revproc.listener.port=0",
            "-address 0.0.0.0,--revproc.listener.address=0.0.0.0", "--debug,--debug"})
    void seedsFlagsBecomeSettings(String line, String settings) throws UsageException {
        assertThat(CommandLine.FLAGS.translate(line.split(" "))).containsExactly(settings.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8080", "-prot 8080", "-port", "-port --debug", "-p 1"})
    void wrongUsageIsOneSentence(String line) {
        assertThatThrownBy(() -> CommandLine.FLAGS.translate(line.split(" ")))
                .isInstanceOf(UsageException.class).hasMessageEndingWith("see --help")
                .message().doesNotContain("\n");
    }

    @Test
    void helpForAllNamesEverySettingWithItsDefault() {
        String help = CommandLine.help(CATALOGUE, true);
        assertThat(help).contains("-port PORT", "revproc.registration.ttl (3s)",
                "revproc.registration.allowed-cidrs (127.0.0.0/8,::1)", "revproc.listener.port (8123)",
                "revproc.transcript (false)", "revproc.policies").doesNotContain("{@", "--help-all shows");
        assertThat(CATALOGUE.settings()).allSatisfy(setting -> assertThat(help).contains("\n  " + setting.name()));
        assertThat(help.lines()).allMatch(line -> line.length() <= 120);
    }

    @Test
    void helpNamesTheSettingsForEveryDayAndSaysHowAllAreSeen() {
        assertThat(CommandLine.help(CATALOGUE, false))
                .contains("-port PORT", "revproc.listener.port (8123)", "revproc.policies\n",
                        "revproc.registration.grants\n")
                .endsWith("\nThese are the settings for every day; --help-all shows all of them.\n")
                .doesNotContain("revproc.health.", "revproc.transcript");
    }

    @Test
    void someTwentyFiveSettingsAreForEveryDayAndThereAreSuchSettings() {
        assertThat(CATALOGUE.everyday()).hasSizeBetween(20, 30).doesNotHaveDuplicates()
                .allMatch(name -> CATALOGUE.knows(ConfigurationPropertyName.of(name)))
                .allMatch(name -> CATALOGUE.settings().stream().anyMatch(setting -> name.equals(setting.name())
                        || name.startsWith(setting.name() + "[")));
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
