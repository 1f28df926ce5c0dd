package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Curves of cost by size, as a table and plots, each beside the shape that is expected of it. */
final class CurveTable implements Result {
    private final Map<Curve, Map<Integer, Spread>> points = new EnumMap<>(Curve.class);

    /** Names the curves. */
    enum Curve {
        SERVERS("servers in the table", "µs/message", "flat: a message finds its policy by its bytes, in one look-up"),
        POLICIES("policies that messages take turns with", "µs/message",
                "slow rise: no search, but each policy has a connection of its own, and fewer messages share a write"),
        ACTIVE("connections with one message in flight", "µs/message",
                "fall, then flat: what a turn of the loop costs is shared by more messages"),
        IDLE("idle connections", "bytes each", "flat: an idle connection holds no buffer"),
        LOOPS("event loops, two policies", "µs/message", "flat: loops share no lock on a message's way"),
        LOOPS_ONE_POLICY("event loops, one server for all", "µs/message",
                "nearly flat: both loops count permits of one server");

        final String of;
        final String unit;
        final String expected;

        Curve(String of, String unit, String expected) {
            this.of = of;
            this.unit = unit;
            this.expected = expected;
        }

        String file() {
            return "curve-" + name().toLowerCase(Locale.ROOT).replace('_', '-') + ".svg";
        }
    }

    void add(Curve curve, int size, List<Double> figures) {
        points.computeIfAbsent(curve, _ -> new TreeMap<>()).put(size, Spread.of(figures));
    }

    @Override
    public boolean isEmpty() {
        return points.isEmpty();
    }

    @Override
    public String markdown() {
        StringBuilder text = new StringBuilder("""
                | curve | size | cost, median (min–max) | of the smallest | expected shape |
                |---|---|---|---|---|
                """);
        points.forEach((curve, sizes) -> {
            double first = sizes.values().iterator().next().median();
            sizes.forEach((size, cost) -> text.append(String.format(Locale.ROOT, "| %s | %,d | %s %s | %.2f | %s |%n",
                    curve.of, size, cost.text(cost.median() > 100 ? "%,.0f" : "%.2f"), curve.unit,
                    cost.median() / first, curve.expected)));
        });
        return text.toString();
    }

    /** Writes {@code curves.md} and a plot for each curve that was measured. */
    @Override
    public void write(Path folder, String command) throws IOException {
        Files.createDirectories(folder);
        StringBuilder text = new StringBuilder("<!-- made by %s -->%n%s".formatted(command, markdown()));
        for (Map.Entry<Curve, Map<Integer, Spread>> each : points.entrySet()) {
            Curve curve = each.getKey();
            Files.writeString(folder.resolve(curve.file()), plot(curve, each.getValue()));
            text.append("%n![%s by %s](%s)%n".formatted(curve.unit, curve.of, curve.file()));
        }
        Files.writeString(folder.resolve("curves.md"), text);
    }

    static String plot(Curve curve, Map<Integer, Spread> sizes) {
        return BarPlot.svg(curve.unit + " by " + curve.of, sizes.keySet().stream().map("%,d"::formatted).toList(),
                List.of("expected: " + curve.expected), List.of(List.copyOf(sizes.values())), Double.NaN);
    }
}
