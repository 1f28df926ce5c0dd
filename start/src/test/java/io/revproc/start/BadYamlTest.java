package io.revproc.start;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.FileSystemResource;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class BadYamlTest {
    private static final String BAD = "a: 1\nsecret: hunter2: x\n";

    @TempDir
    Path directory;

    @Test
    void theFileAndThePlaceAreNamedAndNothingIsQuoted() throws Exception {
        Path config = Files.createDirectories(directory.resolve("config"));
        Files.writeString(directory.resolve("application.yaml"), "a: 1\n");
        Files.writeString(config.resolve("application.yml"), BAD);

        assertThat(sentence(List.of(), Map.of())).isEqualTo(config.resolve("application.yml")
                + ": line 2, column 16 is no valid YAML (mapping values are not allowed here)");
    }

    @Test
    void whatTheSettingsNameIsLookedAtToo() throws Exception {
        Path file = Files.writeString(directory.resolve("mine.yaml"), BAD);

        assertThat(sentence(List.of("--spring.config.additional-location=optional:file:" + file), Map.of()))
                .startsWith(file + ": line 2");
        assertThat(sentence(List.of(), Map.of("SPRING_CONFIG_IMPORT", "file:mine.yaml"))).startsWith(file + ": line 2");
        assertThat(sentence(List.of(), Map.of())).startsWith("a configuration file: line 2").doesNotContain("hunter2");
    }

    /** Everywhere else the framework takes a number for a key. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a: [{1: x}]", "a: {b: [{c: {true: x}}]}", "a: {1: [[{2: x}]]}"})
    void aKeyInAListIsAText(String yaml) throws Exception {
        Path file = Files.writeString(directory.resolve("application.yaml"), yaml + "\n");
        ClassCastException error = catchThrowableOfType(ClassCastException.class, () -> new YamlPropertySourceLoader()
                .load("test", new FileSystemResource(file)));

        assertThat(FrameworkFailures.sentence(error))
                .isEqualTo("a configuration file: a key inside a list is a number, or true or false; put it in quotes");
        assertThat(BadYaml.keyInList(directory, List.of(), Map.of()))
                .startsWith(file + ": a key inside a list is a number");
    }

    @Test
    void anotherFaultOfTheCodeIsNotTakenForThat() {
        assertThat(FrameworkFailures.sentence(new ClassCastException("x"))).isNull();
    }

    /** As the framework's parser finds it, which refuses what is said twice. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "p: *hunter2           | line 1, column 4 is no valid YAML (found undefined alias)",
            "p: !hunter2 x         | line 1, column 4 is no valid YAML (could not determine a constructor for the tag)",
            "p: !hunter2!x y       | line 1, column 4 is no valid YAML (found undefined tag handle)",
            "p: @hunter2           | line 1, column 4 is no valid YAML (found character '@' that cannot start any token. (Do not use @ for indentation))",
            "p: \"\\hunter2\"       | line 1, column 6 is no valid YAML (found unknown escape character)",
            "p: \"\\xhunter2\"      | line 1, column 7 is no valid YAML (expected escape sequence of 2 hexadecimal numbers)",
            "p: \"hunter2           | line 1, column 12 is no valid YAML (found unexpected end of stream)",
            "p: [hunter2           | line 1, column 12 is no valid YAML (expected ',' or ']', but got <stream end>)",
            "p: 1¶hunter2: 2¶hunter2: 3 | line 3, column 1 is no valid YAML (found duplicate key)",
            "p: 1¶→hunter2: 2       | line 2, column 1 is no valid YAML (found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation))",
            "p: hunter2∅          | character 11 is none that YAML may hold"})
    void nothingOfTheFileIsInTheSentenceWhateverIsWrong(String text, String sentence) throws Exception {
        String yaml = text.replace('¶', '\n').replace('→', '\t').replace('∅', '\0');
        Path file = Files.writeString(directory.resolve("application.yaml"), yaml);
        YAMLException fault = catchThrowableOfType(YAMLException.class, () -> framework(file));

        assertThat(BadYaml.sentence(fault, directory, List.of(), Map.of())).isEqualTo(file + ": " + sentence)
                .doesNotContain("hunter2");
        assertThat(BadYaml.sentence(fault, directory.resolve("other"), List.of(), Map.of()))
                .isEqualTo("a configuration file: " + sentence);
        assertThat(FrameworkFailures.sentence(fault)).isEqualTo("a configuration file: " + sentence);
    }

    @Test
    void fileInAnotherEncodingIsNamedAndAMarkOfBytesIsNone() throws Exception {
        Path file = Files.write(directory.resolve("application.yml"), "p: z\u00fcrich".getBytes(ISO_8859_1));
        YAMLException fault = catchThrowableOfType(YAMLException.class, () -> framework(file));
        assertThat(BadYaml.sentence(fault, directory, List.of(), Map.of()))
                .isEqualTo(file + ": this is not UTF-8; save it in that encoding");

        Files.writeString(file, "\ufeffp: z\u00fcrich");
        assertThatCode(() -> framework(file)).doesNotThrowAnyException();
        assertThat(BadYaml.sentence(new YAMLException("hunter2"), directory, List.of(), Map.of()))
                .isEqualTo("a configuration file: this is no valid YAML");
    }

    private static void framework(Path file) throws Exception {
        new YamlPropertySourceLoader().load("test", new FileSystemResource(file));
    }

    private String sentence(List<String> arguments, Map<String, String> environment) {
        MarkedYAMLException fault = catchThrowableOfType(MarkedYAMLException.class, () -> new Yaml().load(BAD));
        return BadYaml.sentence(fault, directory, arguments, environment);
    }
}
