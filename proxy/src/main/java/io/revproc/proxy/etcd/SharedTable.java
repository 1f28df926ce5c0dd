package io.revproc.proxy.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.proxy.etcd.LocalChanges.Local;
import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import org.jspecify.annotations.Nullable;

/**
 * The table that proxies share, as this one knows it. Takes what comes from etcd and what is changed here to the {@link Slots}, says what is
 * to be written, and shows what comes together in one edit of the switch table. Knows nothing of connections. Not thread-safe but where a
 * method says so.
 */
final class SharedTable {
    /** How long resumes and removals are remembered, for proxies that were away meanwhile. */
    static final Duration WORDS_KEPT = Duration.ofDays(7);
    static final int MAX_OLD_WORDS = 10_000;

    /** A write to be made for a slot. */
    record Attempt(EntryKey key, SlotWrite what, Write write) {}

    private final EntrySync sync;
    private final Keys keys;
    private final SlotRules rules;
    private final SlotCodec codec;
    private final LongSupplier millis;
    private final WriteQueue queue = new WriteQueue();
    private final Slots slots;
    /** Whether leases that expire now do not count against their proxies. */
    private boolean sparing;

    /** @param millis milliseconds since 1970 */
    SharedTable(EntrySync sync, Keys keys, Self self, LongSupplier millis) {
        this.sync = sync;
        this.keys = keys;
        this.rules = new SlotRules(self);
        this.codec = new SlotCodec(keys);
        this.millis = millis;
        this.slots = new Slots(sync, rules, queue, millis);
    }

    /** Notes that the proxy ends: its sessions end with it, and that says nothing of its servers. For any thread. */
    void leave() {
        slots.leave();
    }

    /** Returns how many writes have no outcome yet. */
    int underWay() {
        return queue.underWay();
    }

    /** Returns how many entries etcd has yet to hear of. */
    int pending() {
        return queue.pending();
    }

    /** Returns whether etcd has yet to hear something of this entry. For any thread. */
    boolean pending(EntryKey key) {
        return slots.pending(key);
    }

    /** Returns whether nothing of etcd's table waits for a change made here to be decided: what etcd has is what is routed by. */
    boolean decided() {
        return slots.decided();
    }

    /** Returns whether etcd has this setup, and no entry any more that gave way to it. */
    boolean committed(EndpointSpec newest) {
        return slots.committed(newest);
    }

    /** Returns whether what is to be kept on the disk may differ since this was asked last. */
    boolean keptChanged() {
        return slots.keptChanged();
    }

    /** Returns what is to be kept on this machine's disk. */
    Kept kept(String store, @Nullable String table, long revision) {
        return new Kept(store, table, revision,
                slots.all().stream().map(SlotState::keptWord).filter(Objects::nonNull).toList(),
                slots.all().stream().map(rules::keptServer).filter(Objects::nonNull).toList());
    }

    /** Takes what was kept on the disk, before anything is known of etcd: it stands until etcd says otherwise. */
    void recall(Kept kept) {
        sync.inOneEdit(() -> {
            kept.words().forEach(each -> slots.run(each.word().entry().key(), new SlotEvent.Recall(each, null)));
            kept.servers().forEach(each -> slots.run(each.entry().key(), new SlotEvent.Recall(null, each)));
            slots.handle(keys(slots.all()), new SlotEvent.Recalled());
            return true;
        });
    }

    /** Forgets what was said long ago and says only that nothing is wanted, the oldest first where it is too much. */
    void forgetOldWords() {
        List<Wanted> over = slots.all().stream().filter(slot -> !slot.wordPending() && !slot.busy())
                .map(SlotState::word).filter(word -> word != null && !word.standing())
                .sorted(Comparator.comparingLong(Wanted::at)).toList();
        long before = millis.getAsLong() - WORDS_KEPT.toMillis();
        int tooMany = over.size() - MAX_OLD_WORDS;
        sync.inOneEdit(() -> {
            for (int i = 0; i < over.size(); i++) {
                if (i < tooMany || over.get(i).at() < before) {
                    slots.handle(over.get(i).entry().key(), new SlotEvent.ForgetWord());
                }
            }
            return true;
        });
    }

    /**
     * Takes what was changed here.
     *
     * @param changes fetched within the edit: the edits that made them are over then
     * @param late    whether etcd can't be told at once
     * @return the changes
     */
    Map<EntryKey, Local> take(Supplier<Map<EntryKey, Local>> changes, boolean late) {
        return sync.inOneEdit(() -> {
            Map<EntryKey, Local> fetched = changes.get();
            fetched.forEach((key, change) -> {
                queue.changed(key);
                slots.handle(key, switch (change) {
                    case Local.Setup(Endpoint endpoint, String token) ->
                        new SlotEvent.SetUp(endpoint, sync.state(endpoint), token, late);
                    case Local.Look() -> new SlotEvent.Look();
                    case Local.Removed(Endpoint endpoint, String lease, boolean displaced) ->
                        new SlotEvent.Removed(endpoint, sync.state(endpoint), lease, displaced);
                });
            });
            slots.showPutOff();
            return fetched;
        });
    }

