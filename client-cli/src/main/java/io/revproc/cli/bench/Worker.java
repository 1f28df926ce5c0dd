package io.revproc.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/** One thread of the load generator with its share of the connections. */
final class Worker {
    private static final long TICK_NANOS = 50_000_000;
    private static final long TICK_MILLIS = 50;
    /** After a failure; a busy loop of failing connects would measure nothing and take the time of everybody. */
    private static final long BACK_OFF_NANOS = 100_000_000;

    private final Connection[] connections;
    private final PreparedMessages prepared;
    private final AnswerMatcher matcher;
    private final Tally tally;
    private final boolean keep;
    private final int depth;
    /** Nanoseconds from one message to the next; 0: closed loop. */
    private final double interval;
    private final long timeout;
    private final long limit;
    private final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
    private final ByteBuffer out = ByteBuffer.allocateDirect(256 * 1024);
    private final byte[] bytes = new byte[256 * 1024];

    private final Selector selector;
    private int next;
    private int turn;
    private long sent;

    /**
     * @param share    of the plan's rate and messages that is this worker's, 0 to 1
     * @param messages end after this many; 0: no such end
     */
    Worker(LoadPlan plan, double share, long messages, List<Connection> connections, PreparedMessages prepared,
            Tally tally,
            int first) throws IOException {
        this.connections = connections.toArray(Connection[]::new);
        this.prepared = prepared;
        this.matcher = new AnswerMatcher(prepared);
        this.tally = tally;
        this.keep = plan.keep();
        this.depth = plan.depth();
        this.interval = plan.rate() > 0 ? 1e9 / (plan.rate() * share) : 0;
        this.timeout = plan.timeout().toNanos();
        this.limit = messages == 0 ? Long.MAX_VALUE : messages;
        this.next = first % prepared.size();
        this.selector = Selector.open();
    }

