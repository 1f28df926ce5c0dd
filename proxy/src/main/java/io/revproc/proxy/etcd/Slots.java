package io.revproc.proxy.etcd;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import io.revproc.proxy.route.EndpointSpec;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A slot for each entry of the shared table: moves it by {@link SlotRules}, shows it by {@link EntrySync} and queues it for the
 * {@link WriteQueue}. All that moves a slot is called within an edit of the switch table. Not thread-safe but where a method says so.
 */
final class Slots {
    private static final Logger log = LoggerFactory.getLogger(Slots.class);
    private static final SlotEvent SETTLE = new SlotEvent.Settle();

    private final EntrySync sync;
    private final SlotRules rules;
    private final LongSupplier millis;
    private final WriteQueue queue;
    private final Map<EntryKey, SlotState> slots = new HashMap<>();
    /** Slots that are not shown as etcd has them, since a change made here comes first. */
    private final Set<EntryKey> putOff = new LinkedHashSet<>();
    /** Read by any thread. */
    private final Set<EntryKey> pendingKeys = ConcurrentHashMap.newKeySet();
    private boolean keptChanged;
    /** Set by another thread. */
    private volatile boolean leaving;

    /** @param millis milliseconds since 1970 */
    Slots(EntrySync sync, SlotRules rules, WriteQueue queue, LongSupplier millis) {
        this.sync = sync;
        this.rules = rules;
        this.queue = queue;
        this.millis = millis;
    }

    /** Notes that the proxy ends. For any thread. */
    void leave() {
        leaving = true;
    }

    /** Returns whether etcd has yet to hear something of this entry. For any thread. */
    boolean pending(EntryKey key) {
        return pendingKeys.contains(key);
    }

    /** Returns whether nothing of etcd's table waits for a change made here to be decided. */
    boolean decided() {
        return putOff.isEmpty();
    }

    /** Returns whether etcd has this setup, and no entry any more that gave way to it. */
    boolean committed(EndpointSpec newest) {
        EntryKey key = new EntryKey(newest.policy(), newest.id());
        return pendingKeys.stream().map(slots::get).filter(Objects::nonNull)
                .noneMatch(slot -> slot.claim() != null && slot.key().equals(key)
                        || slot.removal() != null && slot.displaced() && mayBeAt(newest, slot.entry().value()));
    }

    private static boolean mayBeAt(EndpointSpec newest, @Nullable SharedEntry entry) {
        return entry == null || entry.port() == newest.port() && entry.address().equals(newest.host());
    }

    /** Returns whether what is to be kept on the disk may differ since this was asked last. */
    boolean keptChanged() {
        boolean changed = keptChanged;
        keptChanged = false;
        return changed;
    }

    /** Returns all slots; a copy. */
    List<SlotState> all() {
        return List.copyOf(slots.values());
    }

    /** Returns the slot of an entry; one of which nothing is known if there is none. */
    SlotState slot(EntryKey key) {
        SlotState slot = slots.get(key);
        return slot == null ? SlotState.of(key) : slot;
    }

    private SlotEvent.Facts facts(EntryKey key) {
        return new SlotEvent.Facts(sync.here(key), millis.getAsLong(), leaving);
    }

    /** Moves each of these slots, and does all that follows from it. */
    void handle(Collection<EntryKey> keys, SlotEvent event) {
        keys.forEach(key -> handle(key, event));
    }

    /** Moves a slot, and does all that follows from it. */
    SlotState handle(EntryKey key, SlotEvent event) {
        run(key, event);
        run(key, SETTLE);
        SlotState after = slot(key);
        queue.update(after);
        if (after.empty()) {
            slots.remove(key);
        }
        return after;
    }

    /** Moves a slot, and shows what is to be shown of it; {@link #handle} does the rest later. */
    void run(EntryKey key, SlotEvent event) {
        SlotState before = slot(key);
        become(before, shown(rules.step(before, event, facts(key))));
    }

