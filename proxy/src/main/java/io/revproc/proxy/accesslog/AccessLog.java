package io.revproc.proxy.accesslog;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

import io.revproc.proxy.forward.Exchange;
import io.revproc.proxy.forward.MessageLog;
import io.revproc.proxy.forward.RefusedMessage;
import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.ThreadEnd;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for each message that ends. Thread-safe: event loops put entries into a queue without waiting, and what finds
 * it full is dropped and counted; one thread writes.
 */
public final class AccessLog implements MessageLog, AutoCloseable {
    private static final long LAST_LINES_MILLIS = 2_000;

    private final double share;
    private final int queueSize;
    private final DoubleSupplier chance;
    private final Consumer<String> writer;
    private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param chance 0 (inclusive) to 1 (exclusive); thread-safe
     * @param writer takes the lines, on one thread of its own; may block
     */
    public AccessLog(AccessLogSettings properties, DoubleSupplier chance, Consumer<String> writer) {
        this.share = properties.share() / 100;
        this.queueSize = properties.queueSize();
        this.chance = chance;
        this.writer = writer;
        this.thread = Thread.ofPlatform().daemon().name("access-log").start(this::write);
    }

    @Override
    public void ended(Exchange exchange, @Nullable Endpoint endpoint, @Nullable ErrorCode code, int replyBytes,
            long now) {
        if (!exchange.disclosure().accessLog()) {
            return;
        }
        boolean answered = code == null && replyBytes >= 0;
        if (answered && share < 1 && chance.getAsDouble() >= share) {
            return;
        }
        offer(Entry.of(exchange, endpoint, code, replyBytes, now));
    }

    @Override
    public void refused(RefusedMessage message) {
        if (message.disclosure().accessLog()) {
            offer(Entry.refused(message));
        }
    }

    private void offer(Entry entry) {
        if (queued.getAndIncrement() >= queueSize) {
            queued.getAndDecrement();
            dropped.getAndIncrement();
            return;
        }
        queue.add(entry);
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    private void write() {
        while (true) {
            Entry entry = queue.poll();
            if (entry != null) {
                queued.getAndDecrement();
                writer.accept(entry.line());
                written.getAndIncrement();
            } else if (closed) {
                return;
            } else {
                asleep.set(true);
                // what was added before anybody could see that we sleep
                if (queue.isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                asleep.set(false);
            }
        }
    }

    /** Returns how many lines were written. */
    public long written() {
        return written.get();
    }

    /** Returns how many lines were not written since too many waited. */
    public long dropped() {
        return dropped.get();
    }

    /** Writes what waits, for at most two seconds. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        ThreadEnd.await(thread, Duration.ofMillis(LAST_LINES_MILLIS));
    }
}
