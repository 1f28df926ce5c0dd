package io.revproc.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people type them: {@code 500ms}, {@code 2s}, {@code 1.5s}, {@code 3m}; a bare number is seconds. */
final class Durations {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(us|ms|s|m|h)?");

    private Durations() {}

    /** @throws IllegalArgumentException with a sentence if it is not a positive duration */
    static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration; write 500ms, 2s or 1m");
        }
        double nanosPerUnit = switch (matcher.group(2)) {
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            case null, default -> 1e9;
        };
        long nanos = Math.round(Double.parseDouble(matcher.group(1)) * nanosPerUnit);
        if (nanos <= 0) {
            throw new IllegalArgumentException("'" + text + "' is no time at all; write 500ms, 2s or 1m");
        }
        return Duration.ofNanos(nanos);
    }

    /** Three digits and a unit: {@code 950us}, {@code 1.25ms}, {@code 3.10s}. */
    static String show(long nanos) {
        if (nanos < 1_000_000) {
            return nanos / 1_000 + "us";
        }
        double value = nanos < 1_000_000_000 ? nanos / 1e6 : nanos / 1e9;
        String unit = nanos < 1_000_000_000 ? "ms" : "s";
        return String.format(Locale.ROOT, value < 10 ? "%.2f%s" : value < 100 ? "%.1f%s" : "%.0f%s", value, unit);
    }
}
