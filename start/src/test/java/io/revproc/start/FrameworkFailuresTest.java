package io.revproc.start;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationNotFoundException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a person is told if the framework stops a start. */
class FrameworkFailuresTest {
    @AfterEach
    void forget() {
        FrameworkFailures.listensForHttpOn(null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            Cannot assign requested address         | 192.0.2.1 | HTTP can't listen on 192.0.2.1: no interface of this machine has this address; choose another one with server.address
            Address family not supported by protocol| -         | HTTP can't listen on its address: no interface of this machine has this address; choose another one with server.address
            Permission denied                       | -         | HTTP can't listen (permission denied; a port below 1024 takes more rights); choose another port with server.port
            Broken pipe                             | -         | -
            """)
    void addressOfHttpThatCanNotBeHadIsNamed(String reason, @Nullable String address, @Nullable String sentence) {
        FrameworkFailures.listensForHttpOn(address);
        assertThat(FrameworkFailures.sentence(new BindException(reason))).isEqualTo(sentence);
        assertThat(FrameworkFailures.sentence(new SocketException(reason))).isEqualTo(sentence);
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
