package io.revproc.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/** Looks at something again and again until it is as wanted. */
final class Waiting {
    private static final long FIRST_PAUSE = 50_000_000;
    private static final long MAX_PAUSE = 500_000_000;
    /** So long a look may take however little time is left: an answer that is on its way is not given up. */
    private static final int LEAST_LOOK_MILLIS = 1_000;

    private Waiting() {}

    /** Looks at what is waited for. */
    interface Look {
        /**
         * Returns what is not yet as wanted, for a person; null: nothing.
         *
         * @param mostMillis how long it may take to find out
         * @throws CliException if it can't be found out; one that is passing is waited for as well
         */
        @Nullable
        String missing(int mostMillis);
    }

    /**
     * Waits as long as there is something that is not yet as wanted; says on a terminal what that is.
     *
     * @param client  whom the look asks; that it can't be reached for a while, as during its restart, is waited for as well
     * @param look    takes at most what is left of the time, or a second if that is more
     * @param timeout null: for ever
     * @param advice  what else can be done if it is not so in time, for a person; empty: nothing
     * @throws CliException if it is not so in time, with what was met last; or if the proxy refuses, and will again
     */
    static void until(Terminal terminal, AdminClient client, Look look, @Nullable Duration timeout, String advice) {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE;
        Progress progress = new Progress(terminal, 0, true);
        try {
            while (true) {
                String what = missing(client, look, lookMillis(left(timeout, start)));
                if (what == null) {
                    return;
                }
                long waited = System.nanoTime() - start;
                long left = left(timeout, start);
                if (left <= 0) {
                    throw new CliException(ExitCode.TIMED_OUT,
                            what + " after " + Durations.rough(waited) + "; a longer wait is --timeout "
                                    + Durations.longerThan(Duration.ofNanos(waited)) + advice);
                }
                progress.draw("waiting: " + Style.safe(what));
                LockSupport.parkNanos(Math.min(pause, left));
                pause = Math.min(MAX_PAUSE, 2 * pause);
            }
        } finally {
            progress.clear();
        }
    }

    private static @Nullable String missing(AdminClient client, Look look, int mostMillis) {
        try {
            return look.missing(mostMillis);
        } catch (CliException e) {
            if (!e.isPassing()) {
                throw e;
            }
            return e.exitCode() == ExitCode.REFUSED ? e.sentence() : "the proxy does not answer at " + client;
        }
    }

    private static long left(@Nullable Duration timeout, long start) {
        return timeout == null ? Long.MAX_VALUE : timeout.toNanos() - (System.nanoTime() - start);
    }

    private static int lookMillis(long leftNanos) {
        return Math.clamp(leftNanos / 1_000_000, LEAST_LOOK_MILLIS, Integer.MAX_VALUE);
    }
}
