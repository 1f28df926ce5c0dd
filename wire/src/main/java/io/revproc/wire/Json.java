package io.revproc.wire;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Reads a value that {@link MessageScanner} has found to be well-formed: its kind, its number, its characters.
 * Allocates nothing. Thread-safe.
 */
final class Json {
    /** The kinds of a value. A string without escapes, and one with them. */
    static final int STRING = 1;
    static final int ESCAPED = 2;
    /** A number without point and exponent, and one with them. */
    static final int WHOLE = 3;
    static final int DECIMAL = 4;
    static final int TRUE = 5;
    static final int FALSE = 6;
    static final int NULL = 7;
    /** An object or array. */
    static final int NESTED = 8;

    /** The most digits of a whole number that every JSON parser reads as the same number. */
    static final int MAX_DIGITS = 15;
    /** The most characters of a number: some parsers fail on longer ones. */
    static final int MAX_NUMBER = 1_000;
    static final long NO_NUMBER = Long.MIN_VALUE;

    /** The digits of the least whole number that is rounded to infinity as a double: 2^1024 less half of its last place. */
    private static final byte[] INFINITE = BigInteger.TWO.pow(1024).subtract(BigInteger.TWO.pow(970)).toString()
            .getBytes(StandardCharsets.US_ASCII);

    private Json() {}

    /**
     * The whole number in these bytes, {@link #NO_NUMBER} if they are none: at most {@value #MAX_DIGITS} digits, no leading
     * zero, no -0.
     */
    static long whole(byte[] in, int from, int to) {
        boolean negative = from < to && in[from] == '-';
        int digits = negative ? from + 1 : from;
        int length = to - digits;
        if (length < 1 || length > MAX_DIGITS || in[digits] == '0' && to - from > 1) {
            return NO_NUMBER;
        }
        long value = 0;
        for (int i = digits; i < to; i++) {
            int digit = in[i] - '0';
            if (digit < 0 || digit > 9) {
                return NO_NUMBER;
            }
            value = 10 * value + digit;
        }
        return negative ? -value : value;
    }

    /** Returns whether this JSON number is beyond what a double can hold. */
    static boolean isBeyondDouble(byte[] in, int from, int to) {
        int end = from;
        while (end < to && (in[end] | 0x20) != 'e') {
            end++;
        }
        int first = from;
        while (first < end && (in[first] < '1' || in[first] > '9')) {
            first++;
        }
        if (first == end) {
            return false;
        }
        int point = from;
        while (point < end && in[point] != '.') {
            point++;
        }
        // the power of ten of the first digit that is no zero
        long power = exponent(in, end + 1, to) + (first < point ? point - first - 1 : point - first);
        int most = INFINITE.length - 1;
        return power > most || power == most && isAtLeastInfinite(in, first, end);
    }

    /** The exponent behind the letter; one with more digits than a long holds counts as the largest that can matter. */
    private static long exponent(byte[] in, int from, int to) {
        if (from >= to) {
            return 0;
        }
        int at = in[from] == '-' || in[from] == '+' ? from + 1 : from;
        long value = 0;
        for (; at < to; at++) {
            value = Math.min(10 * value + in[at] - '0', Integer.MAX_VALUE);
        }
        return in[from] == '-' ? -value : value;
    }

    private static boolean isAtLeastInfinite(byte[] in, int first, int end) {
        int at = first;
        for (byte digit : INFINITE) {
            if (at < end && in[at] == '.') {
                at++;
            }
            int here = at < end ? in[at++] : '0';
            if (here != digit) {
                return here > digit;
            }
        }
        return true;
    }

    /** The characters (code points) of a string without its quotes; -1 if one of them is a control character. */
    static int characters(byte[] in, int from, int to) {
        return isPlain(in, from, to) ? to - from : count(in, from, to, false);
    }

    /** The bytes of a string without its quotes, written in UTF-8 without escapes. */
    static int bytes(byte[] in, int from, int to) {
        return count(in, from, to, true);
    }

    /** Returns whether there are only printable ASCII characters, none of them a backslash; eight at a time. */
    private static boolean isPlain(byte[] in, int from, int to) {
        int at = from;
        for (; at < to && at + 8 <= in.length; at += 8) {
            long v = (long) Words.LONG.get(in, at);
            long slash = v ^ 0x5c5c5c5c5c5c5c5cL;
            long odd = (v | (v & ~Words.HIGH) + Words.ONES | (slash - Words.ONES) & ~slash) & Words.HIGH;
            if (to - at < 8) {
                odd &= (1L << 8 * (to - at)) - 1;
            }
            if (odd != 0) {
                return false;
            }
        }
        for (; at < to; at++) {
            if (in[at] < 0 || in[at] == 0x7f || in[at] == '\\') {
                return false;
            }
        }
        return true;
    }

    private static int count(byte[] in, int from, int to, boolean bytes) {
        int count = 0;
        int at = from;
        while (at < to) {
            int codePoint = codePoint(in, at);
            if (!bytes && Character.isISOControl(codePoint)) {
                return -1;
            }
            count += !bytes || codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            at += length(in, at, codePoint);
        }
        return count;
    }

    /** The character that starts here, be it written as it is or as an escape. */
    static int codePoint(byte[] in, int at) {
        int lead = in[at];
        if (lead == '\\') {
            return switch (in[at + 1]) {
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> {
                    int unit = hex(in, at + 2);
                    yield Character.isHighSurrogate((char) unit)
                            ? Character.toCodePoint((char) unit, (char) hex(in, at + 8))
                            : unit;
                }
                default -> in[at + 1];
            };
        }
        if (lead >= 0) {
            return lead;
        }
        int length = Utf8.length(lead);
        int codePoint = lead & 0x7f >> length;
        for (int i = 1; i < length; i++) {
            codePoint = codePoint << 6 | in[at + i] & 0x3f;
        }
        return codePoint;
    }

    /** Returns how many bytes the character that starts here takes in the message. */
    static int length(byte[] in, int at, int codePoint) {
        int lead = in[at];
        if (lead == '\\') {
            return in[at + 1] != 'u' ? 2 : codePoint > 0xffff ? 12 : 6;
        }
        return lead >= 0 ? 1 : Utf8.length(lead);
    }

    static int hex(byte[] in, int at) {
        int unit = 0;
        for (int i = at; i < at + 4; i++) {
            unit = unit << 4 | Character.digit(in[i], 16);
        }
        return unit;
    }

    /**
     * Returns whether two ids, each a number or a string with its quotes, have the same text: 999 is "999", and an escape is what it
     * stands for.
     */
    static boolean sameText(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
        int i = a[aFrom] == '"' ? aFrom + 1 : aFrom;
        int iEnd = a[aFrom] == '"' ? aTo - 1 : aTo;
        int j = b[bFrom] == '"' ? bFrom + 1 : bFrom;
        int jEnd = b[bFrom] == '"' ? bTo - 1 : bTo;
        while (i < iEnd && j < jEnd) {
            if (a[i] == b[j] && a[i] >= 0 && a[i] != '\\') {
                i++;
                j++;
                continue;
            }
            int left = codePoint(a, i);
            int right = codePoint(b, j);
            if (left != right) {
                return false;
            }
            i += length(a, i, left);
            j += length(b, j, right);
        }
        return i == iEnd && j == jEnd;
    }
}
