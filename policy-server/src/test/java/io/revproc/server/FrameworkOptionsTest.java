package io.revproc.server;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FrameworkOptionsTest {
    @ParameterizedTest
    @CsvSource({"server.adress, server.address", "server.prot, server.port",
            "spring.profile.active, spring.profiles.active",
            "management.server.prt, management.server.port", "logging.file.nam, logging.file.name"})
    void aMisspeltOptionIsSaidWithWhatWasMeant(String typed, String meant) {
        assertThat(FrameworkOptions.problem(typed)).contains("'" + typed + "'", "did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.address", "server.port", "logging.level.root", "logging.level.io.revproc",
            "spring.ssl.bundle.pem.web.keystore.certificate", "spring.config.additional-location", "SERVER.PORT",
            "management.endpoints.web.exposure.include[0]", "logging.group.mine",
            "spring.mvc.contentnegotiation.media-types.x",
            "management.endpoint.health.group.live.include", "spring.thing.of.a.library", "debug"})
    void whatIsOneOrMayBeALibrarysIsLeftAlone(String typed) {
        assertThat(FrameworkOptions.problem(typed)).isNull();
    }

    @Test
    void theCommandLineIsRefused() {
        assertThatThrownBy(() -> CommandLine.translate(new String[]{"--server.adress=0.0.0.0"}))
                .isInstanceOf(CommandLine.UsageException.class).hasMessageContaining("server.address");
        assertThatThrownBy(() -> CommandLine.translate(new String[]{"--server.port"}))
                .isInstanceOf(CommandLine.UsageException.class).hasMessageContaining("--server.port=VALUE");
    }
}
