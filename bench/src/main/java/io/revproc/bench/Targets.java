package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Figures beside what is aimed at. They stand in a file of their own, so that a run that measures a part of them replaces that part,
 * and as a table between two marks of the page beside the folder, where there is such a page.
 */
final class Targets {
    static final String BEGIN = "<!-- targets: bin/bench --out writes this table -->\n";
    static final String END = "<!-- /targets -->\n";
    private static final String FILE = "targets.csv";

    private final Map<Target, Spread> figures = new EnumMap<>(Target.class);

    /** Adds a figure; null or none: it was not measured. */
    Targets add(Target target, @Nullable Spread figure) {
        if (figure != null) {
            figures.put(target, figure);
        }
        return this;
    }

    Targets add(Target target, List<Double> all) {
        return add(target, all.isEmpty() ? null : Spread.of(all));
    }

    String markdown() {
        StringBuilder text = new StringBuilder("""
                | | aim | must | measured, median (min–max) | | made by |
                |---|---|---|---|---|---|
                """);
        for (Target target : Target.values()) {
            Spread figure = figures.get(target);
            text.append("| %s | %s | %s | %s | %s | `%s` |%n".formatted(target.title, plain(target.aim),
                    plain(target.must), figure == null ? "" : figure.text(figure.median() >= 50 ? "%.0f" : "%.2f"),
                    figure == null ? "not measured" : target.verdict(figure.median()), target.command));
        }
        return text.toString();
    }

    private static String plain(double figure) {
        return "≤ " + (figure == Math.rint(figure) ? "" + (long) figure : "" + figure);
    }

    /** Replaces what was measured, and leaves the rest as earlier runs left it. */
    void write(Path folder) throws IOException {
        if (figures.isEmpty()) {
            return;
        }
        Files.createDirectories(folder);
        Path file = folder.resolve(FILE);
        Targets all = Files.exists(file) ? read(Files.readAllLines(file)) : new Targets();
        all.figures.putAll(figures);
        Files.write(file, all.lines());
        Path page = folder.resolveSibling(folder.getFileName() + ".md");
        if (Files.exists(page)) {
            Files.writeString(page, all.into(Files.readString(page)));
        }
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        figures.forEach((target, figure) -> lines.add(
                String.format(Locale.ROOT, "%s,%.4f,%.4f,%.4f", target, figure.min(), figure.median(), figure.max())));
        return lines;
    }

    static Targets read(List<String> lines) {
        Targets targets = new Targets();
        for (String line : lines) {
            String[] cells = line.split(",");
            targets.add(Target.valueOf(cells[0]), new Spread(Double.parseDouble(cells[1]),
                    Double.parseDouble(cells[2]), Double.parseDouble(cells[3])));
        }
        return targets;
    }

    /** Returns the page with the table between its marks; as it is where it has none. */
    String into(String page) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        return begin < 0 || end < begin
                ? page
                : page.substring(0, begin + BEGIN.length()) + markdown() + page.substring(end);
    }
}
