package io.revproc.proxy.forward;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Puts receipts into answers. The answer was framed and checked before: it is an object, its last byte closes it, and it has no receipt
 * of the server's own making.
 */
final class Receipts {
    private static final byte[] KEY = ", \"receipt\": \"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\"}".getBytes(StandardCharsets.US_ASCII);

    private Receipts() {}

    /** The answer without what is cut out of it. */
    static byte[] copyForReceipt(byte[] bytes, int from, int to, int cutStart, int cutEnd) {
        byte[] copy = new byte[to - from - (cutEnd - cutStart)];
        System.arraycopy(bytes, from, copy, 0, cutStart - from);
        System.arraycopy(bytes, cutEnd, copy, cutStart - from, to - cutEnd);
        return copy;
    }

    /** The answer with the receipt as its last member. */
    static byte[] with(byte[] answer, byte @Nullable [] receipt) {
        if (receipt == null) {
            return answer;
        }
        int rest = answer.length - 1;
        byte[] with = new byte[rest + KEY.length + receipt.length + END.length];
        System.arraycopy(answer, 0, with, 0, rest);
        System.arraycopy(KEY, 0, with, rest, KEY.length);
        System.arraycopy(receipt, 0, with, rest + KEY.length, receipt.length);
        System.arraycopy(END, 0, with, rest + KEY.length + receipt.length, END.length);
        return with;
    }
}
