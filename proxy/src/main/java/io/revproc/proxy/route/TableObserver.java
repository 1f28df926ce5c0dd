package io.revproc.proxy.route;

import io.revproc.wire.Ident;

/**
 * Told of every change of the switch table, in order, after the snapshot with it was published: of all changes of one edit together,
 * then the next observer is. No lock of the table is held, but the other observers wait: be quick. What it throws hides nothing from the
 * others. A change that it makes itself is told after these. The endpoint's state may have gone on since the change.
 */
public interface TableObserver {
    /** The kind of change of an entry. */
    enum Change {
        REGISTERED, RENEWED, UPDATED, REMOVED
    }

    void changed(Change change, Endpoint endpoint, RouteTable table);

    /**
     * Told, after the change itself, that a server lost its place to another one: its address and port, or its policy and id.
     *
     * @param old    out of the table
     * @param newest registered just now
     */
    default void replaced(Endpoint old, Endpoint newest) {}

    /** A policy without a server is not remembered any more, or is again: one that the process before this one had seen. */
    default void unservedChanged(Ident policy, RouteTable table) {}

    /** Called when an observer, perhaps this one, threw an exception. */
    default void failed(TableObserver observer, Throwable why) {}
}
