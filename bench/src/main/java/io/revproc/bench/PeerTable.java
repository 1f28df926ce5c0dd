package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The figures of this proxy and its peers, as tables and as a plot. */
final class PeerTable implements Result {
    /** The n-th run of each was made in the same turn. */
    private final Map<Peer, Map<PeerLoad, List<PeerSample>>> runs = new EnumMap<>(Peer.class);
    private final Map<PeerLoad, List<PeerSample>> direct = new EnumMap<>(PeerLoad.class);
    private final Map<String, Map<Integer, List<Tail>>> tails = new LinkedHashMap<>();

    /** A run by the clock. */
    record Tail(double rate, int seconds, PeerSample sample) {}

    void add(Peer peer, PeerLoad load, PeerSample sample) {
        runs.computeIfAbsent(peer, _ -> new EnumMap<>(PeerLoad.class)).computeIfAbsent(load, _ -> new ArrayList<>())
                .add(sample);
    }

    /** Adds a run without a proxy. */
    void addDirect(PeerLoad load, PeerSample sample) {
        direct.computeIfAbsent(load, _ -> new ArrayList<>()).add(sample);
    }

    /** Adds a run by the clock, at so many percent of the target's capacity. */
    void addTail(String target, int percent, Tail tail) {
        tails.computeIfAbsent(target, _ -> new LinkedHashMap<>()).computeIfAbsent(percent, _ -> new ArrayList<>())
                .add(tail);
    }

    /** Returns the messages a second that it carries with one message in flight on each connection; 0 where it was not measured. */
    double capacity(Peer peer) {
        List<PeerSample> samples = samples(peer, PeerLoad.KEPT);
        return samples.isEmpty() ? 0 : Spread.of(samples, PeerSample::perSecond).median();
    }

    /** Returns our processor time per message as a part of the peer's, turn by turn. */
    List<Double> ratios(Peer peer, PeerLoad load) {
        List<PeerSample> ours = samples(Peer.REVPROC, load);
        List<PeerSample> theirs = samples(peer, load);
        return IntStream.range(0, Math.min(ours.size(), theirs.size()))
                .mapToObj(i -> ours.get(i).cpuMicros() / theirs.get(i).cpuMicros()).toList();
    }

    private List<PeerSample> samples(Peer peer, PeerLoad load) {
        return runs.getOrDefault(peer, Map.of()).getOrDefault(load, List.of());
    }

    /** Returns the messages that had no right answer, but for those that a peer cannot route. */
    long errors() {
        long errors = 0;
        for (Map.Entry<Peer, Map<PeerLoad, List<PeerSample>>> peer : runs.entrySet()) {
            for (Map.Entry<PeerLoad, List<PeerSample>> load : peer.getValue().entrySet()) {
                boolean known = peer.getKey().routesConnections() && load.getKey() == PeerLoad.MIXED;
                errors += load.getValue().stream().mapToLong(s -> s.errors() + (known ? 0 : s.refused())).sum();
            }
        }
        return errors;
    }

    @Override
    public String markdown() {
        StringBuilder text = new StringBuilder(
                "Processor time per message; in bold ours ÷ theirs, median (min–max).\n\n")
                .append("| | parses | routes | deadline | record |");
        StringBuilder line = new StringBuilder("|---|---|---|---|---|");
        List<PeerLoad> loads = loads();
        for (PeerLoad load : loads) {
            text.append(" (").append(load.letter).append(") ").append(load.title).append(" |");
            line.append("---|");
        }
        text.append(" errors |\n").append(line).append("---|\n");
        for (Peer peer : runs.keySet()) {
            text.append("| ").append(peer.title);
            peer.does.forEach(cell -> text.append(" | ").append(cell));
            loads.forEach(load -> text.append(" | ").append(cell(peer, load)));
            text.append(" | ").append(errors(peer)).append(" |\n");
        }
        if (!loads.isEmpty()) {
            text.append('\n').append(loadSide(loads));
        }
        if (!tails.isEmpty()) {
            text.append('\n').append(tails());
        }
        return text.toString();
    }

    private List<PeerLoad> loads() {
        return runs.values().stream().flatMap(loads -> loads.keySet().stream()).distinct().sorted().toList();
    }

    private String cell(Peer peer, PeerLoad load) {
        List<PeerSample> samples = samples(peer, load);
        if (samples.isEmpty()) {
            return "";
        }
        String text = median(samples, PeerSample::cpuMicros, "%.2f µs, ")
                + median(samples, PeerSample::perSecond, "%,.0f/s");
        return peer == Peer.REVPROC
                ? text
                : text + "; **" + Spread.of(ratios(peer, load)).text("%.2f").replaceFirst(" ", "** ");
    }

    private static String median(List<PeerSample> samples, ToDoubleFunction<PeerSample> figure, String format) {
        return Spread.of(samples, figure).median(format);
    }