    /**
     * Takes the whole of etcd's table in place of what was known.
     *
     * @param reset     whether etcd lost its table, or part of it: what is known here and missing there is written again, and
     *                  revisions can't be compared with those known
     * @param leaseLost whether this proxy's own entries went because etcd did not hear of it, and not by anybody's will
     * @return how many entries and words are to be written again
     */
    int load(Snapshot snapshot, boolean reset, boolean leaseLost) {
        Map<String, Item> present = snapshot.items().stream().collect(Collectors.toMap(Item::key, item -> item));
        List<SlotCodec.Change> changes = codec.changes(snapshot.items());
        return sync.inOneEdit(() -> {
            queue.clear();
            for (SlotState slot : slots.all()) {
                slots.run(slot.key(),
                        new SlotEvent.Loading(snapshot.revision(), present.containsKey(keys.server(slot.key())),
                                reset, spared(slot, present, reset)));
            }
            changes.forEach(change -> slots.run(change.key(), event(change, false)));
            for (SlotState slot : slots.all()) {
                if (!present.containsKey(keys.mode(slot.key()))) {
                    slots.run(slot.key(), new SlotEvent.NoWord(snapshot.revision(), reset));
                }
            }
            int again = reset ? slots.writeAgain() : 0;
            slots.handle(keys(slots.all()), new SlotEvent.Loaded(leaseLost));
            return again;
        });
    }

    private boolean spared(SlotState slot, Map<String, Item> present, boolean reset) {
        SharedEntry entry = slot.entry().value();
        Item sign = entry == null ? null : present.get(keys.proxy(entry.proxy()));
        // A sign of life that is younger than the entry is of a lease that came after the entry's.
        return sparing && (reset || sign == null || sign.createRevision() > slot.entry().key());
    }

    /**
     * Takes changes of etcd's table in their order.
     *
     * @return own entries that are gone: by somebody's will, or because the lease is over; {@link #removedByOthers} is the former
     */
    List<EntryKey> apply(List<Item> items) {
        Set<String> endedProxies = items.stream().filter(item -> item.value() == null && keys.isProxy(item.key()))
                .map(Item::key).collect(Collectors.toSet());
        List<SlotCodec.Change> changes = codec.changes(items);
        return sync.inOneEdit(() -> {
            List<EntryKey> gone = new ArrayList<>();
            for (SlotCodec.Change change : changes) {
                SlotState before = slots.slot(change.key());
                SharedEntry known = before.entry().value();
                boolean leaseOver = known != null && endedProxies.contains(keys.proxy(known.proxy()));
                SlotState after = slots.handle(change.key(), event(change, sparing && leaseOver));
                if (change.entry() != null && SlotRules.gone(before, after)) {
                    gone.add(change.key());
                }
            }
            return gone;
        });
    }

    private static SlotEvent event(SlotCodec.Change change, boolean spared) {
        return change.entry() != null
                ? new SlotEvent.EntryChanged(change.entry(), spared)
                : new SlotEvent.WordChanged(Objects.requireNonNull(change.wanted()));
    }

    /**
     * Says whether entries that go with their proxies' leases stay in the switch table for now. So it is after etcd was out of reach:
     * it may have heard of no proxy, and those that live enter their servers again.
     */
    void spareEnded(boolean now) {
        sparing = now;
        if (!now) {
            sync.inOneEdit(() -> {
                slots.handle(keys(slots.all().stream().filter(SlotState::orphan).toList()),
                        new SlotEvent.SparingOver());
                return true;
            });
        }
    }

    /** Takes own entries out that somebody else took out of etcd. */
    void removedByOthers(List<EntryKey> gone) {
        sync.inOneEdit(() -> {
            slots.handle(gone, new SlotEvent.RemovedByOthers());
            return true;
        });
    }

    /**
     * Returns the next write; null if there is none now.
     *
     * @param lease this proxy's
     * @param room  whether etcd has room for more than deletions
     */
    @Nullable
    Attempt next(long lease, boolean room) {
        return sync.inOneEdit(() -> {
            EntryKey key;
            while ((key = queue.poll(room)) != null) {
                SlotWrite write = slots.write(key, room);
                if (write != null) {
                    return new Attempt(key, write, codec.write(key, write, lease));
                }
            }
            slots.showPutOff();
            return null;
        });
    }

    /**
     * Takes that etcd did not take a write.
     *
     * @param forGood whether it will not take it in a moment either; it waits for {@link #retryRefused} then
     */
    void refused(Attempt attempt, boolean forGood) {
        queue.ended();
        if (forGood) {
            queue.refuse(attempt.key());
        }
        sync.inOneEdit(() -> slots.handle(attempt.key(), new SlotEvent.NotWritten(attempt.what())));
    }

    /** Tries what etcd would not take once more. */
    void retryRefused() {
        queue.retry().forEach(key -> queue.update(slots.slot(key)));
    }

    /** Takes what became of a write. */
    void done(Attempt attempt, Outcome outcome) {
        EntryKey key = attempt.key();
        long revision = outcome.revision();
        queue.ended();
        SlotEvent event = outcome.done()
                ? new SlotEvent.Written(attempt.what(), revision)
                : attempt.what() instanceof SlotWrite.Say
                        ? new SlotEvent.WordDiffers(codec.wanted(key, outcome.current(), revision))
                        : new SlotEvent.EntryDiffers(codec.entry(key, outcome.current(), revision));
        sync.inOneEdit(() -> {
            slots.handle(key, event);
            slots.showPutOff();
            return true;
        });
    }

    private static List<EntryKey> keys(List<SlotState> slots) {
        return slots.stream().map(SlotState::key).toList();
    }
}
