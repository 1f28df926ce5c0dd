package io.revproc.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
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
    private final Schedule schedule;
    private final Inbox inbox;
    private final Tally tally;
    private final boolean keep;
    private final int depth;
    private final long timeout;
    private final ByteBuffer out = ByteBuffer.allocateDirect(256 * 1024);
    private final Selector selector;
    /** The connection whose turn it is. */
    private int turn;

    Worker(LoadPlan plan, Schedule schedule, List<Connection> connections, PreparedMessages prepared, Tally tally)
            throws IOException {
        this.connections = connections.toArray(Connection[]::new);
        this.schedule = schedule;
        this.inbox = new Inbox(prepared, plan.verify(), tally);
        this.tally = tally;
        this.keep = plan.keep();
        this.depth = plan.depth();
        this.timeout = plan.timeout().toNanos();
        this.selector = Selector.open();
    }

    @SuppressWarnings("ThreadPriorityCheck") // it gives way; nothing relies on it
    void run(long start, long end) throws IOException {
        Consumer<SelectionKey> ready = this::ready;
        long tick = start;
        try (selector) {
            for (long now = start; goesOn(now, end); now = System.nanoTime()) {
                if (now - tick >= 0) {
                    tick(now);
                    tick = now + TICK_NANOS;
                }
                if (schedule.open()) {
                    sendWhatIsDue(now);
                    // Sleeping would be late by more than what is measured; others on this core may go first.
                    if (selector.selectNow(ready) == 0) {
                        Thread.yield();
                    }
                } else {
                    selector.select(ready, TICK_MILLIS);
                }
            }
            if (schedule.open()) {
                giveUp(end);
            }
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
        if (schedule.unsent() > 0) {
            tally.failed("UNSENT", schedule.unsent(), end - 1, end - 1);
        }
    }

    /** An open loop waits for the answers to all that was due: to leave the slow ones out would flatter. */
    private boolean goesOn(long now, long end) {
        if (tally.done >= schedule.limit()) {
            return false;
        }
        if (end - now > 0) {
            return true;
        }
        if (!schedule.open() || now - end > timeout + TICK_NANOS * 2) {
            return false;
        }
        boolean waiting = schedule.unsent() > 0;
        for (Connection connection : connections) {
            waiting |= connection.inFlight() > 0;
        }
        return waiting;
    }

    /** What the loop left without an answer was due, and its time was over: this thread may have had no processor to see that. */
    private void giveUp(long now) {
        for (Connection connection : connections) {
            if (connection.inFlight() > 0) {
                fail(connection, "TIMEOUT", now);
            }
        }
    }

    /** Opens what is closed and gives up what waits for too long. */
    private void tick(long now) {
        tally.publish();
        for (Connection connection : connections) {
            if (connection.inFlight() > 0 && now - connection.oldestDue() > timeout) {
                fail(connection, "TIMEOUT", now);
            }
            boolean wanted = keep || !schedule.open() && schedule.isDue(now);
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
        if (keep && !schedule.open()) {
            while (connection.hasRoom() && schedule.isDue(now)) {
                enqueue(connection, now);
            }
        }
        connection.flush(out);
    }

    private void enqueue(Connection connection, long now) {
        connection.enqueue(schedule.due(now));
        schedule.sent();
    }

    /** A message that finds no room is due all the same, and its latency counts from there. */
    private void sendWhatIsDue(long now) {
        boolean batched = false;
        while (schedule.isDue(now)) {
            Connection connection = free(now);
            if (connection == null) {
                break;
            }
            enqueue(connection, now);
            if (!connection.isOpen()) {
                open(connection, now);
            } else if (depth == 1) {
                flush(connection, now);
            } else {
                batched = true;
            }
        }
        for (int i = 0; batched && i < connections.length; i++) {
            flush(connections[i], now);
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
                do {
                    read(connection);
                } while (connection.hasMore());
            }
            if (key.isValid() && key.isWritable()) {
                connection.flush(out);
            }
        } catch (IOException e) {
            fail(connection, connection.isConnected() ? "CLOSED" : "CONNECT", System.nanoTime());
        }
    }

    private void read(Connection connection) throws IOException {
        int answers = inbox.read(connection);
        long now = System.nanoTime();
        if (answers < 0) {
            fail(connection, answers == Inbox.CLOSED ? "CLOSED" : "GARBAGE", now);
        } else if (!keep && answers > 0) {
            connection.close();
            if (!schedule.open() && schedule.isDue(now)) {
                enqueue(connection, now);
                open(connection, now);
            }
        } else if (keep && !schedule.open()) {
            for (int i = 0; i < answers && schedule.isDue(now); i++) {
                enqueue(connection, now);
            }
            connection.flush(out);
        }
    }

    /** A kept connection that the peer ended while nothing was under way has cost no message. */
    private void fail(Connection connection, String error, long now) {
        int lost = connection.inFlight();
        if (lost > 0) {
            tally.failed(error, lost, connection.oldestDue(), now);
        } else if (error.equals("CONNECT")) {
            tally.failed(error, 1, now, now);
        }
        connection.close();
        connection.notBefore = now + BACK_OFF_NANOS;
    }
}
