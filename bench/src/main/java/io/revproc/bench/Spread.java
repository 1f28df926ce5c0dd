package io.revproc.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Minimum, median and maximum of several figures. */
record Spread(double min, double median, double max) {
    static Spread of(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int n = sorted.size();
        double median = n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
        return new Spread(sorted.getFirst(), median, sorted.getLast());
    }

    static <T> Spread of(List<T> samples, ToDoubleFunction<T> figure) {
        return of(samples.stream().map(figure::applyAsDouble).toList());
    }

    /** The median, with the extremes in brackets. */
    String text(String format) {
        return String.format(Locale.ROOT, format + " (" + format + "–" + format + ")", median, min, max);
    }

    String median(String format) {
        return String.format(Locale.ROOT, format, median);
    }
}
