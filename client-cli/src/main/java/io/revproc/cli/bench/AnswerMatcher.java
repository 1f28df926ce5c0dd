package io.revproc.cli.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Decides what the next answer in a buffer is. Answers to the same prepared message are the same bytes as long as the same
 * server gives them, so that one comparison of bytes finds its end and checks its payload; what is met for the first time is read
 * the long way. Not thread-safe.
 */
final class AnswerMatcher {
    /** Instead of an end. */
    static final int INCOMPLETE = -1;
    static final int GARBAGE = -2;

    /** Servers of a policy whose answers are remembered. */
    private static final int REMEMBERED = 8;
    private static final byte[] ERROR = "\"Error\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CODE = "\"code\"".getBytes(StandardCharsets.US_ASCII);

    private final PreparedMessages prepared;
    private final byte[][][] known;
    private final String wrong;
    private @Nullable String error;

    AnswerMatcher(PreparedMessages prepared, Verify verify) {
        this.prepared = prepared;
        this.wrong = verify == Verify.SHA1 ? "HASH" : "REPLY";
        this.known = new byte[prepared.size()][0][];
    }

    /**
     * The end of the answer that begins at {@code from}, {@link #INCOMPLETE} or {@link #GARBAGE}. Then {@link #error()} says
     * what was wrong with it.
     *
     * @param message the prepared message that it must belong to
     */
    int match(int message, byte[] bytes, int from, int to) {
        error = null;
        for (byte[] candidate : known[message]) {
            int end = from + candidate.length;
            if (end <= to && Arrays.mismatch(bytes, from, end, candidate, 0, candidate.length) < 0) {
                return end;
            }
        }
        return read(message, bytes, from, to);
    }

    /** Returns what was wrong with the last answer; null if it is right. */
    @Nullable
    String error() {
        return error;
    }

    private int read(int message, byte[] bytes, int from, int to) {
        int end = end(bytes, from, to);
        if (end < 0) {
            return end;
        }
        if (find(bytes, from, Math.min(end, from + ERROR.length + 2), ERROR) >= 0) {
            error = code(bytes, from, end);
        } else if (find(bytes, from, end, prepared.expected[message]) < 0) {
            error = wrong;
        } else {
            remember(message, Arrays.copyOfRange(bytes, from, end));
        }
        return end;
    }

    private void remember(int message, byte[] answer) {
        int n = known[message].length;
        if (n < REMEMBERED) {
            byte[][] more = Arrays.copyOf(known[message], n + 1);
            more[n] = answer;
            known[message] = more;
        }
    }

    /** Returns where the object that begins at {@code from} ends. */
    static int end(byte[] bytes, int from, int to) {
        if (from < to && bytes[from] != '{') {
            return GARBAGE;
        }
        int depth = 0;
        boolean string = false;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (string) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    string = false;
                }
            } else if (b == '"') {
                string = true;
            } else if (b == '{') {
                depth++;
            } else if (b == '}' && --depth == 0) {
                return i + 1;
            }
        }
        return INCOMPLETE;
    }

    private static String code(byte[] bytes, int from, int to) {
        int at = find(bytes, from, to, CODE);
        if (at >= 0) {
            String rest = new String(bytes, at + CODE.length, to - at - CODE.length, StandardCharsets.UTF_8);
            String[] parts = rest.split("\"", 3);
            if (parts.length > 1 && parts[1].matches("[A-Z0-9_]{1,40}")) {
                return parts[1];
            }
        }
        return "REFUSED";
    }

    private static int find(byte[] bytes, int from, int to, byte[] what) {
        if (what.length == 0) {
            return from;
        }
        for (int i = from; i <= to - what.length; i++) {
            if (bytes[i] == what[0]
                    && Arrays.mismatch(bytes, i, i + what.length, what, 0, what.length) < 0) {
                return i;
            }
        }
        return -1;
    }
}
