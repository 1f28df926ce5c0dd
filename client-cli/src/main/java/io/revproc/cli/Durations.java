package io.revproc.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people type them: {@code 500ms}, {@code 2s}, {@code 1.5s}, {@code 3m}; a bare number is seconds. */
final class Durations {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(us|ms|s|m|h)?");

    private Durations() {}

    /** @throws IllegalArgumentException with a sentence if it is not a duration */
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
        return Duration.ofNanos(nanos);
    }

    /** A round duration of at least twice the given one, as people type it. */
    static String longerThan(Duration wait) {
        long seconds = Math.max(1, Math.ceilDiv(2 * wait.toMillis(), 1000));
        for (int round : new int[]{1, 2, 5, 10, 30, 60, 120, 300, 600}) {
            if (seconds <= round) {
                return round + "s";
            }
        }
        return Math.ceilDiv(seconds, 60) + "m";
    }

    /** For a person who waits: {@code 45s}, {@code 3m 20s}, {@code 2h 05m}. */
    static String rough(long nanos) {
        long seconds = Math.max(0, Math.round(nanos / 1e9));
        if (seconds < 60) {
            return seconds + "s";
        }
        long larger = seconds < 3_600 ? seconds / 60 : seconds / 3_600;
        long smaller = seconds < 3_600 ? seconds % 60 : seconds % 3_600 / 60;
        return larger + (seconds < 3_600 ? "m " : "h ") + (smaller < 10 ? "0" : "") + smaller
                + (seconds < 3_600 ? "s" : "m");
    }

    /** Three digits and a unit: {@code 950us}, {@code 1.25ms}, {@code 3.10s}. */
    static String show(long nanos) {
        if (nanos < 1_000_000) {
            return nanos / 1_000 + "us";
        }
        String unit = nanos < 1_000_000_000 ? "ms" : "s";
        long one = nanos < 1_000_000_000 ? 1_000_000 : 1_000_000_000;
        return decimal(nanos, one) + unit;
    }

    /** Not by String.format: that loads the locale's data, 15 ms of a command's start. */
    private static String decimal(long nanos, long one) {
        if (nanos >= 100 * one) {
            return Long.toString(Math.round((double) nanos / one));
        }
        if (nanos >= 10 * one) {
            long tenths = Math.round(10.0 * nanos / one);
            return tenths / 10 + "." + tenths % 10;
        }
        long hundredths = Math.round(100.0 * nanos / one);
        return hundredths / 100 + "." + hundredths % 100 / 10 + hundredths % 10;
    }
}
