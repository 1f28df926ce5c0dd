package io.revproc.proxy.route;

/**
 * Told of every change of the switch table while the table's lock is held, before the next change can be made: for whoever must
 * not see the table without knowing whose change it was. Must not block, throw or change the table.
 */
public interface TableJournal {
    void changed(TableObserver.Change change, Endpoint endpoint);

    /** An entry went since its address and port belong to another server now. It is not in the table at this moment. */
    void displaced(Endpoint endpoint);
}
