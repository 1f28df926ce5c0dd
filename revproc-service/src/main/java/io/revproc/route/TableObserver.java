package io.revproc.route;

import io.revproc.upstream.Endpoint;
import io.revproc.wire.Ident;

/**
 * Told of every change of the switch table, in order, after the snapshot with it was published. Called while the table's lock
 * is held: be quick, and do not change the table.
 */
public interface TableObserver {
    /** What happened to an entry. */
    enum Change {
        REGISTERED, RENEWED, UPDATED, REMOVED
    }

    void changed(Change change, Endpoint endpoint, RouteTable table);

    /** A policy without a server is not remembered any more, or is again: one that the process before this one had seen. */
    default void unservedChanged(Ident policy, RouteTable table) {}
}
