package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class TargetsTest {
    @TempDir
    private Path home;

    @ParameterizedTest
    @CsvSource({"0.50, aim reached", "0.51, must holds", "0.65, must holds", "0.66, **missed**"})
    void saysWhereAFigureLies(double figure, String verdict) {
        assertThat(Target.B.verdict(figure)).isEqualTo(verdict);
    }

    @Test
    void aRunReplacesWhatItMeasuredInFileAndPage() throws IOException {
        Path page = home.resolve("performance.md");
        Files.writeString(page, "before\n" + Targets.BEGIN + "old\n" + Targets.END + "after\n");
        Path folder = home.resolve("performance");

        new Targets().add(Target.B, List.of(0.7, 0.6, 0.8)).add(Target.IDLE, List.of(193.0)).write(folder);
        new Targets().add(Target.B, List.of(0.5)).add(Target.C, List.of()).write(folder);

        assertThat(folder.resolve("targets.csv"))
                .hasContent("B,0.5000,0.5000,0.5000\nIDLE,193.0000,193.0000,193.0000\n");
        assertThat(page).content().startsWith("before\n" + Targets.BEGIN + "| | aim").endsWith(Targets.END + "after\n")
                .doesNotContain("old")
                .contains(
                        "| (b) kept, ping-pong, CPU ÷ HAProxy's | ≤ 0.5 | ≤ 0.65 | 0.50 (0.50–0.50) | aim reached | `bin/bench --part WORKS --work B` |",
                        "| idle proxy, resident, MB | ≤ 120 | ≤ 150 | 193 (193–193) | **missed** |",
                        "| (c) pipelined ×16, CPU ÷ HAProxy's | ≤ 1.2 | ≤ 1.7 |  | not measured |");
    }

    @Test
    void aPageWithoutMarksStaysAsItIs() {
        assertThat(new Targets().into("a page")).isEqualTo("a page");
    }
}
