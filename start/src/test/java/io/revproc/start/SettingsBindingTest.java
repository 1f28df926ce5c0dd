package io.revproc.start;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/** Settings are written as {@code key=value}, with a space between two. */
class SettingsBindingTest {
    private final StartFailures failures = new StartFailures("demo", "sample") {
        @Override
        protected @Nullable String own(Throwable cause) {
            return null;
        }
    };

    record Sample(@DefaultValue("8123") int port, @DefaultValue("1s") Duration pause, @DefaultValue Tls tls,
            @DefaultValue Map<String, Part> parts, @DefaultValue List<Part> list,
            @DefaultValue Map<String, String> labels, @DefaultValue List<Integer> networks,
            @DefaultValue List<Name> names, @Nullable String text) implements CheckedSettings {
        Sample {
            if (pause.isNegative()) {
                throw new IllegalArgumentException("sample.pause must not be negative");
            }
        }

        @Override
        public void check(Bounds bounds) {
            bounds.port("port", port)
                    .demand("pause", pause.toSeconds() < port, "must be less than the port")
                    .nested("tls", tls).together(this::make);
        }

        private void make() {
            if ("bad".equals(text)) {
                throw new IllegalArgumentException("sample.text is bad");
            }
        }
    }

    record Tls(@Nullable String bundleName, @DefaultValue("2") int depth) implements CheckedSettings {
        @Override
        public void check(Bounds bounds) {
            bounds.range("depth", depth, 1, 9);
        }
    }

    /** One that is read from a text. */
    record Name(String text) {
        public static Name of(String text) {
            return new Name(text);
        }
    }

    record Part(@DefaultValue("5") int weight, @DefaultValue Inner inner, @DefaultValue Map<String, String> claims) {}

