package io.revproc.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

import io.netty.channel.EventLoop;
import io.revproc.client.connect.Backoff;
import io.revproc.client.connect.Dialer;
import io.revproc.client.connect.ProxyAddress;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives messages to connections, and keeps the connections. Everything but {@link #submit}, {@link #connect}, {@link #close} and
 * {@link #proxies} happens on one event loop. A message is here, or at a connection, or over: each comes to one end.
 */
final class Dispatcher {
    /** How much later than its deadline the client gives a message up, so that the proxy's TIMEOUT comes first. */
    static final Duration BEHIND = Duration.ofMillis(250);

    private static final Logger log = LoggerFactory.getLogger(RevprocClient.class);
    private static final long SWEEP_MILLIS = 20;
    private static final int SCRATCH = 64 * 1024;

    /**
     * The settings of the dispatcher.
     *
     * @param connections how many are kept
     * @param connect     how long a message waits for a connection
     * @param idle        after which a connection without traffic is closed
     */
    record Settings(List<ProxyAddress> proxies, int connections, Duration connect, Duration idle, Backoff backoff) {}

    private final Settings settings;
    private final EventLoop loop;
    private final Dialer dialer;
    private final Semaphore permits;
    private final ConcurrentLinkedQueue<Call> submitted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ArrayDeque<Call> waiting = new ArrayDeque<>();
    private final List<Slot> slots = new ArrayList<>();
    /** Connections to proxies that go down: nothing new goes there. */
    private final Set<Connection> leaving = new LinkedHashSet<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private final byte[] scratch = new byte[SCRATCH];
    /** Written on the loop. */
    private volatile List<ProxyConnection> shown = List.of();
    private boolean sweeping;
    private boolean closed;

    /** Somebody who waits for the first connection. */
    private record Waiter(CompletableFuture<Void> future, long since) {}

    /** The place of one kept connection. */
    private static final class Slot {
        /** Counts the attempts that led nowhere: all proxies in turn, then the next address of each. */
        int turn;
        /** Attempts in a row that led nowhere. */
        int failures;
        boolean busy;
        ProxyAddress proxy;
        String reason = "not needed so far";
        @Nullable
        Connection connection;

        Slot(int turn, ProxyAddress proxy) {
            this.turn = turn;
            this.proxy = proxy;
        }
    }

    /** @param permits where each message's are given back */
    Dispatcher(Settings settings, EventLoop loop, Dialer dialer, Semaphore permits) {
        this.settings = settings;
        this.loop = loop;
        this.dialer = dialer;
        this.permits = permits;
        int proxies = settings.proxies().size();
        for (int i = 0; i < settings.connections(); i++) {
            slots.add(new Slot(i, settings.proxies().get(i % proxies)));
        }
        show();
        long check = Math.max(1, settings.idle().toMillis() / 4);
        loop.scheduleAtFixedRate(this::closeIdle, check, check, TimeUnit.MILLISECONDS);
    }

    /** Takes a message. From any thread. */
    void submit(Call call) {
        submitted.add(call);
        if (scheduled.compareAndSet(false, true)) {
            try {
                loop.execute(this::take);
            } catch (RejectedExecutionException e) {
                // closed in this moment; nobody else looks at the queue any more
                closed = true;
                take();
            }
        }
    }

    /** Connects now. From any thread; the future ends with the first connection, or fails. */
    CompletableFuture<Void> connect() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        try {
            loop.execute(() -> {
                if (closed) {
                    future.completeExceptionally(new ClientClosedException(false));
                } else {
                    waiters.add(new Waiter(future, System.nanoTime()));
                    dispatch();
                }
            });
        } catch (RejectedExecutionException e) {
            future.completeExceptionally(new ClientClosedException(false));
        }
        return future;
    }

    private void take() {
        scheduled.set(false);
        for (Call call = submitted.poll(); call != null; call = submitted.poll()) {
            waiting.add(call);
        }
        if (closed) {
            abandon();
        } else {
            dispatch();
        }
    }

    /** Hands over what can be handed over. */
    void dispatch() {
        if (closed) {
            return;
        }
        if (!waiting.isEmpty() || !waiters.isEmpty()) {
            connectMissing();
        }
        long now = System.nanoTime();
        while (!waiting.isEmpty()) {
            Connection to = leastBusy();
            if (to == null) {
                break;
            }
            to.send(waiting.remove(), now);
        }
        for (Slot slot : slots) {
            if (slot.connection != null) {
                slot.connection.flush();
            }
        }
        sweepLater();
    }

    private @Nullable Connection leastBusy() {
        Connection best = null;
        for (Slot slot : slots) {
            Connection one = slot.connection;
            if (one != null && one.writable() && (best == null || one.pending() < best.pending())) {
                best = one;
            }
        }
        return best;
    }

    private boolean connected() {
        for (Slot slot : slots) {
            if (slot.connection != null) {
                return true;
            }
        }
        return false;
    }

    private void connectMissing() {
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
        Connection connection = new Connection(this);
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
            waiters.forEach(waiter -> waiter.future().complete(null));
            waiters.clear();
            dispatch();
        }, reason -> {
            slot.busy = false;
            failed(slot, reason);
        });
    }

    /** An attempt led nowhere: to the next proxy at once, to all of them again after a while. */
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
            dispatch();
        }, delay, TimeUnit.NANOSECONDS);
    }

    /** The proxy has the connection no more; what is left of its messages is sent again or fails. */
    void lost(Connection connection, List<Call> calls, String reason) {
        leaving.remove(connection);
        Slot slot = slotOf(connection);
        if (slot != null) {
            slot.connection = null;
            if (connection.answered()) {
                slot.failures = 0;
                slot.turn++;
                slot.reason = reason;
                show();
            } else {
                // or two ends that do not get on would spin
                failed(slot, reason);
            }
        }
        for (Call call : calls) {
            call.lost = true;
            if (closed || !CallRules.againAfterLoss(true, call.idempotent, call.attempts)) {
                fail(call, closed
                        ? new ClientClosedException(true)
                        : new ConnectionLostException("the message may have been handled: " + reason));
            } else {
                waiting.add(call);
            }
        }
        dispatch();
    }

    private @Nullable Slot slotOf(Connection connection) {
        for (Slot slot : slots) {
            if (slot.connection == connection) {
                return slot;
            }
        }
        return null;
    }

    void replied(Call call, Reply reply) {
        if (call.finish()) {
            permits.release(call.permits);
            call.complete(reply);
        }
    }

    void refused(Connection connection, Call call, ErrorCode code, boolean retryable, String sentence) {
        PolicyRefusedException refusal = PolicyRefusedException.of(code, retryable && !call.lost, sentence);
        if (code == ErrorCode.SHUTTING_DOWN) {
            leave(connection);
        }
        if (!closed && CallRules.againAfterRefusal(code, retryable, call.attempts)) {
            call.lastRefusal = refusal;
            waiting.add(call);
            dispatch();
        } else {
            fail(call, refusal);
        }
    }

    /** Sends nothing more to this proxy, which shuts down; the replies that it owes are still read. */
    private void leave(Connection connection) {
        Slot slot = slotOf(connection);
        if (slot != null) {
            slot.connection = null;
            slot.turn++;
            slot.reason = "the proxy is shutting down";
            leaving.add(connection);
            show();
        }
    }

    private void fail(Call call, RevprocException failure) {
        if (call.finish()) {
            permits.release(call.permits);
            call.fail(failure);
        }
    }

    boolean overdue(Call call, long now) {
        return now - call.givenAt > call.deadlineNanos + BEHIND.toNanos();
    }

    private void sweepLater() {
        if (!sweeping && !closed && (!waiting.isEmpty() || !waiters.isEmpty() || hasPending())) {
            sweeping = true;
            loop.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private boolean hasPending() {
        return slots.stream().anyMatch(slot -> slot.connection != null && slot.connection.pending() > 0)
                || leaving.stream().anyMatch(connection -> connection.pending() > 0);
    }

    /** Gives up what has waited for too long. */
    private void sweep() {
        sweeping = false;
        long now = System.nanoTime();
        List<Connection> all = new ArrayList<>(leaving);
        slots.forEach(slot -> {
            if (slot.connection != null) {
                all.add(slot.connection);
            }
        });
        for (Connection connection : all) {
            for (Call call : connection.expired(now)) {
                fail(call, new RequestTimeoutException(false,
                        "no reply within " + millis(call.deadlineNanos) + " ms; the message may have been handled"));
            }
        }
        boolean connected = connected();
        for (Iterator<Call> each = waiting.iterator(); each.hasNext();) {
            Call call = each.next();
            long waited = now - call.givenAt;
            RevprocException failure = waited > call.deadlineNanos
                    ? new RequestTimeoutException(!call.lost, "not sent within " + millis(call.deadlineNanos) + " ms"
                            + (connected ? "" : ", no proxy can be reached: " + reasons()))
                    : !connected && waited > settings.connect().toNanos() ? unreachable(call) : null;
            if (failure != null) {
                each.remove();
                fail(call, failure);
            }
        }
        waiters.removeIf(waiter -> {
            boolean over = now - waiter.since() > settings.connect().toNanos();
            if (over) {
                waiter.future().completeExceptionally(new ProxyUnreachableException(reasons()));
            }
            return over;
        });
        sweepLater();
    }

    private RevprocException unreachable(Call call) {
        if (call.lost) {
            return new ConnectionLostException("the message may have been handled, and no proxy can be reached: "
                    + reasons());
        }
        return call.lastRefusal != null ? call.lastRefusal : new ProxyUnreachableException(reasons());
    }

    private String reasons() {
        return slots.stream().map(slot -> slot.proxy + ": " + slot.reason).distinct()
                .collect(Collectors.joining("; "));
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }

    private void closeIdle() {
        long time = System.nanoTime() - settings.idle().toNanos();
        for (Slot slot : slots) {
            Connection connection = slot.connection;
            if (connection != null && connection.idleSince(time)) {
                slot.connection = null;
                slot.reason = "not needed at the moment";
                connection.close("not needed");
            }
        }
        show();
    }

    /** For what is read; used within one turn. */
    byte[] scratch() {
        return scratch;
    }

    private void show() {
        shown = slots.stream().map(slot -> new ProxyConnection(slot.proxy.toString(), slot.connection != null,
                slot.connection != null ? null : slot.reason)).toList();
    }

    /** Returns how the connections stand. From any thread. */
    List<ProxyConnection> proxies() {
        return shown;
    }

    /** Fails what is left and closes the connections. From any thread. */
    void close() {
        try {
            loop.execute(() -> {
                closed = true;
                abandon();
                List<Connection> all = new ArrayList<>(leaving);
                slots.forEach(slot -> {
                    if (slot.connection != null) {
                        all.add(slot.connection);
                    }
                });
                all.forEach(connection -> connection.close("the client was closed"));
            });
        } catch (RejectedExecutionException e) {
            // closed before
        }
    }

    private void abandon() {
        for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
            fail(call, new ClientClosedException(call.lost));
        }
        waiters.forEach(waiter -> waiter.future().completeExceptionally(new ClientClosedException(false)));
        waiters.clear();
    }
}
