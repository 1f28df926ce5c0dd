package io.revproc.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight bytes as one number, the first one lowest: for looking at eight bytes at once. */
final class Words {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** A one in each byte. */
    static final long ONES = 0x0101010101010101L;
    /** The highest bit of each byte. */
    static final long HIGH = 0x8080808080808080L;
    /** The bit of each byte that makes a letter small. */
    static final long SMALL = 0x2020202020202020L;

    private Words() {}

    /** Up to eight ASCII characters of the text, from {@code from} on. */
    static long of(String text, int from) {
        long word = 0;
        for (int i = from; i < Math.min(text.length(), from + 8); i++) {
            word |= (long) text.charAt(i) << 8 * (i - from);
        }
        return word;
    }
}
