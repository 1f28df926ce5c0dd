package io.revproc.start;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

class BoundsTest {
    private static final StartFailures FAILURES = new StartFailures("demo", "demo") {
        @Override
        protected @Nullable String own(Throwable cause) {
            return null;
        }
    };

    record Inner(@DefaultValue("5s") Duration pause) implements CheckedSettings {
        @Override
        public void check(Bounds bounds) {
            bounds.range("pause", pause, Duration.ZERO, Duration.ofMinutes(10));
        }
    }

    @ConfigurationProperties("demo")
    record Demo(@DefaultValue("1") int mostServers, @DefaultValue("50") double share,
            @DefaultValue("1s") Duration delay, @DefaultValue("a") List<String> names, @DefaultValue("b") String place,
            @Nullable String token, @DefaultValue Inner inner, @DefaultValue Map<String, Inner> each)
            implements
                CheckedSettings {
        @Override
        public void check(Bounds bounds) {
            bounds.range("most-servers", mostServers, 1, 10).percentage("share", share)
                    .range("delay", delay, Duration.ofMillis(10), Duration.ofHours(24))
                    .elements("names", names, 1, 2)
                    .each("names", names, (setting, name) -> bounds.length(setting, name, 3))
                    .notBlank("place", place).length("token", token, 4).nested("inner", inner);
            each.forEach((name, one) -> bounds.nested("each[" + name + "]", one));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(Demo.class)
    static class Settings {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "demo.most-servers | 1 | 10 | 0 | must be between 1 and 10",
            "demo.most-servers | 1 | 10 | 11 | must be between 1 and 10",
            "demo.share | 0 | 100 | -0.1 | must be between 0 and 100",
            "demo.share | 0 | 100 | 100.1 | must be between 0 and 100",
            "demo.share | 0 | 100 | NaN | must be between 0 and 100",
            "demo.delay | 10ms | 24h | 9ms | must be between 10ms and 1d",
            "demo.delay | 10ms | 24h | 1441m | must be between 10ms and 1d",
            "demo.names | a | a,b | a,b,c | must have between 1 and 2 elements",
            "demo.names[0] | a | abc | abcd | must have between 1 and 3 characters",
            "demo.place | a | abcdef | \" \" | must not be blank",
            "demo.inner.pause | 0s | 10m | 601s | must be between 0s and 10m",
            "demo.each[PP_1].pause | 0s | 10m | -1s | must be between 0s and 10m"})
    void boundsAreTakenAndWhatIsBeyondIsRefusedAsItWasTyped(String setting, String least, String most, String beyond,
            String sentence) {
        assertThatCode(() -> bind(Map.of(setting, least))).doesNotThrowAnyException();
        assertThatCode(() -> bind(Map.of(setting, most))).doesNotThrowAnyException();
        assertThat(refused(Map.of(setting, beyond)))
                .isEqualTo("the setting '" + setting + "' can't be '" + beyond + "': it " + sentence);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo.each.PP_1.pause", "demo.each[PP_1].pause", "demo.each.PP_1.pau-se"})
    void valueOfAMapsSettingIsSaidWithItsKeyInBracketsHoweverItWasWritten(String setting) {
        assertThat(refused(Map.of(setting, "-1s"))).isEqualTo(
                "the setting 'demo.each[PP_1].pause' can't be '-1s': it must be between 0s and 10m");
    }

    @Test
    void allThatIsWrongIsSaidAtOnceAndNoSecretIsShown() {
        assertThat(refused(Map.of("demo.most-servers", "0", "demo.inner.pause", "11m", "demo.token", "hunter2")))
                .isEqualTo("the setting 'demo.inner.pause' can't be '11m': it must be between 0s and 10m; "
                        + "the setting 'demo.most-servers' can't be '0': it must be between 1 and 10; "
                        + "the setting 'demo.token' must have between 1 and 4 characters");
    }

    private static String refused(Map<String, Object> settings) {
        return FAILURES.sentence(catchThrowable(() -> bind(settings)));
    }

    private static void bind(Map<String, Object> settings) {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", settings));
            context.getBeanFactory().setConversionService(ApplicationConversionService.getSharedInstance());
            context.register(Settings.class);
            context.refresh();
        }
    }
}
