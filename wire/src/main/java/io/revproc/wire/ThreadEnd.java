package io.revproc.wire;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Waits for threads that write files, where the process may be about to end. Spring (7.0) interrupts a start that it is to close and
 * that waits without a limit, and then lets the process end under it: so each wait here has a limit, and an interrupt is kept for later.
 * With its flag set the next write of a file would fail.
 */
public final class ThreadEnd {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private ThreadEnd() {}

    /**
     * Waits for a thread's end, interrupted or not.
     *
     * @param thread one that was not started has ended
     * @param most   the longest time
     * @return whether it has ended
     */
    public static boolean await(Thread thread, Duration most) {
        boolean interrupted = Thread.interrupted();
        long end = System.nanoTime() + most.toNanos();
        try {
            for (long left = most.toNanos(); left > 0 && thread.isAlive(); left = end - System.nanoTime()) {
                try {
                    TimeUnit.NANOSECONDS.timedJoin(thread, left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return !thread.isAlive();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Writes for the last time, once the thread that wrote until now has ended.
     *
     * @param write is not interrupted by what came before it
     */
    public static void thenWrite(Thread writer, Runnable write) {
        while (!await(writer, LOOK)) {
            // however long that takes: two would write at once
        }
        boolean interrupted = Thread.interrupted();
        try {
            write.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
