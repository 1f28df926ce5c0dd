package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** The results as a table and as plots. */
record Report(Map<Work, Pairs> results, List<TableSize> sizes, @Nullable Idle idle,
        StartTimes.Times startTimes) implements Result {
    /** Runs of work b with so many servers in the switch table. */
    record TableSize(int servers, List<Sample> samples) {}

    /** Bytes of resident memory per idle connection. */
    record Idle(int connections, double ours, double theirs) {}

    @Override
    public boolean isEmpty() {
        return results.isEmpty() && sizes.isEmpty() && idle == null && startTimes.starts().isEmpty();
    }

    @Override
    public String markdown() {
        StringBuilder text = new StringBuilder();
        if (!results.isEmpty()) {
            text.append("""
                    | work | CPU µs/message, revproc | CPU µs/message, HAProxy | ratio (min–max) | messages/s, revproc \
                    | messages/s, HAProxy | p50 / p99 / p99.9 µs, revproc | p50 / p99 / p99.9 µs, HAProxy |
                    |---|---|---|---|---|---|---|---|
                    """);
        }
        results.forEach((work, pair) -> text.append("| (%s) %s | %s | %s | **%s** | %s | %s | %s | %s |%n".formatted(
                work.letter, work.title, Spread.of(pair.ours(), Sample::cpuMicros).median("%.2f"),
                Spread.of(pair.theirs(), Sample::cpuMicros).median("%.2f"), pair.cpuRatio().text("%.2f"),
                Spread.of(pair.ours(), Sample::perSecond).median("%,.0f"),
                Spread.of(pair.theirs(), Sample::perSecond).median("%,.0f"), latencies(pair.ours()),
                latencies(pair.theirs()))));
        Pairs single = results.get(Work.D);
        if (single != null && !single.direct().isEmpty()) {
            double direct = Spread.of(single.direct(), Sample::p50Micros).median();
            text.append(String.format(Locale.ROOT,
                    "%n(d) p50 without a proxy: %.1f µs; added by revproc: **%.1f µs**, by HAProxy: %.1f µs.%n", direct,
                    Spread.of(single.ours(), Sample::p50Micros).median() - direct,
                    Spread.of(single.theirs(), Sample::p50Micros).median() - direct));
        }
        if (!sizes.isEmpty()) {
            text.append("\n| (f) servers in the switch table | CPU µs/message, work b |\n|---|---|\n");
            sizes.forEach(size -> text.append(String.format(Locale.ROOT, "| %,d | %s |%n", size.servers(),
                    Spread.of(size.samples(), Sample::cpuMicros).text("%.2f"))));
        }
        if (idle != null) {
            text.append(String.format(Locale.ROOT,
                    "%n(g) resident memory per idle connection (%,d held): revproc **%,.0f B**, HAProxy %,.0f B.%n",
                    idle.connections(), idle.ours(), idle.theirs()));
        }
        if (!startTimes.starts().isEmpty()) {
            text.append('\n').append(startTimes.markdown());
        }
        return text.toString();
    }

    private static String latencies(List<Sample> samples) {
        return Spread.of(samples, Sample::p50Micros).median("%,.0f") + " / "
                + Spread.of(samples, Sample::p99Micros).median("%,.0f") + " / "
                + Spread.of(samples, Sample::p999Micros).median("%,.0f");
    }

    @Override
    public Targets targets() {
        Targets targets = new Targets();
        for (Map.Entry<Work, Target> each : Map
                .of(Work.A, Target.A, Work.B, Target.B, Work.C, Target.C, Work.M, Target.M,
                        Work.E16, Target.E16, Work.E256, Target.E256, Work.T, Target.TLS)
                .entrySet()) {
            Pairs pairs = results.get(each.getKey());
            targets.add(each.getValue(), pairs == null ? null : pairs.cpuRatio());
        }
        Pairs single = results.get(Work.D);
        if (single != null) {
            targets.add(Target.D, single.addedMicros());
        }
        return targets.add(Target.START, startTimes.starts()).add(Target.IDLE, startTimes.megabytes());
    }

    /** Returns the answers that were wrong or missing. */
    long errors() {
        return results.values().stream().mapToLong(Pairs::errors).sum();
    }

    /** Writes {@code benchmark.md}, {@code cpu.svg} and {@code throughput.svg}, if works were measured: they are one table. */
    @Override
    public void write(Path folder, String command) throws IOException {
        if (results.isEmpty()) {
            return;
        }
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("benchmark.md"), "<!-- made by %s -->%n%s".formatted(command, markdown()));
        List<Map.Entry<Work, Pairs>> entries = List.copyOf(results.entrySet());
        List<String> labels = entries.stream().map(entry -> entry.getKey().letter).toList();
        Files.writeString(folder.resolve("cpu.svg"),
                BarPlot.svg("Processor time per message, as a part of HAProxy's (lower is better)", labels,
                        List.of("revproc ÷ HAProxy"),
                        List.of(entries.stream().map(entry -> entry.getValue().cpuRatio()).toList()), 1.0));
        Files.writeString(folder.resolve("throughput.svg"),
                BarPlot.svg("Messages per second, one proxy thread (higher is better)", labels,
                        List.of("revproc", "HAProxy"),
                        List.of(entries.stream().map(e -> Spread.of(e.getValue().ours(), Sample::perSecond)).toList(),
                                entries.stream().map(e -> Spread.of(e.getValue().theirs(), Sample::perSecond))
                                        .toList()),
                        Double.NaN));
    }
}