    void run(long start, long end) throws IOException {
        Consumer<SelectionKey> ready = this::ready;
        long tick = start;
        try (selector) {
            for (long now = start; goesOn(start, now, end); now = System.nanoTime()) {
                if (now - tick >= 0) {
                    tick(now);
                    tick = now + TICK_NANOS;
                }
                if (interval > 0) {
                    sendWhatIsDue(start, now, end);
                    // Sleeping would be late by more than what is measured; others on this core may go first.
                    if (selector.selectNow(ready) == 0) {
                        Thread.yield();
                    }
                } else {
                    selector.select(ready, TICK_MILLIS);
                }
            }
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }

    /** An open loop waits for the answers to all that was due: to leave the slow ones out would flatter. */
    private boolean goesOn(long start, long now, long end) {
        if (tally.done >= limit) {
            return false;
        }
        if (end - now > 0) {
            return true;
        }
        if (interval == 0 || now - end > timeout + TICK_NANOS * 2) {
            return false;
        }
        boolean allSent = sent >= limit || start + (long) (sent * interval) - end >= 0;
        return !allSent || Arrays.stream(connections).anyMatch(connection -> connection.inFlight() > 0);
    }

    /** Opens what is closed and gives up what waits for too long. */
    private void tick(long now) {
        for (Connection connection : connections) {
            if (connection.inFlight() > 0 && now - connection.oldestDue() > timeout) {
                fail(connection, "TIMEOUT", now);
            }
            boolean wanted = keep || interval == 0 && sent < limit;
            if (wanted && !connection.isOpen() && now - connection.notBefore >= 0) {
                if (!keep) {
                    enqueue(connection, now);
                }
                open(connection, now);
            }
        }
    }

    private void open(Connection connection, long now) {
        try {
            if (connection.open(selector)) {
                opened(connection, now);
            }
        } catch (IOException e) {
            fail(connection, "CONNECT", now);
        }
    }

    private void opened(Connection connection, long now) throws IOException {
        tally.opened++;
        if (keep && interval == 0) {
            while (connection.hasRoom() && sent < limit) {
                enqueue(connection, now);
            }
        }
        connection.flush(out);
    }

    private void enqueue(Connection connection, long due) {
        connection.enqueue(next, due);
        sent++;
        next = next + 1 == prepared.size() ? 0 : next + 1;
    }

    /** A message that found no room is due all the same, and its latency counts from there. */
    private void sendWhatIsDue(long start, long now, long end) {
        int touchedFrom = turn;
        int touched = 0;
        while (sent < limit) {
            long due = start + (long) (sent * interval);
            if (due - now > 0 || due - end >= 0) {
                break;
            }
            Connection connection = free(now);
            if (connection == null) {
                break;
            }
            enqueue(connection, due);
            touched = Math.min(touched + 1, connections.length);
            if (!connection.isOpen()) {
                open(connection, now);
            } else if (depth == 1) {
                flush(connection, now);
            }
        }
        for (int i = 0; depth > 1 && i < connections.length && touched > 0; i++) {
            Connection connection = connections[(touchedFrom + i) % connections.length];
            flush(connection, now);
        }
    }

    private @Nullable Connection free(long now) {
        for (int i = 0; i < connections.length; i++) {
            Connection connection = connections[turn];
            turn = turn + 1 == connections.length ? 0 : turn + 1;
            boolean usable = keep
                    ? connection.isConnected()
                    : connection.inFlight() == 0 && now - connection.notBefore >= 0;
            if (usable && connection.hasRoom()) {
                return connection;
            }
        }
        return null;
    }

    private void flush(Connection connection, long now) {
        try {
            connection.flush(out);
        } catch (IOException e) {
            fail(connection, "CLOSED", now);
        }
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        if (!key.isValid()) {
            return;
        }
        try {
            if (!connection.isConnected()) {
                if (connection.finishOpening()) {
                    opened(connection, System.nanoTime());
                }
                return;
            }
            if (key.isReadable()) {
                read(connection);
            }
            if (key.isValid() && key.isWritable()) {
                connection.flush(out);
            }
        } catch (IOException e) {
            fail(connection, connection.isConnected() ? "CLOSED" : "CONNECT", System.nanoTime());
        }
    }

    private void read(Connection connection) throws IOException {
        int n = connection.read(in, bytes);
        long now = System.nanoTime();
        if (n < 0) {
            fail(connection, "CLOSED", now);
            return;
        }
        int at = skipSpace(0, n);
        int answers = 0;
        while (at < n) {
            int end = connection.inFlight() == 0
                    ? AnswerMatcher.GARBAGE
                    : matcher.match(connection.oldestMessage(), bytes, at, n);
            if (end == AnswerMatcher.INCOMPLETE) {
                break;
            }
            if (end == AnswerMatcher.GARBAGE) {
                fail(connection, "GARBAGE", now);
                return;
            }
            if (matcher.error() == null) {
                tally.answered(connection.oldestDue(), now);
            } else {
                tally.failed(matcher.error(), 1, interval > 0 ? connection.oldestDue() : now);
            }
            connection.answered();
            answers++;
            at = skipSpace(end, n);
        }
        if (!connection.keep(bytes, at, n)) {
            fail(connection, "GARBAGE", now);
            return;
        }
        proceed(connection, answers, now);
    }

    private void proceed(Connection connection, int answers, long now) throws IOException {
        if (!keep) {
            if (answers > 0) {
                connection.close();
                if (interval == 0 && sent < limit) {
                    enqueue(connection, now);
                    open(connection, now);
                }
            }
        } else if (interval == 0) {
            for (int i = 0; i < answers && sent < limit; i++) {
                enqueue(connection, now);
            }
            connection.flush(out);
        }
    }

    private int skipSpace(int from, int to) {
        int at = from;
        while (at < to && bytes[at] <= ' ') {
            at++;
        }
        return at;
    }

    private void fail(Connection connection, String error, long now) {
        int lost = connection.inFlight();
        // A kept connection that the peer ended while nothing was under way has cost no message.
        tally.failed(error, lost == 0 && !error.equals("CONNECT") ? 0 : Math.max(1, lost),
                interval > 0 && lost > 0 ? connection.oldestDue() : now);
        connection.close();
        connection.notBefore = now + BACK_OFF_NANOS;
    }
}
