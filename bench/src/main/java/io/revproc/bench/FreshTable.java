package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What fresh proxies cost, as a table and a plot. */
final class FreshTable implements Result {
    /** Above the steady figure by no more than this is full speed. */
    private static final double NEAR = 1.3;
    /** So many ticks at the end of a run are the steady state, and so many together must be near it. */
    private static final int STEADY_TICKS = 20;
    private static final int TICKS_TOGETHER = 2;

    private final int tickMillis;
    private final Map<How, List<Start>> full = new EnumMap<>(How.class);
    private final Map<How, List<Start>> gentle = new EnumMap<>(How.class);

    /** How a proxy is started. */
    enum How {
        SCRIPT("`bin/revproc-service`"), JAR("`java -jar`");

        final String title;

        How(String title) {
            this.title = title;
        }
    }

    /**
     * One start.
     *
     * @param open      seconds until the port took connections
     * @param micros    processor time per message, tick by tick
     * @param firstP99  microseconds, of the first seconds by the clock
     * @param steadyP99 the same, of later ones
     */
    record Start(double open, List<Double> micros, double perSecond, double firstP99, double steadyP99) {}

    FreshTable(int tickMillis) {
        this.tickMillis = tickMillis;
    }

    void add(How how, Start start, Start atATenth) {
        full.computeIfAbsent(how, _ -> new ArrayList<>()).add(start);
        gentle.computeIfAbsent(how, _ -> new ArrayList<>()).add(atATenth);
    }

    /** Returns the median of the last ticks. */
    static double steady(List<Double> micros) {
        return Spread.of(micros.subList(Math.max(0, micros.size() - STEADY_TICKS), micros.size())).median();
    }

    /** Returns the seconds until a message costs at most 1.3 times as much as later, for two ticks together. */
    static double fullSpeed(List<Double> micros, int tickMillis) {
        double limit = NEAR * steady(micros);
        return IntStream.rangeClosed(0, micros.size() - TICKS_TOGETHER)
                .filter(i -> micros.subList(i, i + TICKS_TOGETHER).stream().allMatch(each -> each <= limit))
                .findFirst().orElse(micros.size()) * tickMillis / 1e3;
    }

    @Override
    public boolean isEmpty() {
        return full.isEmpty();
    }

    @Override
    public String markdown() {
        StringBuilder text = new StringBuilder(
                """
                        | started by | until the port is open | until full speed | steady | first second | p99 of the first 5 s at a tenth | the same, steady | ratio |
                        |---|---|---|---|---|---|---|---|
                        """);
        full.forEach((how, starts) -> {
            List<Start> rated = gentle.getOrDefault(how, List.of());
            text.append(String.format(Locale.ROOT, "| %s | %s s | **%s** s | %s µs | %s µs | %s µs | %s µs | %s |%n",
                    how.title, Spread.of(starts, Start::open).text("%.2f"),
                    Spread.of(starts, start -> fullSpeed(start.micros(), tickMillis)).text("%.2f"),
                    Spread.of(starts, start -> steady(start.micros())).median("%.1f"),
                    Spread.of(starts, start -> Spread.of(start.micros().subList(0, 1000 / tickMillis)).median())
                            .median("%.0f"),
                    Spread.of(rated, Start::firstP99).median("%,.0f"),
                    Spread.of(rated, Start::steadyP99).median("%,.0f"),
                    Spread.of(rated, start -> start.firstP99() / start.steadyP99()).text("%.1f")));
        });
        return text.toString();
    }

    @Override
    public Targets targets() {
        return new Targets().add(Target.FULL_SPEED, fullSpeeds(How.SCRIPT))
                .add(Target.FULL_SPEED_JAR, fullSpeeds(How.JAR))
                .add(Target.FIRST_P99, gentle.getOrDefault(How.SCRIPT, List.of()).stream()
                        .map(start -> start.firstP99() / start.steadyP99()).toList());
    }

    private List<Double> fullSpeeds(How how) {
        return full.getOrDefault(how, List.of()).stream().map(start -> fullSpeed(start.micros(), tickMillis)).toList();
    }

    /** Returns the cost of a message by time, of the first start of each kind. */
    String plot() {
        List<LinePlot.Line> lines = new ArrayList<>();
        full.forEach((how, starts) -> lines.add(new LinePlot.Line(how.title.replace("`", "") + ": µs per message",
                starts.getFirst().micros().subList(0, Math.min(60, starts.getFirst().micros().size())))));
        return LinePlot.svg("A fresh proxy under full load from the first moment", lines, tickMillis / 1e3);
    }

    /** Writes {@code fresh.md} and {@code fresh.svg}. */
    @Override
    public void write(Path folder, String command) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("fresh.md"),
                "<!-- made by %s -->%n%s%n![Processor time per message of a fresh proxy](fresh.svg)%n".formatted(
                        command,
                        markdown()));
        Files.writeString(folder.resolve("fresh.svg"), plot());
    }
}
