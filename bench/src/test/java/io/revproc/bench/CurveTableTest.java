package io.revproc.bench;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class CurveTableTest {
    private final CurveTable table = new CurveTable();

    @Test
    void eachPointIsComparedWithTheSmallestSize() {
        table.add(CurveTable.Curve.SERVERS, 100_000, List.of(9.0, 12.0, 10.0));
        table.add(CurveTable.Curve.SERVERS, 2, List.of(8.0));

        assertThat(table.markdown()).contains("| servers in the table | 2 | 8.00 (8.00–8.00) µs/message | 1.00 | flat:",
                "| servers in the table | 100,000 | 10.00 (9.00–12.00) µs/message | 1.25 | flat:");
    }

    @Test
    void writesAPlotForEachCurveThatWasMeasured(@TempDir Path folder) throws Exception {
        table.add(CurveTable.Curve.IDLE, 1_000, List.of(3_114.0));
        table.write(folder, "bin/bench");

        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("curves.md", "curve-idle.svg");
        assertThat(folder.resolve("curve-idle.svg")).content().contains("bytes each by idle connections");
    }
}
