package io.revproc.bench;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The times in which a JVM held all its threads up, collections included, from the lines of {@code -Xlog:safepoint}.
 *
 * @param longestMicros of one
 * @param totalMicros   of all
 */
record Pauses(int count, double longestMicros, double totalMicros) {
    private static final Pattern TOTAL = Pattern.compile("Total:\\s+(\\d+) ns");

    static Pauses of(List<String> lines) {
        int count = 0;
        double longest = 0;
        double total = 0;
        for (String line : lines) {
            Matcher matcher = TOTAL.matcher(line);
            if (matcher.find()) {
                double micros = Long.parseLong(matcher.group(1)) / 1e3;
                count++;
                longest = Math.max(longest, micros);
                total += micros;
            }
        }
        return new Pauses(count, longest, total);
    }

    /** Returns a cell of a table: how many a second, the longest, their part of the time. */
    String text(int seconds) {
        return count == 0
                ? "none"
                : String.format(Locale.ROOT, "%.1f/s, longest %.1f ms, %.2f %% of the time",
                        (double) count / seconds, longestMicros / 1e3, totalMicros / 1e4 / seconds);
    }
}
