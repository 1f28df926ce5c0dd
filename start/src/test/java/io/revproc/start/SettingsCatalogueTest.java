package io.revproc.start;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The settings of a program that is in the test's resources. */
class SettingsCatalogueTest {
    private static final SettingsCatalogue CATALOGUE = SettingsCatalogue.read("sample.");

    /** The elements of {@code sample.parts} and {@code sample.list}. */
    record Part(int weight, List<String> tags, Inner inner, Map<String, String> claims) {}

    record Inner(boolean deep) {}

    @ParameterizedTest
    @ValueSource(strings = {"sample.port", "sample.networks", "sample.networks[3]", "sample.tls.bundle-name",
            "sample.tls.bundlename", "sample.parts[ANY_1].weight", "sample.parts.any.tags[2]",
            "sample.parts.any.inner.deep", "sample.list[0].weight", "sample.labels.what.ever", "sample.old",
            "sample.labels[7]",
            "sample.parts[999].weight", "sample.parts[a.b].weight", "sample.parts[999].tags[0]",
            "sample.parts.any.claims.sub",
            "sample.parts.any.claims[x/y]", "sample.list[0].claims[sub]", "sample.list[0].claims[7]"})
    void knowsASettingAndItsPartsHoweverTheyAreWritten(String name) {
        assertThat(CATALOGUE.knows(ConfigurationPropertyName.of(name))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample.prt", "sample", "sample.tls", "sample.parts", "sample.parts[7]",
            "sample.parts.any.height", "sample.list.weight",
            "sample.parts[999].height", "sample.parts.a.b.weight", "sample.list[0].claim.sub", "sample.list[0].claims",
            "sample.pause-time", "another.setting"})
    void knowsNothingElse(String name) {
        assertThat(CATALOGUE.knows(ConfigurationPropertyName.of(name))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"sample, true", "sample.tls, true", "sample.parts, true", "sample.parts[ANY_1], true",
            "sample.parts[a.b], true", "sample.parts.any, true", "sample.parts[7], true",
            "sample.parts.any.inner, true", "sample.parts.any.claims, true", "sample.list[0].claims, true",
            "sample.list[0].inner, true", "sample.labels, true", "sample.port, false", "sample.tsl, false",
            "sample.parts.any.weight, false", "sample.parts.any.height, false", "sample.parts.any.other.inner, false",
            "sample.list, false", "sample.labels.any, false", "sample.t, false"})
    void groupIsWhatHasSettingsAndWhatIsNamedByAPerson(String name, boolean group) {
        assertThat(CATALOGUE.isGroup(ConfigurationPropertyName.of(name))).isEqualTo(group);
    }

    @ParameterizedTest
    @CsvSource({"sample.tls.bundlename, true", "sample.tlsbundlename, true", "sample.networks.0, true",
            "sample.parts.any.tags.2, true", "sample.list.0.claims.sub, true", "sample.list.0.inner.deep, true",
            "sample.tls.bundle, false",
            "sample.pausetime, false"})
    void inTheEnvironmentDotsAndIndexesLookAlike(String name, boolean known) {
        assertThat(CATALOGUE.knowsFromEnvironment(ConfigurationPropertyName.of(name))).isEqualTo(known);
    }

    @ParameterizedTest
    @CsvSource({"sample.tls.nix, true", "sample.tsl.bundle-name, false", "sample.tls, false", "sample.port.x, false",
            "sample.parts.a.nix, true"})
    void treeIsKnownIfItHasSettings(String name, boolean known) {
        assertThat(CATALOGUE.inKnownTree(ConfigurationPropertyName.of(name))).isEqualTo(known);
    }

    @ParameterizedTest
    @CsvSource({"sample.prot, sample.port", "sample.tls.bundel-name, sample.tls.bundle-name", "sample.nothing-like-it,",
            "sample.pause-tim,"})
    void nearestIsOneThatThereIs(String name, @Nullable String nearest) {
        assertThat(CATALOGUE.nearest(ConfigurationPropertyName.of(name))).isEqualTo(nearest);
    }

    @ParameterizedTest
    @CsvSource({"sample.pause-time, it is always 1s", "sample.pausetime, it is always 1s", "sample.port,",
            "sample.never,"})
    void whatIsGoneSaysWhatHoldsInstead(String name, @Nullable String reason) {
        assertThat(CATALOGUE.gone(ConfigurationPropertyName.of(name))).isEqualTo(reason);
    }

    @Test
    void goneSettingIsInNoHelp() {
        assertThat(CATALOGUE.settings()).extracting(SettingsCatalogue.Setting::name).doesNotContain("sample.pause-time")
                .contains("sample.old").isSorted();
    }

    @Test
    void programThatWasBuiltWithoutItsListSaysSo() {
        assertThatThrownBy(() -> SettingsCatalogue.read("nobodys.")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("build with the configuration processor");
    }

    @Test
    void helpIsForEveryDayAndSaysHowAllIsSeen() {
        assertThat(CATALOGUE.everyday()).containsExactly("sample.port", "sample.parts[NAME].weight");
        assertThat(SettingsHelp.text(CATALOGUE, false)).isEqualTo("""
                  sample.parts
                  sample.port (8123)
                      The port, 0 for any free one.

                These are the settings for every day; --help-all shows all of them.
                """);
    }

    @Test
    void helpForAllHasAllInLinesThatFitATerminal() {
        String help = SettingsHelp.text(CATALOGUE, true);

        assertThat(help).contains("  sample.networks (127.0.0.0/8,::1)\n", "  sample.tls.bundle-name\n      A sentence")
                .doesNotContain("--help-all");
        assertThat(help.lines()).allMatch(line -> line.length() <= 100);
    }

    @ParameterizedTest
    @CsvSource({"--help, true, false", "-h, true, false", "-help, true, false", "--help-all, true, true",
            "--port=1, false, false"})
    void helpIsAskedFor(String arg, boolean asked, boolean all) {
        String[] args = {"--server.port=0", arg};

        assertThat(SettingsHelp.asked(args)).isEqualTo(asked);
        assertThat(SettingsHelp.asksForAll(args)).isEqualTo(all);
    }
}
