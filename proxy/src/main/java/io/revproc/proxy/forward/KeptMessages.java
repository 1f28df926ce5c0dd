package io.revproc.proxy.forward;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.revproc.proxy.route.PolicyLoad;

/**
 * The memory of messages that are kept after the turn they came in: they wait, or their connection is not there yet, or they may be sent
 * again. Bounded over all event loops; one policy may have half of it. Past the bound a message that would have to be kept is refused.
 * Thread-safe.
 */
public final class KeptMessages {
    /** Messages of this size and smaller are not counted, since their number is limited for each policy. */
    static final int SMALL = 4 * 1024;

    private final long max;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final ConcurrentHashMap<PolicyLoad, Long> perPolicy = new ConcurrentHashMap<>();

    /**
     * @param max     the most bytes
     * @param largest the largest message: two of them fit, whatever the bound
     */
    public KeptMessages(long max, int largest) {
        this.max = Math.max(max, 2L * largest);
    }

    /** Returns the most bytes. */
    public long max() {
        return max;
    }

    /** Returns the bytes that are kept now. */
    public long bytes() {
        return bytes.get();
    }

    /** Returns how many messages were refused since there was no room. */
    public long refused() {
        return refused.get();
    }

    boolean hasRoom(PolicyLoad policy, int size) {
        return size <= SMALL
                || bytes.get() + size <= max && perPolicy.getOrDefault(policy, 0L) + size <= max / 2;
    }

    void countRefused() {
        refused.getAndIncrement();
    }

    /** Keeps a copy of the message's bytes, unless there is one. */
    void keep(Exchange exchange, byte[] bytes, int from, int to) {
        if (exchange.message == null) {
            exchange.message = Arrays.copyOfRange(bytes, from, to);
            add(exchange.routes.load(), exchange.size);
        }
    }

    /** Drops the copy of the message's bytes, if there is one. */
    void drop(Exchange exchange) {
        if (exchange.message != null) {
            exchange.message = null;
            remove(exchange.routes.load(), exchange.size);
        }
    }

    void add(PolicyLoad policy, int size) {
        change(policy, size);
    }

    void remove(PolicyLoad policy, int size) {
        change(policy, -size);
    }

    private void change(PolicyLoad policy, long more) {
        if (Math.abs(more) > SMALL) {
            bytes.addAndGet(more);
            perPolicy.merge(policy, more, (a, b) -> a + b == 0 ? null : Long.valueOf(a + b));
        }
    }
}
