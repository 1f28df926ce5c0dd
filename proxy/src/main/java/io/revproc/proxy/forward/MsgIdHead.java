package io.revproc.proxy.forward;

import java.nio.charset.StandardCharsets;

/** Writes the {@code msgId} that opens a message on a kept connection, and reads it back from its answer. Not thread-safe. */
final class MsgIdHead {
    private static final byte[] OPENING = "{\"msgId\": ".getBytes(StandardCharsets.US_ASCII);
    /** A long has at most 19 digits, and up to 18 of them are read back. */
    private static final int MAX_DIGITS = 18;

    /** Where each head ends. */
    static final int END = OPENING.length + 22;

    private final byte[] bytes = new byte[END];

    MsgIdHead() {
        bytes[END - 2] = ',';
        bytes[END - 1] = ' ';
    }

    /** Returns the array that {@link #write} writes into. */
    byte[] bytes() {
        return bytes;
    }

    /**
     * Writes opening brace, id and comma, up to {@link #END}; returns where they begin.
     *
     * @param id positive
     */
    int write(long id) {
        int at = END - 2;
        for (long rest = id; rest > 0; rest /= 10) {
            bytes[--at] = (byte) ('0' + rest % 10);
        }
        at -= OPENING.length;
        System.arraycopy(OPENING, 0, bytes, at, OPENING.length);
        return at;
    }

    /**
     * Returns the number in these bytes; -1 if it is none of ours.
     *
     * @param from negative if there is none
     */
    static long number(byte[] bytes, int from, int to) {
        if (from < 0 || to - from > MAX_DIGITS) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value;
    }
}
