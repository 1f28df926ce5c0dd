package io.revproc.proxy.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Numbers that one thread counts up and any thread reads. Counting costs a plain load and store: no lock, no atomic operation.
 * A reader sees each number whole, and soon.
 */
final class Counters {
    private static final VarHandle AT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] values;

    Counters(int length) {
        values = new long[length];
    }

    /** Adds to a counter; for the one thread that counts. */
    void add(int index, long more) {
        AT.setOpaque(values, index, values[index] + more);
    }

    long get(int index) {
        return (long) AT.getOpaque(values, index);
    }

    void addTo(long[] sums) {
        for (int i = 0; i < values.length; i++) {
            sums[i] += get(i);
        }
    }
}
