package io.revproc.proxy.audit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Objects;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * Carries an event loop's deliveries to the record's writer: a bounded ring with one putting and one taking thread, which
 * takes no lock. Its memory is allocated part by part, as the putting thread first reaches it: a proxy that has no traffic needs none of it.
 */
final class RecordRing {
    private static final int WORDS = 9;
    private static final int REFS = 5;
    /** Records that are allocated together: 2 to the power of this. */
    private static final int PART_BITS = 10;
    private static final int IN_PART = (1 << PART_BITS) - 1;
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(RecordRing.class, "head", long.class);
            TAIL = lookup.findVarHandle(RecordRing.class, "tail", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Takes the records one by one. */
    interface Taker {
        /** @param record valid for the call */
        void take(Delivered record);
    }

    /** Some of the places, which are allocated together. */
    private static final class Part {
        private final long[] words;
        private final @Nullable Object[] refs;

        Part(int records) {
            words = new long[WORDS * records];
            refs = new Object[REFS * records];
        }
    }

    private final int capacity;
    private final int mask;
    /** Written by the putting thread, before the tail that shows them. */
    private final @Nullable Part[] parts;
    /** The taking thread's. */
    private final Delivered record = new Delivered();
    /** Written by the taking thread. */
    private long head;
    /** Written by the putting thread. */
    private long tail;
    /** The putting thread's copy of the head. */
    private long headSeen;

    /** @param atLeast records; rounded up to a power of two */
    RecordRing(int atLeast) {
        capacity = Math.max(2, Integer.highestOneBit(atLeast - 1) << 1);
        mask = capacity - 1;
        parts = new Part[Math.max(1, capacity >> PART_BITS)];
    }

    int capacity() {
        return capacity;
    }

    /**
     * Returns whether so many records and one more would find room, which is then allocated: a message that is admitted must not fail
     * for want of memory once it was sent. For the putting thread.
     */
    boolean hasRoom(int others) {
        if (tail - headSeen + others >= capacity) {
            headSeen = (long) HEAD.getAcquire(this);
            if (tail - headSeen + others >= capacity) {
                return false;
            }
        }
        int part = slot(tail + others) >> PART_BITS;
        if (parts[part] == null) {
            parts[part] = new Part(Math.min(capacity, 1 << PART_BITS));
        }
        return true;
    }

    private int slot(long at) {
        return (int) at & mask;
    }

    private Part part(int slot) {
        return Objects.requireNonNull(parts[slot >> PART_BITS], "there was room for it");
    }

    /** Returns whether more than so many records wait; for the putting thread. */
    boolean waitMoreThan(int records) {
        if (tail - headSeen <= records) {
            return false;
        }
        headSeen = (long) HEAD.getAcquire(this);
        return tail - headSeen > records;
    }

    /** Copies a record into the ring. @return false if there is no room */
    boolean put(Delivered record) {
        if (!hasRoom(0)) {
            return false;
        }
        int slot = slot(tail);
        Part part = part(slot);
        long[] into = part.words;
        @Nullable
        Object[] refs = part.refs;
        int w = (slot & IN_PART) * WORDS;
        into[w] = record.millis;
        into[w + 1] = record.micros;
        into[w + 2] = record.outcome;
        into[w + 3] = record.size;
        into[w + 4] = record.digest0;
        into[w + 5] = record.digest1;
        into[w + 6] = record.digest2;
        into[w + 7] = record.digest3;
        into[w + 8] = record.nonce;
        int r = (slot & IN_PART) * REFS;
        refs[r] = record.client;
        refs[r + 1] = record.endpoint;
        if (record.clientCertificate != null) {
            refs[r + 2] = record.clientCertificate;
        }
        if (record.receipt != null) {
            refs[r + 3] = record.receipt;
        }
        if (record.asked != null) {
            refs[r + 4] = record.asked;
        }
        TAIL.setRelease(this, tail + 1);
        return true;
    }

    /** Returns how many wait, about; for any thread. */
    int size() {
        long taken = (long) HEAD.getAcquire(this);
        return Math.clamp((long) TAIL.getAcquire(this) - taken, 0, capacity);
    }

    /** For the taking thread. */
    boolean isEmpty() {
        return (long) TAIL.getAcquire(this) == head;
    }

    /** Takes at most so many records; for the taking thread. @return how many */
    int take(int most, Taker taker) {
        long at = head;
        int n = (int) Math.min((long) TAIL.getAcquire(this) - at, most);
        for (int i = 0; i < n; i++, at++) {
            int slot = slot(at);
            Part part = part(slot);
            long[] words = part.words;
            @Nullable
            Object[] refs = part.refs;
            int w = (slot & IN_PART) * WORDS;
            int r = (slot & IN_PART) * REFS;
            record.millis = words[w];
            record.micros = (int) words[w + 1];
            record.outcome = (int) words[w + 2];
            record.size = (int) words[w + 3];
            record.digest0 = words[w + 4];
            record.digest1 = words[w + 5];
            record.digest2 = words[w + 6];
            record.digest3 = words[w + 7];
            record.nonce = words[w + 8];
            record.client = (InetSocketAddress) refs[r];
            record.endpoint = (Endpoint) refs[r + 1];
            record.clientCertificate = (byte[]) refs[r + 2];
            record.receipt = (PendingReceipt) refs[r + 3];
            record.asked = (Ident) refs[r + 4];
            taker.take(record);
            // a server that has left must not be held by what was recorded of it
            Arrays.fill(refs, r, r + REFS, null);
        }
        record.clear();
        HEAD.setRelease(this, at);
        return n;
    }
}
