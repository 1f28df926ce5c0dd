package io.revproc.start;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SeedFlagsTest {
    private static final SeedFlags FLAGS = new SeedFlags(Map.of("port", "own.port", "pp", "own.pp"), Set.of("own.pp"));

    @ParameterizedTest
    @CsvSource({"-port 1, --own.port=1", "--port=1, --own.port=1", "-port 1 --own.port 2 -port=3, --own.port=3",
            "-pp A --own.pp=B -pp C, '--own.pp=A,B,C'",
            "-port 1 --server.port=2 --debug, --server.port=2 --debug --own.port=1"})
    void theLastOfTwoCountsOrTheyAddUpAndOthersStayInFront(String line, String settings) throws UsageException {
        assertThat(FLAGS.translate(line.split(" "))).containsExactly(settings.split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {"word | 2 | 'word' is not a flag; see --help",
            "-nix | 2 | the flag '-nix' is unknown; see --help",
            "-prot=1 | 2 | the flag '-prot' is unknown; did you mean -port?; see --help",
            "-PP | 2 | the flag '-PP' is unknown; did you mean -pp?; see --help",
            "-port | 2 | the flag '-port' needs a value; see --help", "\"\" | 2 | '' is not a flag; see --help",
            "- | 2 | the flag '-' is unknown; see --help", "-- | 2 | '--' is not a flag; see --help",
            "--=5 | 2 | '--' is not a flag; see --help", "-=5 | 2 | the flag '-' is unknown; see --help",
            "port=1 | 2 | 'port=1' is not a flag; see --help", "---port=1 | 2 | '---port' is not a flag; see --help",
            "--server.port | 2 | the setting '--server.port' needs a value: --server.port=VALUE; see --help",
            "--server.adress=x | 1 | there is no setting 'server.adress', did you mean 'server.address'? See --help"})
    void whatIsWrongIsOneSentenceAndAnExitCode(String line, int exitCode, String sentence) {
        assertThatThrownBy(() -> FLAGS.translate(new String[]{line})).hasMessage(sentence).isInstanceOfSatisfying(
                UsageException.class, wrong -> assertThat(wrong.exitCode()).isEqualTo(exitCode));
    }

    @Test
    void nothingIsNothing() throws UsageException {
        assertThat(FLAGS.translate(new String[0])).isEmpty();
    }
}
