package io.revproc.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;

/** One message on its way. Used on the event loop, but for its making. */
final class Call {
    final byte[] body;
    final boolean idempotent;
    final boolean receipt;
    /** How many of the client's permits the message holds. */
    final int permits;
    /** When it was given to the client; all times are of {@link System#nanoTime()}. */
    final long givenAt;
    /** How long the caller waits. */
    final long deadlineNanos;
    /** Whether the caller chose that, so that the proxy is told. */
    final boolean ownDeadline;
    private final CompletableFuture<Reply> future;
    /** Completes the future; null: nobody's code hangs on it, so the loop may. */
    private final @Nullable Executor executor;

    /** How often it was handed to a connection. */
    int attempts;
    /** Whether a connection broke that had it: nobody knows what became of that attempt. */
    boolean lost;
    long sentAt;
    /** The last refusal that it was sent again after; what is said if there is no other proxy. */
    @Nullable
    RevprocException lastRefusal;
    private boolean done;

    Call(byte[] body, Request request, int permits, long givenAt, long deadlineNanos, CompletableFuture<Reply> future,
            @Nullable Executor executor) {
        this.body = body;
        idempotent = request.mayBeHandledTwice();
        receipt = request.wantsReceipt();
        ownDeadline = request.ownDeadline() != null;
        this.permits = permits;
        this.givenAt = givenAt;
        this.deadlineNanos = deadlineNanos;
        this.future = future;
        this.executor = executor;
    }

    /** Marks it as over; false if it was before. */
    boolean finish() {
        boolean first = !done;
        done = true;
        return first;
    }

    boolean done() {
        return done;
    }

    void complete(Reply reply) {
        if (executor == null) {
            future.complete(reply);
            return;
        }
        try {
            executor.execute(() -> future.complete(reply));
        } catch (RejectedExecutionException e) {
            // the caller's executor is closed: better on this thread than never
            future.complete(reply);
        }
    }

    void fail(RevprocException failure) {
        if (executor == null) {
            future.completeExceptionally(failure);
            return;
        }
        try {
            executor.execute(() -> future.completeExceptionally(failure));
        } catch (RejectedExecutionException e) {
            future.completeExceptionally(failure);
        }
    }
}
