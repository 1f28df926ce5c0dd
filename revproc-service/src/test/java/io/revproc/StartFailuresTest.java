package io.revproc;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.revproc.start.FrameworkFailures;
import io.revproc.start.SettingsCatalogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationNotFoundException;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class StartFailuresTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "registration.ttl|abc|the setting 'revproc.registration.ttl' can't be 'abc'; it is a duration, such as 500ms, 30s or 5m",
            "listener.max-message-size|abc|the setting 'revproc.listener.max-message-size' can't be 'abc'; it is a size, such as 64KB or 1MB",
            "audit.enabled|abc|the setting 'revproc.audit.enabled' can't be 'abc'; it is true or false",
            "registration.ttl|1s|the setting revproc.registration.ttl must be at least twice revproc.registration.heartbeat, "
                    + "and at most 10m",
            "registration.allowed-cidrs[0]|foo|the setting 'revproc.registration.allowed-cidrs[0]': 'foo' is not a network; write one as 10.0.0.0/8 or fd00::/8",
            "registration.max-endpoints|0|the setting 'revproc.registration.max-endpoints' can't be '0': it must be between 1 and 10000000",
            "store.type|foo|the setting 'revproc.store.type' can't be 'foo'; choose one of memory, etcd"})
    void wrongValueIsOneSentence(String key, String value, String sentence) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("revproc." + key, value)));
        ConfigurationPropertySources.attach(environment);
        assertThat(new SettingsCheck(Supplier::get).values(environment, SettingsCatalogue.read("revproc.")))
                .containsExactly(sentence);
    }

    @Test
    void takenHttpPortIsNamed() {
        assertThat(new StartFailures().sentence(new IllegalStateException(new PortInUseException(8124))))
                .isEqualTo("the HTTP port 8124 is taken by another program; choose another with server.port");
    }

    @Test
    void anythingElseIsItsRootInOneLine() {
        assertThat(new StartFailures().sentence(new IllegalStateException("outer", new IOException("disk\n  full"))))
                .isEqualTo("the start failed: disk full (IOException)");
    }

    @Test
    void httpAddressOfNobodyIsNamed() {
        FrameworkFailures.listensForHttp(new MockEnvironment().withProperty("server.address", "10.99.99.9"));
        try {
            assertThat(new StartFailures()
                    .sentence(new IllegalStateException(new java.net.BindException("Cannot assign requested address"))))
                    .startsWith("HTTP can't listen on 10.99.99.9: ").endsWith("server.address");
        } finally {
            FrameworkFailures.listensForHttp(new MockEnvironment());
        }
    }

    @Test
    void missingFilesAreNamedWithoutAClass() {
        ConfigDataLocation location = ConfigDataLocation.of("file:nix.yaml");
        assertThat(new StartFailures()
                .sentence(new ConfigDataLocationNotFoundException(Objects.requireNonNull(location))))
                .startsWith("the configuration 'file:nix.yaml' is not there; ");
        assertThat(new StartFailures().sentence(new IllegalStateException(new NoSuchFileException("/nix"))))
                .isEqualTo("the start failed: there is no /nix");
    }
}