    /**
     * Has all written again that etcd lost: this proxy's own entries, those that nobody else would write, and all words on what is wanted.
     *
     * @return how many entries and words these are
     */
    int writeAgain() {
        List<EntryKey> all = List.copyOf(slots.keySet());
        all.forEach(key -> run(key, new SlotEvent.ClaimAgain()));
        Map<String, Instant> newest = new HashMap<>();
        slots.values().stream().map(rules::known).filter(Objects::nonNull).forEach(entry -> newest
                .merge(entry.place(), entry.registeredAt(), (one, other) -> one.isAfter(other) ? one : other));
        int again = 0;
        for (EntryKey key : all) {
            SharedEntry restore = slot(key).restore();
            run(key, new SlotEvent.RestoreIfNewest(restore == null ? null : newest.get(restore.place())));
            SlotState slot = slot(key);
            again += (slot.claim() != null || slot.wordPending() ? 1 : 0) + (slot.restore() != null ? 1 : 0);
        }
        return again;
    }

    /**
     * Returns the next write of a slot; null if there is none now.
     *
     * @param room whether etcd has room for more than deletions
     */
    @Nullable
    SlotWrite write(EntryKey key, boolean room) {
        SlotStep step;
        do {
            SlotState slot = slot(key);
            step = rules.step(slot, new SlotEvent.MayWrite(newestWaiting(slot)), facts(key));
            if (step.write() instanceof SlotWrite.Revoke && !room) {
                // That it is taken out needs no room, and must not wait for any.
                become(slot, step.state().withBusy(false));
                continue;
            }
            if (step.write() != null && step.write().needsRoom() && !room) {
                queue.waitForRoom(key);
                return null;
            }
            log(key, step.yields());
            become(slot, shown(step));
        } while (step.shows() || step.write() instanceof SlotWrite.Revoke && !room);
        if (step.write() != null) {
            queue.sent();
        }
        return step.write();
    }

    /** Returns when the newest server registered that waits for this one, which was set up at its address. */
    private @Nullable Instant newestWaiting(SlotState slot) {
        if (slot.claim() == null || putOff.isEmpty()) {
            return null;
        }
        EndpointSpec spec = slot.claim().endpoint().spec();
        return putOff.stream().filter(key -> !key.equals(slot.key())).map(key -> slot(key).entry().value())
                .filter(Objects::nonNull).filter(entry -> !entry.lost() && mayBeAt(spec, entry))
                .map(SharedEntry::registeredAt).max(Comparator.naturalOrder()).orElse(null);
    }

    private static void log(EntryKey key, SlotStep.@Nullable Yields yields) {
        switch (yields) {
            case ADDRESS ->
                log.info("event=registration_superseded server={} reason=address", LogValue.of(key.toString()));
            case ID -> log.info("event=registration_superseded server={} reason=id", LogValue.of(key.toString()));
            case OWNER -> log.warn(
                    "event=registration_refused server={} reason=\"the id is another owner's at another proxy\"",
                    LogValue.of(key.toString()));
            case null -> {
            }
        }
    }

    private SlotState shown(SlotStep first) {
        SlotStep step = first;
        while (step.shows()) {
            EntryKey key = step.state().key();
            Show.Result result = sync.show(key, step.show(), this::judge);
            if (step.show() instanceof Show.Entry && result == Show.Result.LATER) {
                putOff.add(key);
            }
            step = rules.step(step.state(), new SlotEvent.Shown(step.show(), result), facts(key));
        }
        return step.state();
    }

    private void become(SlotState before, SlotState after) {
        slots.put(after.key(), after);
        if (after.pending()) {
            pendingKeys.add(after.key());
        } else {
            pendingKeys.remove(after.key());
        }
        keptChanged |= (before.kept() || after.kept()) && !before.equals(after);
    }

    private EntrySync.Rival judge(EntryKey key, long revision) {
        SlotState rival = slot(key);
        if (rival.claim() != null) {
            return EntrySync.Rival.UNDECIDED;
        }
        return rival.entry().value() != null && rival.entry().key() > revision
                ? EntrySync.Rival.NEWER
                : EntrySync.Rival.OLDER;
    }

    /** Shows what had to wait for something that may be decided now. */
    void showPutOff() {
        List<EntryKey> again = List.copyOf(putOff);
        putOff.clear();
        again.stream().filter(slots::containsKey).forEach(key -> handle(key, new SlotEvent.MayShow()));
    }
}
