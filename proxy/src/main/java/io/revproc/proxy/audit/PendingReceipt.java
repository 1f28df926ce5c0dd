package io.revproc.proxy.audit;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.revproc.record.Entry.Digest;
import io.revproc.record.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * A receipt that a client waits for. Made on an event loop, completed by the writer when its entry is in the record, signed
 * elsewhere, and handed over on the loop: once, the receipt or null.
 */
final class PendingReceipt {
    private final Executor loop;
    private final Consumer<byte @Nullable []> taker;
    private final Runnable released;
    private final byte[] sha256;
    private @Nullable Receipt receipt;
    private boolean over;

    /**
     * @param loop     where the receipt is handed over
     * @param sha256   of the message
     * @param released told once it was
     */
    PendingReceipt(Executor loop, Consumer<byte @Nullable []> taker, byte[] sha256, Runnable released) {
        this.loop = loop;
        this.taker = taker;
        this.sha256 = sha256;
        this.released = released;
    }

    Digest sha256() {
        return new Digest(sha256);
    }

    /** The entry is in the record. For the writer. */
    void recorded(Receipt recorded) {
        receipt = recorded;
    }

    @Nullable
    Receipt receipt() {
        return receipt;
    }

    /** Hands over, from any thread. */
    void complete(byte @Nullable [] jws) {
        try {
            loop.execute(() -> completeHere(jws));
        } catch (RejectedExecutionException e) {
            // the loop has ended, and its clients with it
            released.run();
        }
    }

    /** Hands over; on the loop. */
    void completeHere(byte @Nullable [] jws) {
        if (!over) {
            over = true;
            released.run();
            taker.accept(jws);
        }
    }
}
