package io.revproc.proxy.etcd;

import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.etcd.SlotState.Claim;
import org.jspecify.annotations.Nullable;

/** A write of a slot to etcd. It happens only if the key was last changed at the expected revision; 0: if there is no such key. */
sealed interface SlotWrite {
    long expected();

    /** Returns whether etcd needs room for it. */
    default boolean needsRoom() {
        return true;
    }

    /**
     * Enters a server that was set up here.
     *
     * @param endsDrain whether a drain of an earlier registration goes with it
     */
    record Enter(SharedEntry entry, Claim claim, long expected, boolean endsDrain) implements SlotWrite {}

    /** Writes that the session of a server of this proxy is lost. */
    record Lose(SharedEntry entry, long expected) implements SlotWrite {}

    /** Writes why a server of this proxy may not serve any more; it is taken out next. Others know by that what becomes of messages it has. */
    record Revoke(SharedEntry entry, long expected) implements SlotWrite {}

    /** Enters the Part 1 server again that etcd lost. */
    record Restore(SharedEntry entry, long expected) implements SlotWrite {}

    /** Takes a server out, and what is wanted of it if nobody need remember that. */
    record Delete(long expected, boolean endsWord) implements SlotWrite {
        @Override
        public boolean needsRoom() {
            return false;
        }
    }

    /** Writes an operator's decision; null: there is none any more. */
    record Say(@Nullable Wanted word, long expected) implements SlotWrite {
        @Override
        public boolean needsRoom() {
            return word != null;
        }
    }
}
