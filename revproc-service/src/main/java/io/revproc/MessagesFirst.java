package io.revproc;

import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Has the rest of the start give way to messages where both share one processor: between two beans the start rests while clients are owed
 * replies. A second in all at most, so that the proxy becomes ready under any load. Used by one thread.
 */
final class MessagesFirst implements BeanPostProcessor {
    /** Asking more often costs the loop more than is won: all of it is interpreted still. */
    private static final int REST_MILLIS = 250;
    private static final int MOST_RESTS = 1000 / REST_MILLIS;
    /** Most beans take less, and asking takes a turn of the loop. */
    private static final long WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final IntSupplier owed;
    private final LongSupplier nanos;
    private final Runnable rest;
    private int rests;
    private long since;

    /** @param owed how many replies clients are owed */
    MessagesFirst(IntSupplier owed) {
        this(owed, System::nanoTime, MessagesFirst::sleep);
    }

    MessagesFirst(IntSupplier owed, LongSupplier nanos, Runnable rest) {
        this.owed = owed;
        this.nanos = nanos;
        this.rest = rest;
        this.since = nanos.getAsLong();
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (rests < MOST_RESTS && nanos.getAsLong() - since >= WORK_NANOS) {
            while (rests < MOST_RESTS && owed.getAsInt() > 0) {
                rests++;
                rest.run();
            }
            since = nanos.getAsLong();
        }
        return bean;
    }

    private static void sleep() {
        try {
            Thread.sleep(REST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
