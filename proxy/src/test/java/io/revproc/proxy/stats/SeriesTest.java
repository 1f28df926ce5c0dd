package io.revproc.proxy.stats;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SeriesTest {
    /** Figure 0 is told by its mean, figure 1 by its highest value. */
    private final Series series = new Series(2, figure -> figure == 1);
    private static final long START = 1_764_446_400;

    @Test
    void secondsMinutesAndTenSecondsAreOfTheSameTime() {
        for (int i = 0; i < 120; i++) {
            series.add(START + i, new float[]{i, i});
        }
        float[] seconds = series.points(Span.MINUTES, 0, START + 119);
        assertThat(seconds).hasSize(300);
        assertThat(seconds[299]).isEqualTo(119);
        assertThat(seconds[180]).isEqualTo(0);
        assertThat(seconds[179]).isNaN();
        float[] tens = series.points(Span.HOUR, 0, START + 119);
        assertThat(tens[359]).isEqualTo(114.5f);
        assertThat(series.points(Span.HOUR, 1, START + 119)[359]).isEqualTo(119);
        float[] minutes = series.points(Span.DAY, 1, START + 119);
        assertThat(minutes[1439]).isEqualTo(119);
        assertThat(minutes[1438]).isEqualTo(59);
        assertThat(minutes[1437]).isNaN();
    }

    @Test
    void timeThatNobodyCountedIsUnknown() {
        series.add(START, new float[]{1, 1});
        series.add(START + 5, new float[]{2, 2});
        float[] seconds = series.points(Span.MINUTES, 0, START + 7);

        assertThat(seconds[299]).isNaN();
        assertThat(seconds[297]).isEqualTo(2);
        assertThat(seconds[296]).isNaN();
        assertThat(seconds[292]).isEqualTo(1);
    }

    @Test
    void whatIsOlderThanTheSpanIsForgotten() {
        series.add(START, new float[]{1, 1});
        series.add(START + 300, new float[]{2, 2});

        assertThat(series.points(Span.MINUTES, 0, START + 300)).containsOnlyOnce(2).doesNotContain(1);
        assertThat(series.points(Span.MINUTES, 0, START + 10_000)).containsOnly(Float.NaN);
    }

    @Test
    void unknownFigureOfASecondSpoilsNoMinute() {
        series.add(START, new float[]{Float.NaN, Float.NaN});
        series.add(START + 1, new float[]{4, 4});
        series.add(START + 2, new float[]{Float.NaN, Float.NaN});

        assertThat(series.points(Span.DAY, 0, START + 2)[1439]).isEqualTo(4);
        assertThat(series.points(Span.MINUTES, 0, START + 2)[299]).isNaN();
    }

    @Test
    void clockThatGoesBackALittleIsPassedOverAndALotBeginsAnew() {
        series.add(START + 10, new float[]{1, 1});
        series.add(START + 9, new float[]{3, 3});
        assertThat(series.points(Span.MINUTES, 1, START + 10)[299]).isEqualTo(3);

        series.add(START - 3600, new float[]{7, 7});
        assertThat(series.points(Span.MINUTES, 0, START - 3600)[299]).isEqualTo(7);
        assertThat(series.points(Span.MINUTES, 0, START + 10)).containsOnly(Float.NaN);
    }

    @Test
    void itIsReadAsItWasWritten() throws IOException {
        for (int i = 0; i < 70; i++) {
            series.add(START + i, new float[]{i, 2 * i});
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        series.write(new DataOutputStream(bytes));
        Series read = new Series(2, figure -> figure == 1);
        read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        for (Span span : Span.values()) {
            for (int figure = 0; figure < 2; figure++) {
                assertThat(read.points(span, figure, START + 69)).isEqualTo(series.points(span, figure, START + 69));
            }
        }
        assertThat(bytes.size()).as("8.4 kB for each figure").isBetween(2 * 8_400, 2 * 8_500);
        read.add(START + 70, new float[]{70, 140});
        assertThat(read.points(Span.HOUR, 1, START + 70)[359]).isEqualTo(140);
    }
}
