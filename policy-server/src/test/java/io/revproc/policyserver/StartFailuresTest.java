package io.revproc.policyserver;

import java.net.BindException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.revproc.start.FrameworkFailures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationNotFoundException;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class StartFailuresTest {
    @ParameterizedTest
    @CsvSource({"policy-server.lisen,', did you mean ''policy-server.listen''?'",
            "policy-server.max-unsent,' any more: a peer with 1MB of unsent answers is always read no further; remove it'"})
    void anUnknownSettingIsSaidWithWhatWasMeantOrHoldsInstead(String setting, String said) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of(setting, "1")));
        ConfigurationPropertySources.attach(environment);
        List<String> problems = new SettingsCheck(Supplier::get).keys(environment, CommandLine.settings());
        assertThat(problems).singleElement().extracting(each -> each.replaceFirst(" \\(.*source \"test\"\\)", ""))
                .isEqualTo("there is no setting '" + setting + "'" + said + "; --help-all lists all settings");
    }

    @Test
    void httpAddressOfNobodyIsNamed() {
        FrameworkFailures.listensForHttp(new MockEnvironment().withProperty("server.address", "10.99.99.9"));
        try {
            assertThat(new StartFailures()
                    .sentence(new IllegalStateException(new BindException("Cannot assign requested address"))))
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
