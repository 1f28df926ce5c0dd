package io.revproc.proxy.etcd;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** Decides which entry is written to etcd next. Deletions come first: etcd takes them even where it has no room. Not thread-safe. */
final class WriteQueue {
    /** Slots with something to write and no write under way. */
    private final LinkedHashSet<EntryKey> ready = new LinkedHashSet<>();
    /** The same, of those whose next write only deletes. */
    private final LinkedHashSet<EntryKey> deletions = new LinkedHashSet<>();
    /** The entries that etcd refused, until they are tried once more. */
    private final Set<EntryKey> refused = new LinkedHashSet<>();
    private int underWay;

    /** Queues a slot that has something to write. */
    void update(SlotState slot) {
        if (!slot.pending() || slot.busy() || refused.contains(slot.key())) {
            return;
        }
        if (slot.deletes()) {
            ready.remove(slot.key());
            deletions.add(slot.key());
        } else if (!deletions.contains(slot.key())) {
            ready.add(slot.key());
        }
    }

    /**
     * Takes the next slot out.
     *
     * @param room whether etcd has room for more than deletions
     */
    @Nullable
    EntryKey poll(boolean room) {
        LinkedHashSet<EntryKey> from = deletions.isEmpty() && room ? ready : deletions;
        return from.isEmpty() ? null : from.removeFirst();
    }

    /** Puts a slot back for which etcd has no room. */
    void waitForRoom(EntryKey key) {
        ready.add(key);
    }

    void sent() {
        underWay++;
    }

    /** Notes that a write has its outcome. */
    void ended() {
        underWay--;
    }

    /** Keeps a slot out that etcd will not take, until {@link #retry} or {@link #changed}. */
    void refuse(EntryKey key) {
        refused.add(key);
    }

    /** Lets a slot in again, since something else is to be written of it now. */
    void changed(EntryKey key) {
        refused.remove(key);
    }

    /** Returns the slots that etcd would not take; they may be queued again. */
    List<EntryKey> retry() {
        List<EntryKey> again = List.copyOf(refused);
        refused.clear();
        return again;
    }

    /** Returns how many writes have no outcome yet. */
    int underWay() {
        return underWay;
    }

    /** Returns how many slots etcd has yet to hear of. */
    int pending() {
        return ready.size() + deletions.size() + refused.size() + underWay;
    }

    /** Forgets all; no write has an outcome any more. */
    void clear() {
        ready.clear();
        deletions.clear();
        refused.clear();
        underWay = 0;
    }
}
