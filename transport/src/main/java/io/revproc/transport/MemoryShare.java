package io.revproc.transport;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that all connections hold, or those of one address. Thread-safe, except for {@link #accounts}. */
final class MemoryShare {
    final long max;
    final AtomicLong bytes = new AtomicLong();
    /** Of these, what its holders have been told to give back. */
    final AtomicLong condemned = new AtomicLong();
    /** How many accounts count to it; guarded by the map that it is in. */
    int accounts;

    MemoryShare(long max) {
        this.max = max;
    }

    boolean full() {
        return bytes.get() > max;
    }

    long excess() {
        return bytes.get() - condemned.get() - max;
    }

    /** Returns whether the change made room. */
    boolean change(long more) {
        long now = bytes.addAndGet(more);
        return more < 0 && now <= max && now - more > max;
    }
}
