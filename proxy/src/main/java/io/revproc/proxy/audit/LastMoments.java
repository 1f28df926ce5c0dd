package io.revproc.proxy.audit;

import java.time.Duration;

/** Waits for threads that have been told to end. */
final class LastMoments {
    private LastMoments() {}

    /** Waits for the thread's end, but not longer than so; then tells whoever logs it. An interrupt ends the wait without a word. */
    static void await(Thread thread, Duration patience, Runnable late) {
        try {
            if (!thread.join(patience)) {
                late.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
