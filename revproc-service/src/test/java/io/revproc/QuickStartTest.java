package io.revproc;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class QuickStartTest {
    private final StandardEnvironment environment = new StandardEnvironment();

    @ParameterizedTest
    @ValueSource(strings = {"revproc.listener.port", "revproc.store.type", "server.port", "server.address",
            "spring.config.additional-location", "spring.ssl.bundle.pem.proxy.keystore.certificate",
            "logging.level.root",
            "my.own.setting"})
    void theProductsSettingsAndThoseThatDecideNothingFit(String key) {
        set(key);
        assertThat(QuickStart.fits(environment)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"management.server.port", "management.endpoints.web.exposure.include", "server.ssl.bundle",
            "spring.autoconfigure.exclude", "spring.main.lazy-initialization"})
    void aSettingThatDecidesWhichBeansThereAreDoesNotFit(String key) {
        set(key);
        assertThat(QuickStart.fits(environment)).isFalse();
    }

    @Test
    void variablesOfTheEnvironmentCountAsTheSettingsThatTheyAre() {
        environment.getPropertySources()
                .replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment("SERVER_PORT"));
        assertThat(QuickStart.fits(environment)).isTrue();
        environment.getPropertySources()
                .replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        environment("MANAGEMENT_SERVER_PORT"));
        assertThat(QuickStart.fits(environment)).isFalse();
    }

    @Test
    void aProfileDoesNotFit() {
        environment.setActiveProfiles("test");
        assertThat(QuickStart.fits(environment)).isFalse();
    }

    @Test
    void theSettingsInTheJarFit() {
        environment.getPropertySources()
                .addLast(new MapPropertySource(
                        "Config resource 'class path resource [application.yaml]' via location 'optional:classpath:/'",
                        Map.of("management.server.port", "1")));
        assertThat(QuickStart.fits(environment)).isTrue();
    }

    private void set(String key) {
        environment.getPropertySources().addFirst(new MapPropertySource("settings", Map.of(key, "x")));
    }

    private static SystemEnvironmentPropertySource environment(String variable) {
        return new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of(variable, "1"));
    }
}
