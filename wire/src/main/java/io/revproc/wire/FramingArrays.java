package io.revproc.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * Large arrays that the framers of one thread lend each other, so that a message of several reads needs no new ones: making and
 * clearing them cost as much as checking what is put into them. Small ones are not kept, they are cheaper new. Not thread-safe.
 */
public final class FramingArrays {
    /** Smaller arrays are not kept. */
    static final int SMALLEST = 16 * 1024;

    private final long maxBytes;
    private final List<byte[]> free = new ArrayList<>();
    private long bytes;

    /** @param maxBytes how many bytes are kept at most; 0: none */
    public FramingArrays(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** An array of at least this size; what is in it is of no meaning. */
    byte[] take(int size) {
        if (size >= SMALLEST / 2) {
            // The largest: a message that has begun grows.
            int best = -1;
            for (int i = free.size() - 1; i >= 0; i--) {
                if (free.get(i).length >= size && (best < 0 || free.get(i).length > free.get(best).length)) {
                    best = i;
                }
            }
            if (best >= 0) {
                byte[] array = free.remove(best);
                bytes -= array.length;
                return array;
            }
        }
        return new byte[size];
    }

    /** The array is not used any more by the one who took it. */
    void giveBack(byte[] array) {
        if (array.length >= SMALLEST && bytes + array.length <= maxBytes) {
            free.add(array);
            bytes += array.length;
        }
    }

    /** Returns how many bytes are kept now. */
    long bytes() {
        return bytes;
    }
}
