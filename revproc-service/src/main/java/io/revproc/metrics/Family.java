package io.revproc.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.revproc.proxy.route.Durations;

/**
 * One metric while it is gathered. Values of the same labels are added: Prometheus refuses a scrape with a series that comes
 * twice.
 */
final class Family {
    private static final double NANOS = 1e9;
    private static final double[] UPPER_BOUNDS = upperBounds();

    private final String name;
    private final String help;
    private final Map<Labels, Double> values = new LinkedHashMap<>();
    private final Map<Labels, Durations> durations = new LinkedHashMap<>();

    Family(String name, String help) {
        this.name = name;
        this.help = help;
    }

    /** @param labels names and values in turn */
    void add(long value, String... labels) {
        add((double) value, labels);
    }

    /** @param labels names and values in turn */
    void add(double value, String... labels) {
        values.merge(Labels.of(labels), value, Double::sum);
    }

    /** @param labels names and values in turn */
    void add(Durations more, String... labels) {
        durations.merge(Labels.of(labels), more, Durations::plus);
    }

    /** The name goes without {@code _total}. */
    MetricSnapshot counter() {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
        values.forEach((labels, value) -> builder
                .dataPoint(CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
        return builder.build();
    }

    MetricSnapshot gauge() {
        GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
        values.forEach((labels, value) -> builder
                .dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
        return builder.build();
    }

    MetricSnapshot histogram() {
        HistogramSnapshot.Builder builder = HistogramSnapshot.builder().name(name).help(help);
        durations.forEach((labels, seen) -> builder.dataPoint(HistogramDataPointSnapshot.builder().labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(UPPER_BOUNDS, counts(seen)))
                .sum(seen.sumNanos() / NANOS).build()));
        return builder.build();
    }

    private static long[] counts(Durations seen) {
        long[] counts = new long[UPPER_BOUNDS.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = seen.octaveCount(i);
        }
        return counts;
    }

    private static double[] upperBounds() {
        double[] bounds = new double[Durations.octaves() + 1];
        for (int i = 0; i < bounds.length - 1; i++) {
            bounds[i] = Durations.octaveNanos(i) / NANOS;
        }
        bounds[bounds.length - 1] = Double.POSITIVE_INFINITY;
        return bounds;
    }
}
