package io.revproc.proxy.audit;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.record.Receipt;
import io.revproc.record.SigningKey;

/** Signs receipts on a thread of its own: a signature takes longer than an event loop may be held up. Thread-safe. */
final class ReceiptDesk implements AutoCloseable {
    /** Receipts on their way at most; a message beyond that gets none. */
    static final int MOST_PENDING = 1024;

    private final SigningKey key;
    private final AtomicInteger pending = new AtomicInteger();
    private final ThreadPoolExecutor signers;

    ReceiptDesk(SigningKey key) {
        this.key = key;
        signers = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_PENDING),
                Thread.ofPlatform().daemon().name("audit-receipts").factory());
        signers.allowCoreThreadTimeOut(true);
    }

    /** Keeps a place; false if too many are on their way. */
    boolean enter() {
        if (pending.incrementAndGet() > MOST_PENDING) {
            pending.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Gives it back. */
    void leave() {
        pending.decrementAndGet();
    }

    /** Signs what is in the record, or hands over nothing. */
    void serve(PendingReceipt wanted) {
        Receipt receipt = wanted.receipt();
        if (receipt == null) {
            wanted.complete(null);
            return;
        }
        try {
            signers.execute(() -> wanted.complete(receipt.sign(key).getBytes(StandardCharsets.US_ASCII)));
        } catch (RejectedExecutionException e) {
            wanted.complete(null);
        }
    }

    @Override
    public void close() {
        signers.shutdown();
    }
}
