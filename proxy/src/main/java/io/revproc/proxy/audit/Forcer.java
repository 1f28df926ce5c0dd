package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;

import io.revproc.wire.LogValue;
import io.revproc.wire.ThreadEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces segment files to the disk on a thread of its own, so that writing goes on meanwhile. What was asked for while the disk
 * was busy is one force. Thread-safe.
 */
final class Forcer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Forcer.class);
    private static final long RETRY_DELAY_MILLIS = 500;

    private record Work(FileChannel file, long upTo, boolean close) {}

    private final Deque<Work> work = new ArrayDeque<>();
    private final LongConsumer told;
    private final Thread thread;
    private boolean closing;
    private volatile long upTo;
    private volatile long lastNanos;
    private volatile @Nullable String failure;

    /** @param told hears the last sequence that is on the disk; on the forcer's thread */
    Forcer(LongConsumer told) {
        this.told = told;
        thread = Thread.ofPlatform().daemon().name("audit-forcer").start(this::run);
    }

    /**
     * Asks for a force.
     *
     * @param sequence the last one that was written
     * @param last     whether the file is closed afterwards: another segment has begun
     */
    synchronized void force(FileChannel file, long sequence, boolean last) {
        Work newest = work.peekLast();
        if (newest != null && newest.file() == file) {
            work.removeLast();
        }
        work.addLast(new Work(file, sequence, last));
        notifyAll();
    }

    /** Notes how much is on the disk, whoever forced it. */
    synchronized void forced(long sequence) {
        upTo = Math.max(upTo, sequence);
    }

    /** The last sequence that is on the disk, as far as the operating system says. */
    long upTo() {
        return upTo;
    }

    /** Returns how long the last force took; 0 before the first. */
    long lastNanos() {
        return lastNanos;
    }

    /** Why the last attempt failed; null if it did not. */
    @Nullable
    String failure() {
        return failure;
    }

    private void run() {
        try {
            for (Work next = take(); next != null; next = take()) {
                while (!force(next)) {
                    Thread.sleep(RETRY_DELAY_MILLIS);
                    if (isClosing()) {
                        return;
                    }
                }
                forced(next.upTo());
                tell();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell() {
        try {
            told.accept(upTo);
        } catch (RuntimeException e) {
            // who is told must not end what makes the record safe
            log.error("event=audit_failed reason={}", LogValue.of(e.toString()));
        }
    }

    private boolean force(Work next) {
        long start = System.nanoTime();
        try {
            next.file().force(false);
            lastNanos = System.nanoTime() - start;
            if (next.close()) {
                next.file().close();
            }
            failure = null;
            return true;
        } catch (IOException | RuntimeException e) {
            failure = e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString();
            return false;
        }
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    private synchronized @Nullable Work take() throws InterruptedException {
        while (work.isEmpty() && !closing) {
            wait();
        }
        return work.pollFirst();
    }

    /** Ends once all that was asked for is done. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        ThreadEnd.await(thread, Duration.ofSeconds(10));
    }
}
