package io.revproc.proxy.route;

/**
 * Told of every change of the switch table while the table's lock is held, before the next change can be made: for whoever must
 * not see the table without knowing whose change it was. Must not block, throw or change the table.
 */
public interface TableJournal {
    /**
     * Takes a change. The removal of an entry that a setup replaces is told by the setup alone.
     *
     * @param state  the entry's state after it, which the entry itself has once the edit is over
     * @param origin who makes the change
     */
    void changed(TableObserver.Change change, Endpoint endpoint, EndpointState state, Origin origin);

    /**
     * Takes that an entry went since its address and port belong to another server now.
     *
     * @param last the entry's state before
     */
    void displaced(Endpoint endpoint, EndpointState last);
}
