package io.revproc.proxy.registration;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that lets leases expire when their time is up, and not at some later tick. Sleeps for exactly as long as nothing
 * is due.
 */
public final class LeaseTimer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaseTimer.class);
    private static final long MAX_SLEEP = 3_600_000_000_000L;

    private final LeaseKeeper keeper;
    private final LongSupplier nanoClock;
    private final Thread thread;
    private volatile boolean running = true;

    private LeaseTimer(LeaseKeeper keeper, LongSupplier nanoClock) {
        this.keeper = keeper;
        this.nanoClock = nanoClock;
        this.thread = Thread.ofPlatform().daemon().name("revproc-leases").unstarted(this::run);
    }

    /** Starts it. One for each registrar. */
    public static LeaseTimer start(Registrar registrar, LongSupplier nanoClock) {
        LeaseTimer timer = new LeaseTimer(registrar.keeper(), nanoClock);
        registrar.keeper().onWakeUp(() -> LockSupport.unpark(timer.thread));
        timer.thread.start();
        return timer;
    }

    private void run() {
        while (running) {
            long now = nanoClock.getAsLong();
            long wait = 0;
            try {
                wait = keeper.tick(now);
            } catch (RuntimeException e) {
                // One entry's trouble must not keep the others' leases from expiring.
                log.error("event=lease_timer_failed", e);
            }
            if (wait > 0) {
                wait = Math.min(wait, MAX_SLEEP);
                LockSupport.parkNanos(this, wait);
                long late = nanoClock.getAsLong() - now - wait;
                if (keeper.stoodStill(late)) {
                    log.warn("event=stood_still ms={} leases=kept", TimeUnit.NANOSECONDS.toMillis(late));
                }
            }
        }
    }

    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
    }
}
