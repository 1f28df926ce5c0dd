package io.revproc.proxy.trace;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

/**
 * Where a message stands in its trace, as W3C's {@code traceparent} says it: version 00, and what later versions have in common
 * with it. Immutable.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId  16 hexadecimal digits
 * @param sampled whether somebody before us records this trace
 */
record TraceParent(String traceId, String spanId, boolean sampled) {
    private static final int LENGTH = 55;
    private static final int FLAGS_AT = 53;

    /** Reads a {@code traceparent}; null if it is none, which W3C says to treat as if it were not there. */
    static @Nullable TraceParent read(byte[] bytes, int from, int to) {
        if (to - from < LENGTH || bytes[from + 2] != '-' || bytes[from + 35] != '-' || bytes[from + 52] != '-'
                || !hex(bytes, from, from + 2) || !hex(bytes, from + 3, from + 35)
                || !hex(bytes, from + 36, from + 52) || !hex(bytes, from + FLAGS_AT, from + LENGTH)) {
            return null;
        }
        boolean version0 = bytes[from] == '0' && bytes[from + 1] == '0';
        boolean versionFf = bytes[from] == 'f' && bytes[from + 1] == 'f';
        boolean longer = to - from > LENGTH;
        if (versionFf || longer && (version0 || bytes[from + LENGTH] != '-') || zero(bytes, from + 3, from + 35)
                || zero(bytes, from + 36, from + 52)) {
            return null;
        }
        String text = new String(bytes, from, LENGTH, StandardCharsets.US_ASCII);
        return new TraceParent(text.substring(3, 35), text.substring(36, 52),
                (HexFormat.fromHexDigits(text, FLAGS_AT, LENGTH) & 1) != 0);
    }

    private static boolean hex(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            boolean digit = bytes[i] >= '0' && bytes[i] <= '9' || bytes[i] >= 'a' && bytes[i] <= 'f';
            if (!digit) {
                return false;
            }
        }
        return true;
    }

    private static boolean zero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != '0') {
                return false;
            }
        }
        return true;
    }
}
