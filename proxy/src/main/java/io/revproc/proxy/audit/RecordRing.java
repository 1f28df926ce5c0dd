package io.revproc.proxy.audit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.util.Arrays;

import io.revproc.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What an event loop has to be recorded, on its way to the writer: a bounded ring with one putting and one taking thread, which
 * takes no lock and allocates nothing after it was made.
 */
final class RecordRing {
    private static final int WORDS = 8;
    private static final int REFS = 4;
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
        void take(long millis, int micros, int outcome, int size, long digest0, long digest1, long digest2,
                long digest3, InetSocketAddress client, Endpoint endpoint, byte @Nullable [] clientCertificate,
                @Nullable PendingReceipt receipt);
    }

    private final int capacity;
    private final int mask;
    private final long[] words;
    private final @Nullable Object[] refs;
    /** Written by the taking thread. */
    private long head;
    /** Written by the putting thread. */
    private long tail;
    /** What the putting thread knows of the head. */
    private long headSeen;

    /** @param atLeast records; rounded up to a power of two */
    RecordRing(int atLeast) {
        capacity = Math.max(2, Integer.highestOneBit(atLeast - 1) << 1);
        mask = capacity - 1;
        words = new long[WORDS * capacity];
        refs = new Object[REFS * capacity];
    }

    int capacity() {
        return capacity;
    }

    /** For the putting thread: whether so many records and one more would find room. */
    boolean hasRoom(int others) {
        if (tail - headSeen + others < capacity) {
            return true;
        }
        headSeen = (long) HEAD.getAcquire(this);
        return tail - headSeen + others < capacity;
    }

    /** For the putting thread: whether more than so many wait. */
    boolean waitMoreThan(int records) {
        if (tail - headSeen <= records) {
            return false;
        }
        headSeen = (long) HEAD.getAcquire(this);
        return tail - headSeen > records;
    }

    /** @return false if there is no room */
    boolean put(long millis, int micros, int outcome, int size, long digest0, long digest1, long digest2, long digest3,
            InetSocketAddress client, Endpoint endpoint, byte @Nullable [] clientCertificate,
            @Nullable PendingReceipt receipt) {
        if (!hasRoom(0)) {
            return false;
        }
        int slot = (int) tail & mask;
        int w = slot * WORDS;
        long[] into = words;
        into[w] = millis;
        into[w + 1] = micros;
        into[w + 2] = outcome;
        into[w + 3] = size;
        into[w + 4] = digest0;
        into[w + 5] = digest1;
        into[w + 6] = digest2;
        into[w + 7] = digest3;
        int r = slot * REFS;
        refs[r] = client;
        refs[r + 1] = endpoint;
        if (clientCertificate != null) {
            refs[r + 2] = clientCertificate;
        }
        if (receipt != null) {
            refs[r + 3] = receipt;
        }
        TAIL.setRelease(this, tail + 1);
        return true;
    }

    /** How many wait, about; for any thread. */
    int size() {
        long taken = (long) HEAD.getAcquire(this);
        return (int) Math.clamp((long) TAIL.getAcquire(this) - taken, 0, capacity);
    }

    /** For the taking thread. */
    boolean isEmpty() {
        return (long) TAIL.getAcquire(this) == head;
    }

    /** For the taking thread: takes at most so many. @return how many */
    int take(int most, Taker taker) {
        long at = head;
        int n = (int) Math.min((long) TAIL.getAcquire(this) - at, most);
        for (int i = 0; i < n; i++, at++) {
            int slot = (int) at & mask;
            int w = slot * WORDS;
            int r = slot * REFS;
            taker.take(words[w], (int) words[w + 1], (int) words[w + 2], (int) words[w + 3], words[w + 4],
                    words[w + 5], words[w + 6], words[w + 7], (InetSocketAddress) present(refs[r]),
                    (Endpoint) present(refs[r + 1]), (byte[]) refs[r + 2], (PendingReceipt) refs[r + 3]);
            // a server that has left must not be held by what was recorded of it
            Arrays.fill(refs, r, r + REFS, null);
        }
        HEAD.setRelease(this, at);
        return n;
    }

    private static Object present(@Nullable Object ref) {
        if (ref == null) {
            throw new IllegalStateException("a record has a client and an endpoint");
        }
        return ref;
    }
}
