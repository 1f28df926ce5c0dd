package io.revproc.proxy.health;

/**
 * Waiting times that double up to a cap. Chance shortens them, never lengthens: the cap is one.
 *
 * @param first  nanoseconds of the first one, at least 1
 * @param cap    nanoseconds of the longest
 * @param jitter the share that is left to chance, 0 to 1
 */
record Backoff(long first, long cap, double jitter) {
    /**
     * The waiting time after a number of failures.
     *
     * @param failures at least 1
     * @param chance   0 (inclusive) to 1 (exclusive)
     */
    long delay(int failures, double chance) {
        int doublings = Math.min(failures - 1, Long.numberOfLeadingZeros(first) - 1);
        long full = Math.min(first << doublings, cap);
        return full - (long) (full * jitter * chance);
    }
}
