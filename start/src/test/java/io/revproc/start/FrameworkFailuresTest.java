package io.revproc.start;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationNotFoundException;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a person is told if the framework stops a start. */
class FrameworkFailuresTest {
    @AfterEach
    void forget() {
        FrameworkFailures.listensForHttp(new StandardEnvironment());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            Cannot assign requested address         | 192.0.2.1 | HTTP can't listen on 192.0.2.1: no interface of this machine has this address; choose another one with server.address
            Address family not supported by protocol| -         | HTTP can't listen on its address: no interface of this machine has this address; choose another one with server.address
            Permission denied                       | -         | HTTP can't listen (permission denied; a port below 1024 takes more rights); choose another port with server.port
            Broken pipe                             | -         | -
            """)
    void addressOfHttpThatCanNotBeHadIsNamed(String reason, @Nullable String address, @Nullable String sentence) {
        FrameworkFailures
                .listensForHttp(address == null ? settings(Map.of()) : settings(Map.of("server.address", address)));
        assertThat(FrameworkFailures.sentence(new BindException(reason))).isEqualTo(sentence);
        assertThat(FrameworkFailures.sentence(new SocketException(reason))).isEqualTo(sentence);
    }

    @ParameterizedTest
    @CsvSource({"8124, server.port", "9124, management.server.port"})
    void settingOfATakenPortIsNamed(int port, String setting) {
        FrameworkFailures.listensForHttp(settings(Map.of("server.port", "8124", "management.server.port", "9124")));
        assertThat(FrameworkFailures.portTaken(port)).isEqualTo("the HTTP port " + port
                + " is taken by another program; choose another with " + setting);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            server.port            | 99999     | server.port
            server.port            | -2        | server.port
            server.port            | abc       | server.port
            management.server.port | 65536     | management.server.port
            management.server.port | 123456789012 | management.server.port
            server.port            | 65535     | -
            server.port            | 0         | -
            server.port            | -1        | -
            server.port            | ' 8124 '  | -
            server.port            | 0x1fbc    | -
            management.server.port | ''        | -
            server.prot            | 99999     | -
            """)
    void portThatCanNotBeOneIsNamedWithItsBounds(String setting, String value, @Nullable String named) {
        assertThat(HttpPort.problems(settings(Map.of(setting, value)))).isEqualTo(named == null
                ? List.of()
                : List.of("the setting '" + named + "' can't be '" + value
                        + "': it must be a port, 0 to 65535 (0: any free one; -1: no HTTP)"));
    }

    /** An empty address would be all of the machine's, where the default is loopback. */
    @ParameterizedTest
    @ValueSource(strings = {"server.address", "server.port", "management.server.address"})
    void whatIsEmptyAndWouldOpenHttpElsewhereIsRefused(String setting) {
        assertThat(HttpPort.problems(settings(Map.of(setting, " ")))).containsExactly("the setting '" + setting
                + "' is empty; give it a value, or leave it out and its default holds");
    }

    private static StandardEnvironment settings(Map<String, Object> settings) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", settings));
        return environment;
    }

    @Test
    void configurationThatIsNotThereIsNamed() {
        ConfigDataLocation location = ConfigDataLocation.of("file:/no/such.yml");
        assertThat(FrameworkFailures.sentence(new ConfigDataLocationNotFoundException(location)))
                .isEqualTo(
                        "the configuration '" + location + "' is not there; correct spring.config.additional-location, "
                                + "spring.config.location or spring.config.import, whichever names it");
    }

    @Test
    void whatSaysNothingToAPersonIsLeftToOthers() {
        assertThat(FrameworkFailures.sentence(new IllegalStateException("a bean"))).isNull();
    }

    @Test
    void unknownFailureIsOneSentenceAllTheSame() {
        assertThat(FrameworkFailures.unknown(new NoSuchFileException("/a/file")))
                .isEqualTo("the start failed: there is no /a/file");
        assertThat(FrameworkFailures.unknown(new AccessDeniedException("/a/file")))
                .isEqualTo("the start failed: this process may not use /a/file");
        assertThat(FrameworkFailures.unknown(new IOException("odd")))
                .isEqualTo("the start failed: odd (IOException)");
        for (String nothing : new String[]{null, "", " "}) {
            assertThat(FrameworkFailures.unknown(new IllegalStateException(nothing)))
                    .isEqualTo("the start failed: IllegalStateException");
        }
    }

    @ParameterizedTest
    @CsvSource({"'a\nb', a b", "'a  \r\n  b\n\nc', a b c", "a b, a b"})
    void sentenceIsOneLine(String text, String line) {
        assertThat(FrameworkFailures.oneLine(text)).isEqualTo(line);
    }

    @Test
    void wrongSettingSaysItsNameAndWhy() {
        assertThat(WrongSettingException.<Integer>parsed("own.port", () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> WrongSettingException.parsed("own.port", () -> {
            throw new IllegalArgumentException("0 to 65535");
        })).isInstanceOf(WrongSettingException.class).hasMessage("the setting 'own.port': 0 to 65535")
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }
}
