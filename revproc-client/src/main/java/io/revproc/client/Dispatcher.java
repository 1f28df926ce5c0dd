package io.revproc.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.netty.channel.EventLoop;
import io.revproc.client.connect.Dialer;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Gives messages to the connections of a pool. Everything but {@link #submit}, {@link #connect}, {@link #close} and
 * {@link #proxies} happens on one event loop. A message is here, or at a connection, or over: each comes to one end.
 */
final class Dispatcher {
    /** How much later than its deadline the client gives a message up, so that the proxy's TIMEOUT comes first. */
    static final Duration BEHIND = Duration.ofMillis(250);

    private static final long SWEEP_MILLIS = 20;
    private static final int SCRATCH = 64 * 1024;

    /** How long a message waits for a connection. */
    private final Duration connectTimeout;
    private final EventLoop loop;
    private final ConnectionPool pool;
    private final Semaphore permits;
    private final Supplier<@Nullable String> evidence;
    private final ConcurrentLinkedQueue<Call> submitted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ArrayDeque<Call> waiting = new ArrayDeque<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private final byte[] scratch = new byte[SCRATCH];
    private boolean sweeping;
    private boolean closed;

    /** Somebody who waits for the first connection. */
    private record Waiter(CompletableFuture<Void> future, long since) {}

    /**
     * @param connectTimeout how long a message waits for a connection
     * @param permits        where each message's are given back
     * @param evidence       what connections show as their token now; null: nothing
     */
    Dispatcher(ConnectionPool.Settings settings, Duration connectTimeout, EventLoop loop, Dialer dialer,
            Semaphore permits, Supplier<@Nullable String> evidence) {
        this.connectTimeout = connectTimeout;
        this.loop = loop;
        this.permits = permits;
        this.evidence = evidence;
        pool = new ConnectionPool(settings, loop, dialer, new ConnectionPool.Owner() {
            @Override
            public Connection newConnection() {
                return new Connection(Dispatcher.this);
            }

            @Override
            public void connected() {
                waiters.forEach(waiter -> waiter.future().complete(null));
                waiters.clear();
                dispatch();
            }

            @Override
            public void retry() {
                dispatch();
            }
        });
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
            pool.connectMissing();
        }
        long now = System.nanoTime();
        while (!waiting.isEmpty()) {
            Connection to = pool.leastBusy();
            if (to == null) {
                break;
            }
            to.send(waiting.remove(), now);
        }
        pool.flush();
        sweepLater();
    }

    /** The proxy has the connection no more; what is left of its messages is sent again or fails. */
    void lost(Connection connection, List<Call> calls, String reason) {
        pool.lost(connection, reason);
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

    void replied(Call call, Reply reply) {
        if (call.finish()) {
            permits.release(call.permits);
            call.complete(reply);
        }
    }

    /** @param proxys the connection of the proxy that refused the message itself; null: a server behind it did */
    void refused(@Nullable Connection proxys, Call call, ErrorCode code, boolean retryable, String sentence) {
        PolicyRefusedException refusal = PolicyRefusedException.of(code, retryable && !call.lost, sentence);
        boolean leaving = code == ErrorCode.SHUTTING_DOWN && proxys != null;
        if (proxys != null && leaving) {
            pool.leave(proxys);
        }
        if (leaving && !closed && CallRules.againAfterRefusal(code, retryable, call.attempts)) {
            call.lastRefusal = refusal;
            waiting.add(call);
            dispatch();
        } else {
            fail(call, refusal);
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
        return pool.all().stream().anyMatch(connection -> connection.pending() > 0);
    }

    /** Gives up what has waited for too long. */
    private void sweep() {
        sweeping = false;
        long now = System.nanoTime();
        for (Connection connection : pool.all()) {
            for (Call call : connection.expired(now)) {
                fail(call, new RequestTimeoutException(false,
                        "no reply within " + millis(call.deadlineNanos) + " ms; the message may have been handled"));
            }
        }
        boolean connected = pool.isConnected();
        for (Iterator<Call> each = waiting.iterator(); each.hasNext();) {
            Call call = each.next();
            long waited = now - call.givenAt;
            RevprocException failure = waited > call.deadlineNanos
                    ? new RequestTimeoutException(!call.lost, "not sent within " + millis(call.deadlineNanos) + " ms"
                            + (connected ? "" : ", no proxy can be reached: " + pool.reasons()))
                    : !connected && waited > connectTimeout.toNanos() ? unreachable(call) : null;
            if (failure != null) {
                each.remove();
                fail(call, failure);
            }
        }
        waiters.removeIf(waiter -> {
            boolean over = now - waiter.since() > connectTimeout.toNanos();
            if (over) {
                waiter.future().completeExceptionally(new ProxyUnreachableException(pool.reasons()));
            }
            return over;
        });
        sweepLater();
    }

    private RevprocException unreachable(Call call) {
        if (call.lost) {
            return new ConnectionLostException("the message may have been handled, and no proxy can be reached: "
                    + pool.reasons());
        }
        return call.lastRefusal != null ? call.lastRefusal : new ProxyUnreachableException(pool.reasons());
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }

    /** Returns what connections show as their token now; null if there is nothing. */
    @Nullable
    String evidence() {
        return evidence.get();
    }

    /** For what is read; used within one turn. */
    byte[] scratch() {
        return scratch;
    }

    /** Returns how the connections stand. From any thread. */
    List<ProxyConnection> proxies() {
        return pool.proxies();
    }

    /** Fails what is left and closes the connections. From any thread. */
    void close() {
        try {
            loop.execute(() -> {
                closed = true;
                abandon();
                pool.close();
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
