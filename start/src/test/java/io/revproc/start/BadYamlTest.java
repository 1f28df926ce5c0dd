package io.revproc.start;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;

import static org.assertj.core.api.Assertions.assertThat;
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

    private String sentence(List<String> arguments, Map<String, String> environment) {
        MarkedYAMLException fault = catchThrowableOfType(MarkedYAMLException.class, () -> new Yaml().load(BAD));
        return BadYaml.sentence(fault, directory, arguments, environment);
    }
}
