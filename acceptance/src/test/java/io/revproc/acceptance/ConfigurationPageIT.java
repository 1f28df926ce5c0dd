package io.revproc.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/configuration.md says what the programs take. {@code bin/docs} writes its tables anew. */
class ConfigurationPageIT {
    private static final Path PAGE = Programs.home().resolve("docs/configuration.md");

    @ParameterizedTest
    @ValueSource(strings = {"revproc-service", "policy-server"})
    void tablesAreThoseOfTheSettings(String program) throws IOException {
        String page = Files.readString(PAGE);
        String begin = "<!-- settings of " + program + ": written by bin/docs, do not edit -->\n";
        String end = "<!-- end of settings of " + program + " -->";
        String expected = page.substring(0, page.indexOf(begin) + begin.length())
                + ConfigurationPage.markdown(ConfigurationPage.settings(Programs.home(), program),
                        ConfigurationPage.everyday(Programs.home(), program))
                + "\n"
                + page.substring(page.indexOf(end));
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE)).as("run bin/docs and look at what changed").isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"revproc-service", "policy-server"})
    void everySettingSaysWhatItIs(String program) throws IOException {
        List<ConfigurationPage.Setting> settings = ConfigurationPage.settings(Programs.home(), program);

        assertThat(settings).hasSizeGreaterThan(15).allSatisfy(setting -> {
            assertThat(setting.description()).as(setting.name()).hasSizeGreaterThan(12);
            assertThat(setting.kind()).as(setting.name()).isNotBlank();
        });
        assertThat(settings).extracting(ConfigurationPage.Setting::name).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"revproc-service, 20, 30", "policy-server, 8, 15"})
    void someTwentyFiveAreForEveryDayAndThereAreSuchSettings(String program, int least, int most) throws IOException {
        List<String> everyday = ConfigurationPage.everyday(Programs.home(), program);

        assertThat(everyday).hasSizeBetween(least, most).doesNotHaveDuplicates();
        assertThat(ConfigurationPage.settings(Programs.home(), program)).extracting(ConfigurationPage.Setting::name)
                .containsAll(everyday);
    }

    @Test
    void partsOfPoliciesAndTheirBoundsAreThere() throws IOException {
        assertThat(ConfigurationPage.settings(Programs.home(), "revproc-service"))
                .anySatisfy(setting -> {
                    assertThat(setting.name()).isEqualTo("revproc.policies[NAME].balance");
                    assertThat(setting.kind()).isEqualTo("round-robin, least-loaded, sticky");
                    assertThat(setting.defaultValue()).isEqualTo("round-robin");
                }).anySatisfy(setting -> {
                    assertThat(setting.name()).isEqualTo("revproc.forward.deadline");
                    assertThat(setting.kind()).contains("at least 10 ms, at most 24 h");
                });
    }
}
