package io.revproc.server.answer;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the messages that somebody works on, and their bytes; bounds both. Thread-safe. */
final class InFlight {
    private final int maxMessages;
    private final long maxBytes;
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    InFlight(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /** Takes a message in; false if there are too many. A single one is always taken, however large. */
    boolean enter(int size) {
        if (messages.incrementAndGet() > maxMessages) {
            messages.decrementAndGet();
            return false;
        }
        if (bytes.addAndGet(size) > maxBytes && messages.get() > 1) {
            leave(size);
            return false;
        }
        return true;
    }

    void leave(int size) {
        bytes.addAndGet(-size);
        messages.decrementAndGet();
    }

    int messages() {
        return messages.get();
    }
}
