package io.revproc.proxy.forward;

import java.util.Arrays;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The messages that a multiplexed connection has in flight, by the {@code msgId} they were sent with. An id names a slot and
 * how often it was used, so that an answer that comes twice, or for somebody else's message, finds nothing. Not thread-safe.
 */
final class SlotTable {
    /** The most messages in flight, those given up by the proxy and not yet answered included. */
    static final int MAX_SLOTS = 1 << 16;

    /** Returned by {@link #find}: nothing of that id is in flight. */
    static final int UNKNOWN = -1;

    private static final int SLOT_BITS = 16;
    private static final long LAST_USE = 1L << 52 - SLOT_BITS;

    private @Nullable Exchange[] exchanges = new Exchange[16];
    /** The id of the message in the slot; negative: the slot is free, and this was its last id, negated. */
    private long[] ids = new long[16];
    private int[] free = new int[16];
    private int freeCount;
    private int used;

    /** Gives a message a slot, and returns its id; -1 if all are taken. */
    long put(Exchange exchange) {
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else if (used < MAX_SLOTS) {
            if (used == ids.length) {
                exchanges = Arrays.copyOf(exchanges, 2 * used);
                ids = Arrays.copyOf(ids, 2 * used);
                free = Arrays.copyOf(free, 2 * used);
            }
            slot = used++;
        } else {
            return -1;
        }
        long use = (-ids[slot] >>> SLOT_BITS) + 1;
        long id = (use < LAST_USE ? use : 1) << SLOT_BITS | slot;
        ids[slot] = id;
        exchanges[slot] = exchange;
        exchange.slot = slot;
        return id;
    }

    /** Returns the slot of an id that is in flight, or {@link #UNKNOWN}. */
    int find(long id) {
        int slot = (int) (id & MAX_SLOTS - 1);
        return slot < used && id > 0 && ids[slot] == id ? slot : UNKNOWN;
    }

    /** Frees the slot. Null if its message was given up. */
    @Nullable
    Exchange free(int slot) {
        Exchange exchange = exchanges[slot];
        exchanges[slot] = null;
        ids[slot] = -ids[slot];
        free[freeCount++] = slot;
        return exchange;
    }

    /** Gives a message up: its id stays taken until the answer comes, or the connection ends. */
    void giveUp(Exchange exchange) {
        exchanges[exchange.slot] = null;
    }

    /** Returns how many slots are taken, those given up included. */
    int inUse() {
        return used - freeCount;
    }

    /** Frees all, oldest slot first, and reports the messages that were not given up. */
    void clear(Consumer<Exchange> lost) {
        for (int slot = 0; slot < used; slot++) {
            if (ids[slot] > 0) {
                Exchange exchange = free(slot);
                if (exchange != null) {
                    lost.accept(exchange);
                }
            }
        }
    }
}
