package io.revproc.proxy.route;

import java.util.function.Consumer;

/**
 * Says when it is known wherever it has to be that an address has a new owner: a server that set up there may begin to listen as
 * soon as it has its answer, and must not get the messages of the one before it. Thread-safe.
 */
@FunctionalInterface
public interface Settlement {
    /** The settlement of a table that no other proxy shares: done at once. */
    Settlement AT_ONCE = (newest, done) -> done.accept(true);

    /**
     * Calls {@code done} exactly once, on any thread, also before this returns, and after a bounded time. That has to be shorter than
     * a lease lasts, since a new lease's time runs meanwhile. Called after the table's change was published, without the table's lock;
     * must not block.
     *
     * @param newest the server that set up. Its setup may have been refused: then it is not in the table, and took its address
     *               from others all the same
     * @param done   true when no proxy can route to the entries that gave way any more, also after a restart; false if that can't
     *               be said now
     */
    void settle(Endpoint newest, Consumer<Boolean> done);
}
