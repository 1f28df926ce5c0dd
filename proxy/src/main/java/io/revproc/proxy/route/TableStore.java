package io.revproc.proxy.route;

import io.revproc.wire.Ident;

/** Keeps changes of the switch table beyond this process. Thread-safe. */
public interface TableStore {
    /** Keeps nothing: a change is as safe as it will ever be. */
    TableStore NONE = new TableStore() {
        @Override
        public boolean keep(Ident policy, Ident id) {
            return true;
        }

        @Override
        public boolean pending(Ident policy, Ident id) {
            return false;
        }
    };

    /**
     * Keeps what was just changed of an entry. Blocks until it is on this machine's disk, and a moment longer for the store to
     * have it; not for event loops.
     *
     * @return whether the store has it; if not, it gets it later
     */
    boolean keep(Ident policy, Ident id);

    /** Returns whether the store has yet to get something of this entry. Takes no lock that a change of the table holds. */
    boolean pending(Ident policy, Ident id);
}
