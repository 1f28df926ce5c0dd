package io.revproc.proxy.audit;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * How event loops and the writer's thread tell each other what is up. A loop pays two volatile reads per record; it wakes the
 * writer only from its long sleep, or where the ring fills up. Thread-safe.
 */
final class WriterSignal {
    private volatile @Nullable Thread writer;
    private volatile boolean asleep;
    private volatile boolean hurried;
    private volatile boolean accepting = true;

    /** Notes that the writer's thread begins. */
    void writer(Thread thread) {
        writer = thread;
    }

    /** A record was put. */
    void published(boolean hurry) {
        if (asleep) {
            wake();
        } else if (hurry && !hurried) {
            hurried = true;
            wake();
        }
    }

    void wake() {
        asleep = false;
        Thread thread = writer;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /** Waits for the next batch; for the writer. */
    void gather(long nanos) {
        hurried = false;
        LockSupport.parkNanos(this, nanos);
    }

    /**
     * For the writer: waits for the next record.
     *
     * @param nanos   a bound, for a wake-up that was just missed
     * @param nothing whether nothing waits; asked again once loops see that the writer sleeps
     */
    void sleep(long nanos, BooleanSupplier nothing) {
        hurried = false;
        asleep = true;
        if (nothing.getAsBoolean()) {
            LockSupport.parkNanos(this, nanos);
        }
        asleep = false;
    }

    /** Returns whether what is put now will be written, as far as one knows. */
    boolean accepting() {
        return accepting;
    }

    void accepting(boolean yes) {
        accepting = yes;
    }
}
