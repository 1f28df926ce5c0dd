package io.revproc.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class FreshTableTest {
    /** Steady is 10; a tick is a quarter second. */
    @ParameterizedTest
    @CsvSource({"10, 0", "13, 0", "13.1, 0.25", "100 50 20, 0.75", "100 50 12, 0.5", "100 12 50 11, 0.75",
            "100 12 12 50, 0.25"})
    void fullSpeedIsTwoTicksNearTheSteadyFigure(String first, double seconds) {
        assertThat(FreshTable.fullSpeed(ticks(first), 250)).isEqualTo(seconds);
    }

    @Test
    void theSteadyFigureIsTheMedianOfTheLastTicks() {
        List<Double> ticks = ticks("100 50 20");
        ticks.set(ticks.size() - 1, 99.0);

        assertThat(FreshTable.steady(ticks)).isEqualTo(10);
    }

    @Test
    void theTableHasAllStarts() {
        FreshTable table = new FreshTable(250);
        table.add(FreshTable.How.SCRIPT, new FreshTable.Start(1.25, ticks("40 20 20 20 10"), 60_000, 0, 0),
                new FreshTable.Start(1.25, List.of(), 6_000, 900, 300));

        assertThat(table.markdown()).contains("| `bin/revproc-service` | 1.25 (1.25–1.25) s | **1.00 (1.00–1.00)** s "
                + "| 10.0 µs | 20 µs | 900 µs | 300 µs | 3.0 (3.0–3.0) |");
        assertThat(table.plot()).contains(">6 s<");
    }

    private static List<Double> ticks(String first) {
        List<Double> ticks = new ArrayList<>(Arrays.stream(first.split(" ")).map(Double::valueOf).toList());
        ticks.addAll(Collections.nCopies(20, 10.0));
        return ticks;
    }
}
