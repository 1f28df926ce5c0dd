package io.revproc.proxy.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CheckedFileProbeTest {
    @TempDir
    Path directory;

    @Test
    void whatCanNotBeWrittenIsFoundOutBeforeTheFirstWrite() throws Exception {
        Path plain = Files.writeString(directory.resolve("plain"), "x");
        assertThatThrownBy(() -> new CheckedFile(plain.resolve("x"), "f").probe()).isInstanceOf(IOException.class);
        Files.createDirectories(directory.resolve("taken.new/x"));
        assertThatThrownBy(() -> new CheckedFile(directory.resolve("taken"), "f").probe())
                .isInstanceOf(IOException.class);
    }

    @Test
    void probingLeavesTheFileAsItIs() throws Exception {
        CheckedFile file = new CheckedFile(directory.resolve("deep/x"), "f");
        file.probe();
        try (var left = Files.list(directory.resolve("deep"))) {
            assertThat(left.toList()).isEqualTo(List.of());
        }
        file.write(new byte[]{1});
        file.probe();
        assertThat(file.read()).isNotNull();
    }
}
