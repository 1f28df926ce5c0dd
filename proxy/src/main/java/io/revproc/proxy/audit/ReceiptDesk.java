package io.revproc.proxy.audit;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Bounds and counts the receipts that are on their way. Thread-safe. */
final class ReceiptDesk {
    /** Receipts on their way at most, about 4 kB each; a message beyond that is told why it has none. */
    static final int MAX_PENDING = 32_768;

    private final AtomicInteger pending = new AtomicInteger();
    private final LongAdder given = new LongAdder();
    private final LongAdder denied = new LongAdder();

    /** Keeps a place; false if too many are on their way. */
    boolean enter() {
        if (pending.incrementAndGet() > MAX_PENDING) {
            pending.decrementAndGet();
            return false;
        }
        return true;
    }

    /**
     * Gives a place back.
     *
     * @param receipt whether the client got one
     */
    void leave(boolean receipt) {
        pending.decrementAndGet();
        count(receipt);
    }

    /** Counts one that had no place. */
    void count(boolean receipt) {
        (receipt ? given : denied).increment();
    }

    long given() {
        return given.sum();
    }

    long denied() {
        return denied.sum();
    }
}
