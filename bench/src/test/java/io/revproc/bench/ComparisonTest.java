package io.revproc.bench;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ComparisonTest {
    /** By hand: the logarithms' mean is 0, their standard error ln(1.1) / √3, and t of two degrees of freedom 4.303. */
    @Test
    void theIntervalIsStudentsOfTheLogarithms() {
        Confidence ratio = Confidence.of(List.of(1 / 1.1, 1.0, 1.1));

        assertThat(ratio.ratio()).isEqualTo(1, within(1e-9));
        assertThat(ratio.to()).isEqualTo(Math.exp(4.303 * Math.log(1.1) / Math.sqrt(3)), within(1e-9));
        assertThat(ratio.from()).isEqualTo(1 / ratio.to(), within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"1.20 1.21 1.19, slower, true", "0.80 0.81 0.79, quicker, false", "1.00 1.001 0.999, the same, false",
            "0.80 1.00 1.30, not known: more --pairs, false", "1.01 1.011 1.009, the same, false",
            "1.50, not known: more --pairs, false"})
    void saysWhatIsBeyondDoubtAlone(String ratios, String verdict, boolean worse) {
        List<Sample> ours = Arrays.stream(ratios.split(" ")).map(ratio -> sample(Double.parseDouble(ratio), 0))
                .toList();
        List<Sample> base = ours.stream().map(any -> sample(1, 0)).toList();
        Comparison comparison = new Comparison();
        comparison.add(Work.C, new Pairs(ours, base, List.of()));

        assertThat(comparison.markdown()).contains("| " + verdict + " | 0 |");
        assertThat(comparison.isWorse()).isEqualTo(worse);
    }

    @Test
    void errorsAreWorseHoweverQuick() {
        Comparison comparison = new Comparison();
        comparison.add(Work.B, new Pairs(List.of(sample(0.5, 1), sample(0.5, 0)),
                List.of(sample(1, 0), sample(1, 0)), List.of()));

        assertThat(comparison.isWorse()).isTrue();
    }

    private static Sample sample(double cpuMicros, long errors) {
        return new Sample(1_000, cpuMicros, 1, 2, 3, errors);
    }
}
