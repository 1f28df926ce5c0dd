package io.revproc.proxy.etcd;

import org.jspecify.annotations.Nullable;

/**
 * The consequences of an event.
 *
 * @param show   what is to be made of the slot in the switch table
 * @param write  what is to be written; null: nothing
 * @param yields why a setup made here gives way; null: it does not
 */
record SlotStep(SlotState state, Show show, @Nullable SlotWrite write, @Nullable Yields yields) {
    private static final Show NOTHING = new Show.Nothing();

    /** Why a setup made here gives way to what etcd has. */
    enum Yields {
        /** A server that registered later has the address. */
        ADDRESS,
        /** Another registration has the id. */
        ID,
        /** The id is another owner's. */
        OWNER
    }

    static SlotStep of(SlotState state) {
        return new SlotStep(state, NOTHING, null, null);
    }

    static SlotStep show(SlotState state, Show show) {
        return new SlotStep(state, show, null, null);
    }

    static SlotStep write(SlotState state, SlotWrite write) {
        return new SlotStep(state, NOTHING, write, null);
    }

    SlotStep because(Yields reason) {
        return new SlotStep(state, show, write, reason);
    }

    /** Returns whether there is something to be made of the slot in the switch table. */
    boolean shows() {
        return !show.equals(NOTHING);
    }
}