    record Inner(@DefaultValue("true") boolean deep) {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            sample.port=2                                   | -
            sample.port=x                                   | the setting 'sample.port' can't be 'x'; it is a whole number
            sample.port=99999999999                         | the setting 'sample.port' can't be '99999999999'; no setting goes beyond 2147483647
            sample.port=                                    | the setting 'sample.port' is empty; give it a value, or leave it out and its default holds
            sample.text=                                    | -
            sample.networks=                                | -
            sample.networks[0]=x sample.networks[1]=y       | the setting 'sample.networks[0]' can't be 'x'; it is a whole number
            sample.parts[PP_1].weight=                      | the setting 'sample.parts[PP_1].weight' is empty; give it a value, or leave it out and its default holds
            sample.parts.PP_1.inner.deep=                   | the setting 'sample.parts[PP_1].inner.deep' is empty; give it a value, or leave it out and its default holds
            sample.list[0].weight=                          | the setting 'sample.list[0].weight' is empty; give it a value, or leave it out and its default holds
            sample.port=x sample.pause=y                    | the setting 'sample.pause' can't be 'y'; it is a duration, such as 500ms, 30s or 5m; the setting 'sample.port' can't be 'x'; it is a whole number
            sample.port=70000 sample.tls.depth=0            | the setting 'sample.port' can't be '70000': it must be a port, 0 to 65535 (0: any free one); the setting 'sample.tls.depth' can't be '0': it must be between 1 and 9
            sample.port=x sample.tls.depth=0                | the setting 'sample.port' can't be 'x'; it is a whole number; the setting 'sample.tls.depth' can't be '0': it must be between 1 and 9
            sample.parts[a].weight=x sample.parts[b].weight=y | the setting 'sample.parts[a].weight' can't be 'x'; it is a whole number; the setting 'sample.parts[b].weight' can't be 'y'; it is a whole number
            sample.list[0].weight=x sample.list[1].weight=7 | the setting 'sample.list[0].weight' can't be 'x'; it is a whole number
            sample.pause=-1s                                | the setting sample.pause must not be negative
            sample.pause=-1s sample.port=x                  | the setting 'sample.port' can't be 'x'; it is a whole number
            sample=x sample.port=y                          | the setting 'sample.port' can't be 'y'; it is a whole number
            sample.tls= sample.tls.depth=y                  | the setting 'sample.tls.depth' can't be 'y'; it is a whole number
            sample.list=x                                   | the setting 'sample.list' can't be 'x'; --help-all lists all settings
            sample.text=bad sample.port=70000               | the setting sample.text is bad; the setting 'sample.port' can't be '70000': it must be a port, 0 to 65535 (0: any free one)
            sample.text=bad sample.port=x                   | the setting 'sample.port' can't be 'x'; it is a whole number
            """)
    void allThatIsWrongIsSaidAndNothingThatComesOfIt(String settings, @Nullable String sentences) {
        assertThat(SettingsBinding.wrong(environment(settings), failures, Map.of("sample", Sample.class)))
                .isEqualTo(sentences == null ? List.of() : List.of(sentences));
    }

    /** YAML has numbers. */
    @Test
    void aWholeNumberHasNoFraction() {
        assertThat(SettingsBinding.wrong(environment(Map.of("sample.port", 80.5)), failures,
                Map.of("sample", Sample.class)))
                .containsExactly("the setting 'sample.port' can't be '80.5'; it is a whole number");
        assertThat(SettingsBinding.wrong(environment(Map.of("sample.port", 81.0, "sample.tls.depth", 2L)), failures,
                Map.of("sample", Sample.class))).isEmpty();
    }

    /** Policies may be numbers, and what YAML makes of one that is not in quotes is not what was written: 007. */
    @Test
    void aTextIsNoNumber() {
        assertThat(SettingsBinding.wrong(environment(Map.of("sample.names[0]", 7, "sample.names[1]", "b")), failures,
                Map.of("sample", Sample.class)))
                .containsExactly("the setting 'sample.names[0]' can't be '7'; it is a text: put it in quotes");
        assertThat(SettingsBinding.wrong(environment(Map.of("sample.names", 7)), failures,
                Map.of("sample", Sample.class)))
                .containsExactly("the setting 'sample.names' can't be '7'; it is a text: put it in quotes");
        assertThat(bound("sample.names=007,8").names()).containsExactly(new Name("007"), new Name("8"));
    }

    @Test
    void aGroupWithoutSettingsHasItsDefaults() {
        Sample sample = bound("sample.tls= sample.parts[PP_1]= sample.parts[PP_2].inner= sample.parts[PP_2].weight=6 "
                + "sample.parts[PP_3].claims= sample.labels= sample.list=");
        assertThat(sample.tls()).isEqualTo(new Tls(null, 2));
        assertThat(sample.labels()).isEmpty();
        assertThat(sample.list()).isEmpty();
        Part defaults = new Part(5, new Inner(true), Map.of());
        assertThat(sample.parts().get("PP_1")).isEqualTo(defaults);
        assertThat(sample.parts().get("PP_2")).isEqualTo(new Part(6, new Inner(true), Map.of()));
        assertThat(sample.parts().get("PP_3")).as("named, and that is all").isEqualTo(defaults);
        assertThat(bound("sample=").port()).isEqualTo(8123);
        assertThat(bound("sample.parts=").parts()).isEmpty();
    }

    /** A variable such as REVPROC_ADMIN is the command line's; one without a value is left out, as a container's file does it: {@code ${PORT:-}}. */
    @Test
    void aVariableWithTheNameOfAGroupSetsNothing() {
        StandardEnvironment environment = environment("sample.pause=5s");
        environment.getPropertySources().addFirst(
                new SystemEnvironmentPropertySource("systemEnvironment", Map.of("SAMPLE_PORT", "", "SAMPLE", "x")));
        assertThat(SettingsBinding.wrong(environment, failures, Map.of("sample", Sample.class))).isEmpty();
    }

    /** Where a list ends would be a guess. */
    @Test
    void aVariableWithoutAValueIsNoElementOfAList() {
        StandardEnvironment environment = environment("sample.pause=5s");
        environment.getPropertySources().addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
                Map.of("SAMPLE_NETWORKS_0", "", "SAMPLE_NETWORKS_1", "7")));
        assertThat(SettingsBinding.wrong(environment, failures, Map.of("sample", Sample.class))).containsExactly(
                "the setting 'sample.networks[0]' is empty; give it a value, or take it away");
    }

    @Test
    void settingsOfOthersAreLeftAlone() {
        assertThat(Binder.get(environment("other.pause=")).bindOrCreate("other", Bindable.of(Sample.class),
                SettingsBinding.advisor(failures).apply(BindHandler.DEFAULT)).port()).isEqualTo(8123);
    }

    private Sample bound(String settings) {
        return Binder.get(environment(settings)).bindOrCreate("sample", Bindable.of(Sample.class),
                SettingsBinding.advisor(failures).apply(BindHandler.DEFAULT));
    }

    private static StandardEnvironment environment(String settings) {
        Map<String, Object> values = new HashMap<>();
        for (String setting : settings.split(" ")) {
            values.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return environment(values);
    }

    private static StandardEnvironment environment(Map<String, Object> values) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().remove("systemEnvironment");
        environment.getPropertySources().addFirst(new MapPropertySource("test", values));
        ConfigurationPropertySources.attach(environment);
        return environment;
    }
}
