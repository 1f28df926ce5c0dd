package io.revproc.wire;

import java.time.Duration;

/** Writes durations as people type them into settings. */
public final class DurationText {
    private enum Unit {
        DAY("d", 86_400_000), HOUR("h", 3_600_000), MINUTE("m", 60_000), SECOND("s", 1000), MILLISECOND("ms", 1);

        private final String suffix;
        private final long millis;

        Unit(String suffix, long millis) {
            this.suffix = suffix;
            this.millis = millis;
        }
    }

    private DurationText() {}

    /** Returns a duration in the largest unit of which it is a multiple, {@code 10ms}, {@code 1d}; below a millisecond in microseconds. */
    public static String of(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return duration.isZero() ? "0s" : duration.toNanos() / 1_000 + "us";
        }
        for (Unit unit : Unit.values()) {
            if (millis % unit.millis == 0) {
                return millis / unit.millis + unit.suffix;
            }
        }
        throw new AssertionError(duration);
    }
}
