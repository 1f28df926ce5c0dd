package io.revproc.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** Looks at something again and again until it is as wanted. */
final class Waiting {
    private static final long FIRST_PAUSE = 50_000_000;
    private static final long MAX_PAUSE = 500_000_000;

    private Waiting() {}

    /**
     * Waits as long as there is something that is not yet as wanted; says on a terminal what that is.
     *
     * @param missing what is not yet as wanted, for a person; null: nothing
     * @param timeout null: for ever
     * @param advice  what else can be done if it is not so in time, for a person; empty: nothing
     * @throws CliException if it is not so in time
     */
    static void until(Terminal terminal, Supplier<@Nullable String> missing, @Nullable Duration timeout,
            String advice) {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE;
        Progress progress = new Progress(terminal, 0, true);
        try {
            for (String what = missing.get(); what != null; what = missing.get()) {
                long waited = System.nanoTime() - start;
                long left = timeout == null ? Long.MAX_VALUE : timeout.toNanos() - waited;
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
}
