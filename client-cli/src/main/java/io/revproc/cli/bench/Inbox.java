package io.revproc.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads answers, many in one go, into buffers that all connections of a thread share. Not thread-safe. */
final class Inbox {
    /** Instead of a number of answers. */
    static final int CLOSED = -1;
    static final int GARBAGE = -2;

    private static final int SIZE = 256 * 1024;

    private final AnswerMatcher matcher;
    private final Tally tally;
    private final ByteBuffer in = ByteBuffer.allocateDirect(SIZE);
    private final byte[] bytes = new byte[SIZE];

    Inbox(PreparedMessages prepared, Verify verify, Tally tally) {
        this.matcher = new AnswerMatcher(prepared, verify);
        this.tally = tally;
    }

    /** Reads once and counts. @return how many answers, {@link #CLOSED} or {@link #GARBAGE} */
    int read(Connection connection) throws IOException {
        int n = connection.read(in, bytes);
        if (n < 0) {
            return CLOSED;
        }
        long now = System.nanoTime();
        int answers = 0;
        int at = skipSpace(0, n);
        while (at < n) {
            if (connection.inFlight() == 0) {
                return GARBAGE;
            }
            int end = matcher.match(connection.oldestMessage(), bytes, at, n);
            if (end == AnswerMatcher.INCOMPLETE) {
                break;
            }
            if (end == AnswerMatcher.GARBAGE) {
                return GARBAGE;
            }
            String error = matcher.error();
            if (error == null) {
                tally.answered(connection.oldestDue(), now);
            } else {
                tally.failed(error, 1, connection.oldestDue(), now);
            }
            connection.answered();
            answers++;
            at = skipSpace(end, n);
        }
        return connection.keep(bytes, at, n) ? answers : GARBAGE;
    }

    private int skipSpace(int from, int to) {
        int at = from;
        while (at < to && bytes[at] <= ' ') {
            at++;
        }
        return at;
    }
}
