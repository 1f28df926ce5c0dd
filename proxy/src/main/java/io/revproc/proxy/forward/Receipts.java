package io.revproc.proxy.forward;

/**
 * Puts receipts into answers. The answer was framed and checked before: it is an object, its last byte closes it, and it has no receipt
 * of the server's own making.
 */
final class Receipts {
    private static final byte[] COMMA = {',', ' '};

    private Receipts() {}

    /** Returns the answer without what is cut out of it. */
    static byte[] copyForReceipt(byte[] bytes, int from, int to, int cutStart, int cutEnd) {
        byte[] copy = new byte[to - from - (cutEnd - cutStart)];
        System.arraycopy(bytes, from, copy, 0, cutStart - from);
        System.arraycopy(bytes, cutEnd, copy, cutStart - from, to - cutEnd);
        return copy;
    }

    /**
     * Returns the answer with one more member at its end.
     *
     * @param member the receipt, or why there is none
     */
    static byte[] with(byte[] answer, byte[] member) {
        int rest = answer.length - 1;
        byte[] with = new byte[rest + COMMA.length + member.length + 1];
        System.arraycopy(answer, 0, with, 0, rest);
        System.arraycopy(COMMA, 0, with, rest, COMMA.length);
        System.arraycopy(member, 0, with, rest + COMMA.length, member.length);
        with[with.length - 1] = '}';
        return with;
    }
}
