package io.revproc.proxy.etcd;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The start's wait for etcd. A process that is told to end does not wait for it to be over. */
final class StartWait {
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(50);

    private StartWait() {}

    /**
     * Waits for something to be there.
     *
     * @param most   the longest time
     * @param ending whether it is not waited for any more
     * @return whether it is there
     */
    static boolean await(CountDownLatch there, Duration most, BooleanSupplier ending) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        long left = most.toNanos();
        while (left > 0 && !ending.getAsBoolean()) {
            if (there.await(Math.min(LOOK, left), TimeUnit.NANOSECONDS)) {
                return true;
            }
            left = end - System.nanoTime();
        }
        return there.getCount() == 0;
    }
}