    private String errors(Peer peer) {
        List<String> said = new ArrayList<>();
        long errors = 0;
        for (PeerLoad load : loads()) {
            List<PeerSample> samples = samples(peer, load);
            errors += samples.stream().mapToLong(PeerSample::errors).sum();
            if (samples.stream().anyMatch(sample -> sample.refused() > 0)) {
                said.add(median(samples, s -> 100 * s.misrouted(), "%.0f %% of (" + load.letter
                        + ") to the wrong policy"));
            }
        }
        if (errors > 0 || said.isEmpty()) {
            said.addFirst("" + errors);
        }
        return String.join(", ", said);
    }

    /** Whether the load side is the limit: what its processor was busy, and what it does with nothing between. */
    private String loadSide(List<PeerLoad> loads) {
        StringBuilder text = new StringBuilder(
                "The load side: generator + servers, processor time per message, and how busy their processor was.\n\n| |");
        StringBuilder line = new StringBuilder("|---|");
        for (PeerLoad load : loads) {
            text.append(" (").append(load.letter).append(") |");
            line.append("---|");
        }
        text.append('\n').append(line).append('\n');
        for (Peer peer : runs.keySet()) {
            text.append("| ").append(peer.title);
            loads.forEach(load -> text.append(" | ").append(busy(samples(peer, load))));
            text.append(" |\n");
        }
        text.append("| no proxy: the most that it can do");
        for (PeerLoad load : loads) {
            List<PeerSample> samples = direct.getOrDefault(load, List.of());
            text.append(" | ").append(samples.isEmpty()
                    ? ""
                    : busy(samples) + median(samples, PeerSample::perSecond, ", %,.0f/s"));
        }
        return text.append(" |\n").toString();
    }

    private static String busy(List<PeerSample> samples) {
        return samples.isEmpty()
                ? ""
                : median(samples, PeerSample::generatorMicros, "%.2f") + " + "
                        + median(samples, PeerSample::serverMicros, "%.2f µs, ")
                        + median(samples, s -> 100 * s.loadShare(), "%.0f %%");
    }

    private String tails() {
        StringBuilder text = new StringBuilder("""
                Latency by the clock, 64 kept connections, in microseconds since a message was due; medians of the runs.

                | | of its capacity | messages/s | p50 | p99 | p99.9 | longest | errors | pauses of the JVM |
                |---|---|---|---|---|---|---|---|---|
                """);
        tails.forEach((target, rates) -> rates.forEach((percent, all) -> {
            List<PeerSample> samples = all.stream().map(Tail::sample).toList();
            PeerSample worst = samples.stream()
                    .max((a, b) -> Double.compare(a.pauses().longestMicros(), b.pauses().longestMicros()))
                    .orElseThrow();
            text.append(String.format(Locale.ROOT, "| %s | %d %% | %,.0f | %s | %s | %s | %s | %d | %s |%n", target,
                    percent, all.getFirst().rate(), median(samples, PeerSample::p50Micros, "%,.0f"),
                    median(samples, PeerSample::p99Micros, "%,.0f"), median(samples, PeerSample::p999Micros, "%,.0f"),
                    median(samples, PeerSample::maxMicros, "%,.0f"),
                    samples.stream().mapToLong(s -> s.errors() + s.refused()).sum(),
                    worst.pauses().text(all.getFirst().seconds())));
        }));
        return text.toString();
    }

    /** Returns our 99.9th percentile at so many percent of the capacity as a part of the peer's, run by run. */
    List<Double> tailRatios(Peer peer, int percent) {
        List<Tail> ours = tails.getOrDefault(Peer.REVPROC.title, Map.of()).getOrDefault(percent, List.of());
        List<Tail> theirs = tails.getOrDefault(peer.title, Map.of()).getOrDefault(percent, List.of());
        return IntStream.range(0, Math.min(ours.size(), theirs.size()))
                .mapToObj(i -> ours.get(i).sample().p999Micros() / theirs.get(i).sample().p999Micros()).toList();
    }

    @Override
    public Targets targets() {
        return new Targets().add(Target.NATS_KEPT, ratios(Peer.NATS, PeerLoad.KEPT))
                .add(Target.NATS_PIPELINED, ratios(Peer.NATS, PeerLoad.MIXED))
                .add(Target.TAIL, tailRatios(Peer.HAPROXY, 50));
    }

    @Override
    public boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Writes {@code peers.md} and {@code peers.svg}. */
    @Override
    public void write(Path folder, String command) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("peers.md"), "<!-- made by %s -->%n%s".formatted(command, markdown()));
        Files.writeString(folder.resolve("peers.svg"), plot());
    }

    /** Returns a plot of our processor time per message as a part of each peer's. */
    String plot() {
        List<PeerLoad> loads = loads();
        List<Peer> peers = runs.keySet().stream().filter(peer -> peer != Peer.REVPROC).toList();
        return BarPlot.svg("Processor time per message, revproc ÷ peer (lower is better)",
                loads.stream().map(load -> load.letter).toList(), peers.stream().map(peer -> peer.title).toList(),
                peers.stream().map(peer -> loads.stream().map(load -> Spread.of(Objects.requireNonNull(
                        ratios(peer, load)))).toList()).toList(),
                1.0);
    }
}
