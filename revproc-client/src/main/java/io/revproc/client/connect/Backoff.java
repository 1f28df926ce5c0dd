package io.revproc.client.connect;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Computes how long to wait before the next attempt: doubling from {@code first} to {@code cap}, with the upper half of each delay left
 * to chance, so that a thousand servers that lost one proxy do not come back in the same millisecond.
 *
 * @param first  the delay after the first failure; above zero
 * @param cap    the longest delay
 * @param chance numbers from 0 (inclusive) to 1 (exclusive); 0 is the shortest delay
 */
public record Backoff(Duration first, Duration cap, DoubleSupplier chance) {
    /** @param failures how many attempts failed in a row, at least 1 */
    public Duration delay(int failures) {
        int doublings = Math.min(failures - 1, 30);
        long full = first.toNanos();
        for (int i = 0; i < doublings && full < cap.toNanos(); i++) {
            full *= 2;
        }
        full = Math.min(full, cap.toNanos());
        long half = full / 2;
        return Duration.ofNanos(half + (long) (half * chance.getAsDouble()));
    }
}
