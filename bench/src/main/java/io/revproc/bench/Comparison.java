package io.revproc.bench;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What has become of each work since another revision. */
final class Comparison {
    /** A change by less is none. */
    private static final double TOLERANCE = 1.03;

    private final Map<Work, Pairs> results = new EnumMap<>(Work.class);

    /** Adds the pairs of a work; theirs are those of the other revision. */
    void add(Work work, Pairs pairs) {
        results.put(work, pairs);
    }

    /** Returns whether a work is slower beyond doubt and tolerance, or had errors. */
    boolean isWorse() {
        return results.values().stream()
                .anyMatch(pairs -> pairs.errors() > 0 || Confidence.of(pairs.cpuRatios()).from() > TOLERANCE);
    }

    /** Returns a table. */
    String markdown() {
        StringBuilder text = new StringBuilder("""
                | work | CPU µs/message, base | CPU µs/message, here | here ÷ base (95 %) | | errors |
                |---|---|---|---|---|---|
                """);
        results.forEach((work, pairs) -> {
            Confidence ratio = Confidence.of(pairs.cpuRatios());
            text.append(String.format(Locale.ROOT, "| (%s) %s | %s | %s | **%.2f** (%.2f–%.2f) | %s | %d |%n",
                    work.letter, work.title, Spread.of(pairs.theirs(), Sample::cpuMicros).median("%.2f"),
                    Spread.of(pairs.ours(), Sample::cpuMicros).median("%.2f"), ratio.ratio(), ratio.from(),
                    ratio.to(), verdict(ratio), pairs.errors()));
        });
        return text.toString();
    }

    static String verdict(Confidence ratio) {
        if (ratio.from() > TOLERANCE) {
            return "slower";
        }
        if (ratio.to() < 1 / TOLERANCE) {
            return "quicker";
        }
        boolean same = ratio.from() > 1 / TOLERANCE && ratio.to() < TOLERANCE;
        return same ? "the same" : "not known: more --pairs";
    }
}
