package io.revproc.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.netty.channel.EventLoop;
import io.revproc.client.connect.Backoff;
import io.revproc.client.connect.Dialer;
import io.revproc.client.connect.ProxyAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the connections to the proxies: makes them when there are messages, again with a growing delay when they fail, and closes those that
 * nobody needs. Runs on one event loop, but for {@link #proxies}.
 */
final class ConnectionPool {
    private static final Logger log = LoggerFactory.getLogger(RevprocClient.class);

    /**
     * The settings of a pool.
     *
     * @param connections how many are kept
     * @param idle        after which a connection without traffic is closed
     */
    record Settings(List<ProxyAddress> proxies, int connections, Duration idle, Backoff backoff) {}

    /** What a pool tells. */
    interface Owner {
        /** Returns what reads and writes on a new connection. */
        Connection newConnection();

        /** Hears of a connection that can be used. */
        void connected();

        /** Hears that it is time to try again, if there is still anything to send. */
        void retry();
    }

    /** The place of one kept connection. */
    private static final class Slot {
        /** Counts the attempts that led nowhere: all proxies in turn, then the next address of each. */
        int turn;
        /** Attempts in a row that led nowhere. */
        int failures;
        /** Whether a connection is being made, or the next attempt is waited for. */
        boolean busy;
        ProxyAddress proxy;
        String reason = "not needed so far";
        @Nullable
        Connection connection;

        Slot(int turn, ProxyAddress proxy) {
            this.turn = turn;
            this.proxy = proxy;
        }

        void leave(String why) {
            connection = null;
            reason = why;
        }
    }

    private final Settings settings;
    private final EventLoop loop;
    private final Dialer dialer;
    private final Owner owner;
    private final List<Slot> slots = new ArrayList<>();
    /** Connections to proxies that go down: nothing new goes there. */
    private final Set<Connection> leaving = new LinkedHashSet<>();
    /** Written on the loop. */
    private volatile List<ProxyConnection> shown = List.of();
    private boolean closed;

    ConnectionPool(Settings settings, EventLoop loop, Dialer dialer, Owner owner) {
        this.settings = settings;
        this.loop = loop;
        this.dialer = dialer;
        this.owner = owner;
        int proxies = settings.proxies().size();
        for (int i = 0; i < settings.connections(); i++) {
            slots.add(new Slot(i, settings.proxies().get(i % proxies)));
        }
        show();
        long check = Math.max(1, settings.idle().toMillis() / 4);
        loop.scheduleAtFixedRate(this::closeIdle, check, check, TimeUnit.MILLISECONDS);
    }

    /** Begins to make the connections that are missing. */
    void connectMissing() {
        for (Slot slot : slots) {
            if (slot.connection == null && !slot.busy) {
                dial(slot);
            }
        }
    }

    private void dial(Slot slot) {
        int proxies = settings.proxies().size();
        slot.busy = true;
        slot.proxy = settings.proxies().get(Math.floorMod(slot.turn, proxies));
        Connection connection = owner.newConnection();
        dialer.dial(slot.proxy, Math.floorDiv(slot.turn, proxies), connection, made -> {
            slot.busy = false;
            if (closed) {
                made.close();
                return;
            }
            slot.connection = made.isActive() ? connection : null;
            if (slot.connection == null) {
                failed(slot, "the proxy closed the connection");
                return;
            }
            log.debug("event=connected proxy={}", slot.proxy);
            show();
            owner.connected();
        }, reason -> {
            slot.busy = false;
            failed(slot, reason);
        });
    }

    /** Notes an attempt that led nowhere: the next proxy is tried at once, all of them again after a while. */
    private void failed(Slot slot, String reason) {
        slot.turn++;
        slot.failures++;
        slot.reason = reason;
        show();
        if (closed) {
            return;
        }
        int proxies = settings.proxies().size();
        long delay = slot.failures % proxies == 0
                ? settings.backoff().delay(slot.failures / proxies).toNanos()
                : 0;
        if (Integer.bitCount(slot.failures) == 1) {
            log.warn("event=proxy_unreachable proxy={} attempt={} reason=\"{}\"", slot.proxy, slot.failures, reason);
        }
        slot.busy = true;
        loop.schedule(() -> {
            slot.busy = false;
            owner.retry();
        }, delay, TimeUnit.NANOSECONDS);
    }

    /** Notes that a connection has ended. */
    void lost(Connection connection, String reason) {
        leaving.remove(connection);
        Slot slot = slotOf(connection);
        if (slot == null) {
            return;
        }
        slot.leave(reason);
        if (connection.answered()) {
            slot.failures = 0;
            slot.turn++;
            show();
        } else {
            // or two ends that do not get on would spin
            failed(slot, reason);
        }
    }

    /** Gives a connection nothing more, since its proxy goes down; the replies that it owes are still read. */
    void leave(Connection connection) {
        Slot slot = slotOf(connection);
        if (slot != null) {
            slot.leave("the proxy is shutting down");
            slot.turn++;
            leaving.add(connection);
            show();
            connection.closeOnceAnswered();
        }
    }

    private @Nullable Slot slotOf(Connection connection) {
        for (Slot slot : slots) {
            if (slot.connection == connection) {
                return slot;
            }
        }
        return null;
    }

    /** Returns the connection with the fewest messages among those that can take one, or null. */
    @Nullable
    Connection leastBusy() {
        Connection best = null;
        for (Slot slot : slots) {
            Connection one = slot.connection;
            if (one != null && one.writable() && (best == null || one.pending() < best.pending())) {
                best = one;
            }
        }
        return best;
    }

    /** Returns whether there is any connection for new messages. */
    boolean isConnected() {
        for (Slot slot : slots) {
            if (slot.connection != null) {
                return true;
            }
        }
        return false;
    }

    /** Sends what has been gathered. */
    void flush() {
        for (Slot slot : slots) {
            if (slot.connection != null) {
                slot.connection.flush();
            }
        }
    }

    /** Returns all connections, also those that get no new messages. */
    List<Connection> all() {
        List<Connection> all = new ArrayList<>(leaving);
        for (Slot slot : slots) {
            if (slot.connection != null) {
                all.add(slot.connection);
            }
        }
        return all;
    }

    private void closeIdle() {
        long time = System.nanoTime() - settings.idle().toNanos();
        for (Slot slot : slots) {
            Connection connection = slot.connection;
            if (connection != null && connection.idleSince(time)) {
                slot.leave("not needed at the moment");
                connection.close("not needed");
            }
        }
        show();
    }

    /** Returns why there is no connection, by proxy, for a person. */
    String reasons() {
        return slots.stream().map(slot -> slot.proxy + ": " + slot.reason).distinct()
                .collect(Collectors.joining("; "));
    }

    private void show() {
        shown = slots.stream().map(slot -> new ProxyConnection(slot.proxy.toString(), slot.connection != null,
                slot.connection != null ? null : slot.reason)).toList();
    }

    /** Returns how the connections stand. From any thread. */
    List<ProxyConnection> proxies() {
        return shown;
    }

    /** Closes all connections, and those that are being made once they are there. */
    void close() {
        closed = true;
        all().forEach(connection -> connection.close("the client was closed"));
    }
}
