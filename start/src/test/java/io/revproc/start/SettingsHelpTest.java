package io.revproc.start;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** When help is asked for, and how the settings of a program in the test's resources are printed. */
class SettingsHelpTest {
    private static final SettingsCatalogue CATALOGUE = SettingsCatalogue.read("sample.");

    @ParameterizedTest
    @CsvSource({"--help, true, false", "-help, true, false", "-h, true, false", "--help-all, true, true",
            "-help-all, true, true", "--port=1 -h, true, false", "--port=1, false, false", "help, false, false",
            "--helpx, false, false"})
    void helpIsAskedForByAnyOfItsNames(String line, boolean asked, boolean all) {
        String[] args = line.split(" ");
        assertThat(SettingsHelp.asked(args)).isEqualTo(asked);
        assertThat(SettingsHelp.asksForAll(args)).isEqualTo(all);
    }

    @Test
    void everySettingHasItsNameAndDefaultAndFitsATerminal() {
        String help = SettingsHelp.text(CATALOGUE, true);
        for (SettingsCatalogue.Setting setting : CATALOGUE.settings()) {
            assertThat(help).contains("  " + setting.name()
                    + (setting.defaultValue() == null ? "\n" : " (" + setting.defaultValue() + ")\n"));
        }
        assertThat(help.lines()).allMatch(line -> line.length() <= 106).noneMatch(line -> line.endsWith(" "));
        assertThat(help).doesNotContain("{@", "--help-all");
    }

    @Test
    void helpForEveryDaySaysHowToSeeTheRest() {
        String help = SettingsHelp.text(CATALOGUE, false);
        assertThat(help).endsWith("--help-all shows all of them.\n");
        for (SettingsCatalogue.Setting setting : CATALOGUE.settings()) {
            assertThat(help.lines().anyMatch(line -> line.startsWith("  " + setting.name())
                    && (line.length() == 2 + setting.name().length()
                            || line.charAt(2 + setting.name().length()) == ' ')))
                    .as(setting.name()).isEqualTo(CATALOGUE.isEveryday(setting));
        }
    }
}
