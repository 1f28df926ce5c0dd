package io.revproc.proxy.etcd;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.proxy.etcd.LocalChanges.Local;
import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.etcd.Shown.Rival;
import io.revproc.proxy.etcd.Slot.Claim;
import io.revproc.proxy.etcd.Slot.Known;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of the shared table: what etcd's keys mean for the switch table here, and what changes here mean for etcd's keys.
 * Revisions order everything; no clock of a machine does. Knows nothing of connections. Belongs to the store's thread.
 *
 * <p>A setup replaces in etcd what the proxy knew when the setup came. Did somebody else register the id meanwhile, theirs
 * stands: a server that is really here hears at its next heartbeat that its lease is replaced, and registers anew.
 *
 * <p>Of two servers at one address the later registration counts, by etcd's revisions; one that etcd has yet to hear of is later
 * than any that it has. Each proxy that sees such a pair takes the older one out of etcd, so that it comes back by registering only.
 */
final class SharedTable {
    private static final Logger log = LoggerFactory.getLogger(SharedTable.class);

    /** How long it is remembered that a server was resumed or taken out: for those who were away meanwhile. */
    static final Duration WORDS_KEPT = Duration.ofDays(7);
    static final int MAX_OLD_WORDS = 10_000;

    /** A write to be made for a slot. */
    record Attempt(Slot slot, Write write, @Nullable Claim claim, @Nullable SharedEntry entry,
            @Nullable Wanted wanted) {}

    private enum Contest {
        OURS, THEIRS, FORBIDDEN
    }

    private final Shown shown;
    private final Keys keys;
    private final String proxy;
    private final Site site;
    private final LongSupplier millis;
    private final EntryCodec codec = new EntryCodec();
    private final Map<EntryKey, Slot> slots = new HashMap<>();
    /** Slots with something to write and no write under way. */
    private final LinkedHashSet<Slot> ready = new LinkedHashSet<>();
    /** The same, of those whose next write only deletes: etcd takes that even where it has no room. */
    private final LinkedHashSet<Slot> deletions = new LinkedHashSet<>();
    /** What etcd will not take, until it is tried once more. */
    private final Set<Slot> refused = new LinkedHashSet<>();
    /** Slots that are not shown as etcd has them, since a change made here comes first. */
    private final Set<Slot> putOff = new LinkedHashSet<>();
    private final Set<EntryKey> pendingKeys = ConcurrentHashMap.newKeySet();
    private boolean keptChanged;
    private int underWay;
    /** Whether leases that run out now say nothing of their proxies. */
    private boolean sparing;
    /** Set by another thread. */
    private volatile boolean leaving;

    /**
     * @param proxy  this process's name: another after each start
     * @param millis milliseconds since 1970
     */
    SharedTable(Shown shown, Keys keys, String proxy, Site site, LongSupplier millis) {
        this.shown = shown;
        this.keys = keys;
        this.proxy = proxy;
        this.site = site;
        this.millis = millis;
    }

    /** The proxy ends: its sessions end with it, and that says nothing of its servers, which go to other proxies. */
    void leave() {
        leaving = true;
    }

    /** How many writes have no outcome yet. */
    int underWay() {
        return underWay;
    }

    /** How many entries etcd has yet to hear of. */
    int pending() {
        return ready.size() + deletions.size() + refused.size() + underWay;
    }

    /** Whether etcd has yet to hear something of this entry. For any thread. */
    boolean pending(EntryKey key) {
        return pendingKeys.contains(key);
    }

    /** Whether nothing of etcd's table waits for a change made here to be decided: what etcd has is what is routed by. */
    boolean decided() {
        return putOff.isEmpty();
    }

    /** Whether etcd has this setup, and no entry any more that gave way to it. */
    boolean committed(EndpointSpec newest) {
        EntryKey key = new EntryKey(newest.policy(), newest.id());
        for (EntryKey pending : pendingKeys) {
            Slot slot = slots.get(pending);
            if (slot != null && (slot.claim != null && slot.key.equals(key)
                    || slot.removal != null && slot.displaced && mayBeAt(newest, slot))) {
                return false;
            }
        }
        return true;
    }

    private static boolean mayBeAt(EndpointSpec newest, Slot slot) {
        return slot.entry == null || slot.entry.value().port() == newest.port()
                && slot.entry.value().address().equals(newest.host());
    }

    /** Whether what is to be kept on the disk may differ since this was asked last. */
    boolean keptChanged() {
        boolean changed = keptChanged;
        keptChanged = false;
        return changed;
    }

    /** What is to be kept on this machine's disk. */
    Kept kept(String store, @Nullable String table, long revision) {
        List<Kept.Word> words = new ArrayList<>();
        List<Kept.Server> servers = new ArrayList<>();
        for (Slot slot : slots.values()) {
            if (slot.word != null) {
                words.add(new Kept.Word(slot.word, slot.modeDirty));
            }
            if (slot.claim != null && slot.claim.endpoint().spec().proto() == 1) {
                servers.add(new Kept.Server(entry(slot.claim.endpoint(), slot.claim.token()), true));
            } else if (slot.restore != null) {
                servers.add(new Kept.Server(slot.restore, !slot.recalled));
            } else if (slot.entry != null && slot.entry.value().proto() == 1 && slot.removal == null) {
                servers.add(new Kept.Server(slot.entry.value(), false));
            }
        }
        return new Kept(store, table, revision, words, servers);
    }

    /** Takes what was kept on the disk, before anything is known of etcd: it stands until etcd says otherwise. */
    void recall(Kept kept) {
        for (Kept.Word kind : kept.words()) {
            Slot slot = slot(kind.word().entry().key());
            slot.word = kind.word();
            slot.modeDirty = kind.pending();
        }
        for (Kept.Server kind : kept.servers()) {
            Slot slot = slot(kind.entry().key());
            if (slot.word == null || !slot.word.removes(kind.entry())) {
                slot.restore = kind.entry();
                slot.recalled = !kind.pending();
                if (reachable(slot, kind.entry())
                        && shown.unverified(slot.key, kind.entry(), slot.mode(kind.entry().token()))) {
                    slot.shown = kind.entry().token();
                    slot.tableMode = slot.mode(kind.entry().token());
                }
            }
        }
        for (Slot slot : List.copyOf(slots.values())) {
            if (slot.restore == null) {
                show(slot);
            }
            settle(slot);
        }
    }

    /** Forgets what was said long ago and says only that nothing is wanted, the oldest first where it is too much. */
    void forgetOldWords() {
        List<Slot> over = slots.values().stream()
                .filter(slot -> slot.word != null && !slot.word.standing() && !slot.modeDirty && !slot.busy)
                .sorted(Comparator.comparingLong(slot -> Objects.requireNonNull(slot.word).at())).toList();
        long before = millis.getAsLong() - WORDS_KEPT.toMillis();
        int tooMany = over.size() - MAX_OLD_WORDS;
        for (int i = 0; i < over.size(); i++) {
            Slot slot = over.get(i);
            if (i < tooMany || Objects.requireNonNull(slot.word).at() < before) {
                slot.word = null;
                slot.modeDirty = slot.wantedKey != 0;
                settle(slot);
            }
        }
    }

    /** Takes what was changed here. */
    void take(Map<EntryKey, Local> changes) {
        changes.forEach((key, change) -> {
            Slot slot = slot(key);
            refused.remove(slot);
            switch (change) {
                case Local.Setup(Endpoint endpoint, String token) -> {
                    // A setup keeps a maintenance and ends a drain; any other mode is somebody's wish since.
                    Mode mode = endpoint.state().mode();
                    boolean wish = mode != (slot.tableMode == Mode.MAINTENANCE ? Mode.MAINTENANCE : Mode.ACTIVE);
                    slot.tableMode = mode;
                    slot.claim = new Claim(endpoint, token, slot.entry == null ? null : slot.entry.value().token(),
                            false);
                    slot.restore = null;
                    slot.mine = token;
                    slot.shown = token;
                    slot.removal = null;
                    slot.amend = false;
                    slot.orphan = false;
                    if (wish) {
                        say(slot, mode);
                    }
                }
                case Local.Look() -> {
                    look(slot);
                    if (slot.mine == null && slot.claim == null) {
                        show(slot);
                    }
                }
                case Local.Removed(Endpoint endpoint, String lease, boolean displaced) -> {
                    slot.displaced = displaced;
                    removed(slot, endpoint, lease);
                }
            }
            settle(slot);
        });
        showPutOff();
    }

    private void removed(Slot slot, Endpoint endpoint, @Nullable String lease) {
        Known<SharedEntry> entry = slot.entry;
        String token = lease != null ? lease : entry != null ? entry.value().token() : slot.mine;
        boolean own = Objects.equals(slot.mine, token);
        if (slot.claim != null && slot.claim.endpoint() == endpoint) {
            slot.claim = null;
        }
        if (Objects.equals(slot.mine, token)) {
            slot.mine = null;
        }
        slot.amend = false;
        slot.orphan = false;
        slot.restore = null;
        slot.removal = token;
        if (slot.displaced && slot.maintained()) {
            return;
        }
        if (endpoint.spec().proto() == 1 || !own || slot.maintained()) {
            // Somebody may remember the entry, or the word, and not that it was taken out.
            SharedEntry about = entry != null
                    ? entry.value()
                    : entry(endpoint, Objects.requireNonNullElse(token, ""));
            slot.word = word(slot, Mode.ACTIVE, about, true);
            slot.modeDirty = true;
        } else {
            slot.word = null;
            slot.modeDirty = slot.wanted != null;
        }
    }

    /** Somebody here wants something else of the server than before. */
    private void say(Slot slot, Mode mode) {
        Endpoint endpoint = shown.find(slot.key);
        String token = token(slot);
        SharedEntry about = slot.claim == null && slot.entry != null
                ? slot.entry.value()
                : endpoint != null && token != null
                        ? entry(endpoint, token)
                        : slot.word != null ? slot.word.entry() : slot.restore;
        if (about != null && (mode != Mode.ACTIVE || slot.word != null)) {
            slot.word = word(slot, mode, about, false);
            slot.modeDirty = true;
        }
    }

    /** A word that is newer than all that is known of this server, whatever the clocks say. */
    private Wanted word(Slot slot, Mode mode, SharedEntry about, boolean removed) {
        long after = Math.max(slot.word == null ? 0 : slot.word.at(), about.registeredAt().toEpochMilli());
        return new Wanted(mode, about.token(), about, Math.max(millis.getAsLong(), after + 1), proxy, removed);
    }

    private SharedEntry entry(Endpoint endpoint, String token) {
        return SharedEntry.of(endpoint.spec(), endpoint.registeredAt(), token, lost(endpoint.state()), proxy,
                site.of(endpoint.spec().address()));
    }

    /** Compares what the switch table says with what etcd has. */
    private void look(Slot slot) {
        Endpoint endpoint = shown.find(slot.key);
        if (endpoint == null) {
            return;
        }
        EndpointState state = endpoint.state();
        Known<SharedEntry> entry = slot.entry;
        if (slot.claim == null && entry != null && entry.value().token().equals(slot.mine)
                && entry.value().token().equals(state.lease()) && lost(state) && !entry.value().lost()) {
            slot.amend = true;
        }
        if (state.mode() != slot.tableMode) {
            slot.tableMode = state.mode();
            say(slot, state.mode());
        } else if (slot.mine != null) {
            showMode(slot);
        }
    }

    private void showMode(Slot slot) {
        Mode mode = slot.mode(token(slot));
        if (mode != slot.tableMode && shown.mode(slot.key, mode)) {
            slot.tableMode = mode;
        }
    }

    private boolean lost(EndpointState state) {
        return state.liveness() == Liveness.LOST && !leaving;
    }

    private static @Nullable String token(Slot slot) {
        return slot.claim != null
                ? slot.claim.token()
                : slot.mine != null ? slot.mine : slot.entry == null ? null : slot.entry.value().token();
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
        underWay = 0;
        ready.clear();
        deletions.clear();
        refused.clear();
        Map<String, Item> present = new HashMap<>();
        snapshot.items().forEach(item -> present.put(item.key(), item));
        for (Slot slot : slots.values()) {
            slot.busy = false;
            if (reset) {
                slot.entryRevision = 0;
                slot.wantedRevision = 0;
            }
            if (slot.recalled) {
                slot.recalled = false;
                slot.restore = reset ? slot.restore : null;
            }
            if (!present.containsKey(keys.server(slot.key))) {
                missing(slot, snapshot, present, reset);
            }
            if (!present.containsKey(keys.mode(slot.key))) {
                slot.wanted = null;
                slot.wantedKey = 0;
                slot.wantedRevision = reset ? 0 : snapshot.revision();
                slot.modeDirty |= reset && slot.word != null;
                merge(slot);
            }
        }
        apply(snapshot.items());
        int again = reset ? writeAgain() : 0;
        for (Slot slot : List.copyOf(slots.values())) {
            if (slot.claim == null && slot.entry == null && slot.mine != null) {
                Endpoint endpoint = shown.find(slot.key);
                vanishedOrRemoved(slot, endpoint, endpoint != null && endpoint.spec().proto() != 1 && leaseLost);
            } else if (slot.claim == null && slot.mine == null) {
                show(slot);
            }
            settle(slot);
        }
        return again;
    }

    /** etcd has no such entry. */
    private void missing(Slot slot, Snapshot snapshot, Map<String, Item> present, boolean reset) {
        if (slot.entry != null) {
            SharedEntry entry = slot.entry.value();
            Item sign = present.get(keys.proxy(entry.proxy()));
            // A sign of life that is younger than the entry is of a lease that came after the entry's.
            spare(slot, slot.entry,
                    reset || sign == null || sign.createRevision() > slot.entry.modRevision());
            if (reset && entry.proto() == 1 && slot.mine == null && slot.removal == null) {
                slot.restore = entry;
                slot.recalled = false;
            }
        }
        slot.entry = null;
        slot.entryKey = 0;
        slot.entryRevision = reset ? 0 : snapshot.revision();
    }

    /** etcd lost its table: this proxy's own entries, those that nobody else would write, and all words on what is wanted. */
    private int writeAgain() {
        Map<String, Instant> places = new HashMap<>();
        int again = 0;
        for (Slot slot : slots.values()) {
            Endpoint endpoint = shown.find(slot.key);
            if (slot.mine != null && slot.claim == null && endpoint != null
                    && (endpoint.spec().proto() == 1 || slot.mine.equals(endpoint.state().lease()))) {
                slot.claim = new Claim(endpoint, slot.mine, slot.mine, true);
            }
            SharedEntry entry = slot.claim != null
                    ? entry(slot.claim.endpoint(), slot.claim.token())
                    : slot.entry != null ? slot.entry.value() : slot.restore;
            if (entry != null) {
                places.merge(entry.place(), entry.registeredAt(), (one, other) -> one.isAfter(other) ? one : other);
            }
            again += slot.claim != null || slot.modeDirty ? 1 : 0;
        }
        for (Slot slot : slots.values()) {
            SharedEntry restore = slot.restore;
            if (restore != null && (slot.word != null && slot.word.removes(restore)
                    || restore.registeredAt().isBefore(places.getOrDefault(restore.place(), Instant.MIN)))) {
                slot.restore = null;
            }
            again += slot.restore != null ? 1 : 0;
        }
        return again;
    }

    private void vanishedOrRemoved(Slot slot, @Nullable Endpoint endpoint, boolean vanished) {
        String token = Objects.requireNonNull(slot.mine);
        if (vanished && endpoint != null
                && (endpoint.spec().proto() == 1 || token.equals(endpoint.state().lease()))) {
            slot.claim = new Claim(endpoint, token, null, false);
        } else {
            slot.mine = null;
            show(slot);
        }
    }

    /**
     * Takes changes of etcd's table in their order.
     *
     * @return own entries that are gone: by somebody's will, or because the lease is over; {@link #removedByOthers} is the former
     */
    List<Slot> apply(List<Item> items) {
        List<Slot> gone = new ArrayList<>();
        Set<String> endedProxies = new HashSet<>();
        items.stream().filter(item -> item.value() == null && keys.isProxy(item.key()))
                .forEach(item -> endedProxies.add(item.key()));
        for (Item item : items) {
            EntryKey key = keys.asServer(item.key());
            if (key != null) {
                Slot slot = slot(key);
                if (item.modRevision() > slot.entryRevision) {
                    if (item.value() == null && slot.entry != null) {
                        spare(slot, slot.entry, endedProxies.contains(keys.proxy(slot.entry.value().proxy())));
                    }
                    entryChanged(slot, item, gone);
                    settle(slot);
                }
            } else {
                key = keys.asMode(item.key());
                if (key != null) {
                    wantedChanged(slot(key), item, item.modRevision());
                }
            }
        }
        return gone;
    }

    private void entryChanged(Slot slot, Item item, List<Slot> gone) {
        boolean wasMine = slot.mine != null && slot.entry != null && slot.mine.equals(slot.entry.value().token());
        note(slot, item, item.modRevision());
        Known<SharedEntry> entry = slot.entry;
        if (slot.claim != null) {
            return; // decided when the claim is written
        }
        if (entry == null) {
            if (wasMine) {
                gone.add(slot);
            } else {
                show(slot);
            }
        } else if (!entry.value().proxy().equals(proxy)) {
            slot.mine = null;
            show(slot);
        } else if (entry.value().token().equals(slot.mine)) {
            shown.rank(slot.key, entry.createRevision());
            look(slot);
        } else if (slot.mine == null) {
            // A write of ours that etcd made after all, when nobody here wanted it any more.
            slot.removal = entry.value().token();
        }
    }

    private void wantedChanged(Slot slot, @Nullable Item item, long revision) {
        if (revision <= slot.wantedRevision) {
            return;
        }
        slot.wantedRevision = revision;
        slot.wantedKey = item == null || item.value() == null ? 0 : item.modRevision();
        Wanted wanted = item == null ? null : codec.wanted(slot.key, item);
        slot.wanted = wanted == null || item == null
                ? null
                : new Known<>(wanted, item.createRevision(), item.modRevision());
        merge(slot);
        if (slot.mine == null && slot.claim == null) {
            show(slot);
        } else {
            showMode(slot);
        }
        settle(slot);
    }

    /** Of the word that is known and the one that etcd has the newer one counts; etcd is to have it. */
    private static void merge(Slot slot) {
        Wanted theirs = slot.wanted == null ? null : slot.wanted.value();
        if (theirs == null) {
            slot.word = slot.modeDirty ? slot.word : null;
        } else if (theirs.newerThan(slot.word)) {
            slot.word = theirs;
            slot.modeDirty = false;
        } else {
            slot.modeDirty = !theirs.sameAs(slot.word);
        }
    }

    /**
     * Whether entries that go with their proxies' leases stay in the switch table for now. So it is after etcd was out of reach:
     * it may have heard of no proxy, and those that live enter their servers again.
     */
    void spareEnded(boolean now) {
        sparing = now;
        if (!now) {
            for (Slot slot : List.copyOf(slots.values())) {
                if (slot.orphan) {
                    slot.orphan = false;
                    show(slot);
                    settle(slot);
                }
            }
        }
    }

    private void spare(Slot slot, Known<SharedEntry> entry, boolean leaseOver) {
        slot.orphan = sparing && leaseOver && slot.mine == null && slot.claim == null && entry.value().proto() != 1;
    }

    /** Own entries that somebody else took out: they go here as well. */
    void removedByOthers(List<Slot> gone) {
        for (Slot slot : gone) {
            if (slot.entry == null && slot.claim == null) {
                slot.mine = null;
                show(slot);
                settle(slot);
            }
        }
    }

    private void note(Slot slot, @Nullable Item item, long revision) {
        SharedEntry entry = item == null ? null : codec.entry(slot.key, item);
        slot.orphan &= entry == null;
        slot.entryRevision = Math.max(slot.entryRevision, revision);
        slot.entryKey = item == null || item.value() == null ? 0 : item.modRevision();
        if (entry != null && slot.restore != null && !entry.registeredAt().isBefore(slot.restore.registeredAt())) {
            slot.restore = null;
        }
        slot.entry = entry == null || item == null
                ? null
                : new Known<>(entry, item.createRevision(), item.modRevision());
    }

    /** Brings the switch table in line with etcd for an entry that is not this proxy's. */
    private void show(Slot slot) {
        Known<SharedEntry> entry = slot.entry;
        boolean leaving = entry != null && entry.value().token().equals(slot.removal);
        boolean gone = entry == null || leaving && slot.displaced;
        if (entry != null && !leaving && reachable(slot, entry.value())) {
            String token = entry.value().token();
            Mode mode = slot.mode(token);
            switch (shown.entry(slot.key, entry.value(), mode, !token.equals(slot.shown), entry.createRevision(),
                    rival -> judge(rival, entry.modRevision()))) {
                case SHOWN -> {
                    slot.shown = token;
                    slot.tableMode = mode;
                }
                case LATER -> putOff.add(slot);
                case DISPLACED -> {
                    slot.removal = token;
                    slot.displaced = true;
                    show(slot);
                }
            }
        } else if (gone && slot.restore == null && slot.word != null && slot.maintained()
                && reachable(slot, slot.word.entry())) {
            if (shown.absentInMaintenance(slot.key, slot.word.entry())) {
                slot.shown = null;
                slot.tableMode = Mode.MAINTENANCE;
            }
        } else if (!slot.orphan && (slot.restore == null || entry != null)) {
            shown.remove(slot.key);
            slot.shown = null;
            slot.tableMode = Mode.ACTIVE;
        }
    }

    private Rival judge(EntryKey key, long revision) {
        Slot rival = slots.get(key);
        if (rival == null) {
            return Rival.OLDER;
        }
        if (rival.claim != null) {
            return Rival.UNDECIDED;
        }
        return rival.entry != null && rival.entry.modRevision() > revision ? Rival.NEWER : Rival.OLDER;
    }

    /** Something was decided: what had to wait for it may be shown now. */
    private void showPutOff() {
        if (putOff.isEmpty()) {
            return;
        }
        List<Slot> again = List.copyOf(putOff);
        putOff.clear();
        for (Slot slot : again) {
            if (slot.mine == null && slot.claim == null && slots.get(slot.key) == slot) {
                show(slot);
                settle(slot);
            }
        }
    }

    private boolean reachable(Slot slot, SharedEntry entry) {
        return site.reaches(entry.spec(slot.key).address(), entry.site());
    }

    /** Afterwards the slot is queued if it has something to write, and forgotten if there is nothing to it. */
    private void settle(Slot slot) {
        Wanted word = slot.word;
        if (word != null && word.mode() == Mode.DRAINING && slot.entry == null && slot.claim == null
                && slot.mine == null
                && slot.restore == null && !slot.orphan) {
            // A drain of a server that is gone.
            slot.word = null;
            slot.modeDirty = slot.wanted != null;
        }
        if (word != null && word.removed() && slot.claim == null && slot.removal == null && slot.entry != null
                && slot.entry.value().token().equals(word.token())
                && (slot.mine == null || slot.mine.equals(word.token()))) {
            // Somebody remembered the entry, and not that it was taken out.
            slot.removal = word.token();
            slot.mine = null;
            show(slot);
        }
        if (slot.pending() && !slot.busy && !refused.contains(slot)) {
            if (slot.removal != null && slot.claim == null) {
                ready.remove(slot);
                deletions.add(slot);
            } else if (!deletions.contains(slot)) {
                ready.add(slot);
            }
        } else if (slot.empty()) {
            slots.remove(slot.key, slot);
        }
        mark(slot);
    }

    /** Notes for others what has become of the slot. */
    private void mark(Slot slot) {
        if (slot.pending()) {
            pendingKeys.add(slot.key);
        } else {
            pendingKeys.remove(slot.key);
        }
        boolean keep = slot.word != null || slot.restore != null
                || slot.entry != null && slot.entry.value().proto() == 1
                || slot.claim != null && slot.claim.endpoint().spec().proto() == 1;
        keptChanged |= keep || slot.kept;
        slot.kept = keep;
    }

    /**
     * The next write; null if there is none now.
     *
     * @param lease this proxy's
     * @param room  whether etcd has room for more than deletions
     */
    @Nullable
    Attempt next(long lease, boolean room) {
        Slot slot;
        while ((slot = poll(room)) != null) {
            Attempt attempt = decide(slot, lease);
            if (attempt != null && !room && attempt.write().value() != null) {
                undo(attempt);
                ready.add(slot);
            } else if (attempt != null) {
                slot.busy = true;
                underWay++;
                return attempt;
            }
            if (slot.empty()) {
                slots.remove(slot.key, slot);
            }
            mark(slot);
        }
        showPutOff();
        return null;
    }

    private @Nullable Slot poll(boolean room) {
        LinkedHashSet<Slot> from = deletions.isEmpty() && room ? ready : deletions;
        return from.isEmpty() ? null : from.removeFirst();
    }

    /**
     * etcd did not take a write.
     *
     * @param forGood whether it will not take it in a moment either; it waits for {@link #retryRefused} then
     */
    void refused(Attempt attempt, boolean forGood) {
        Slot slot = attempt.slot();
        slot.busy = false;
        underWay--;
        undo(attempt);
        if (forGood) {
            refused.add(slot);
        } else {
            settle(slot);
        }
    }

    /** Tries what etcd would not take once more. */
    void retryRefused() {
        List<Slot> again = List.copyOf(refused);
        refused.clear();
        again.forEach(this::settle);
    }

    /** What the write was for is still to be written. */
    private void undo(Attempt attempt) {
        Slot slot = attempt.slot();
        slot.amend |= attempt.claim() == null && attempt.entry() != null && attempt.entry() != slot.restore;
    }

    private @Nullable Attempt decide(Slot slot, long lease) {
        if (slot.claim != null) {
            Attempt attempt = decide(slot, slot.claim, lease);
            if (attempt != null) {
                return attempt;
            }
        }
        Known<SharedEntry> entry = slot.entry;
        if (slot.removal != null) {
            if (entry != null && entry.value().token().equals(slot.removal)) {
                return new Attempt(slot, new Write(keys.server(slot.key), entry.modRevision(), null, 0,
                        slot.wanted == null || slot.word != null ? null : keys.mode(slot.key)), null, null, null);
            }
            slot.removal = null;
            if (entry != null && slot.mine == null) {
                show(slot);
            }
        }
        if (slot.amend) {
            slot.amend = false;
            if (entry != null && entry.value().token().equals(slot.mine) && !entry.value().lost()) {
                SharedEntry lost = entry.value().withLost(true);
                return new Attempt(slot,
                        new Write(keys.server(slot.key), entry.modRevision(), codec.bytes(lost), lease, null), null,
                        lost, null);
            }
        }
        if (slot.restore != null && !slot.recalled) {
            if (entry == null || entry.value().proto() == 1) {
                return new Attempt(slot,
                        new Write(keys.server(slot.key), slot.entryKey, codec.bytes(slot.restore), 0, null), null,
                        slot.restore, null);
            }
            slot.restore = null;
        }
        return slot.modeDirty ? decideMode(slot) : null;
    }

    private @Nullable Attempt decide(Slot slot, Claim claim, long lease) {
        Endpoint endpoint = claim.endpoint();
        EndpointState state = endpoint.state();
        boolean part1 = endpoint.spec().proto() == 1;
        if (shown.find(slot.key) != endpoint || !part1 && !claim.token().equals(state.lease())) {
            slot.claim = null; // what came instead is on its way here, or stands in the table already
            if (slot.entry != null && !slot.entry.value().proxy().equals(proxy)) {
                slot.mine = null;
                show(slot);
            }
            return null;
        }
        if (cameLater(slot, endpoint)) {
            log.info("event=registration_superseded server={} reason=address", LogValue.of(slot.key.toString()));
            giveUp(slot);
            return null;
        }
        switch (contest(slot.entry, claim)) {
            case THEIRS -> {
                log.info("event=registration_superseded server={} reason=id", LogValue.of(slot.key.toString()));
                giveUp(slot);
                return null;
            }
            case FORBIDDEN -> {
                log.warn("event=registration_refused server={} reason=\"the id is another owner's at another proxy\"",
                        LogValue.of(slot.key.toString()));
                giveUp(slot);
                return null;
            }
            case OURS -> {
            }
        }
        SharedEntry entry = entry(endpoint, claim.token());
        boolean oldDrain = slot.wanted != null && slot.wanted.value().mode() == Mode.DRAINING
                && !slot.wanted.value().token().equals(claim.token());
        return new Attempt(slot,
                new Write(keys.server(slot.key), slot.entryKey, codec.bytes(entry),
                        part1 ? 0 : lease, oldDrain ? keys.mode(slot.key) : null),
                claim, entry, null);
    }

    private void giveUp(Slot slot) {
        slot.claim = null;
        slot.mine = null;
        slot.shown = null;
        show(slot);
    }

    /** Who has the entry: the setup that came here, or what etcd has. */
    private Contest contest(@Nullable Known<SharedEntry> known, Claim claim) {
        if (known == null) {
            return Contest.OURS;
        }
        SharedEntry theirs = known.value();
        if (!Objects.equals(theirs.owner(), claim.endpoint().spec().owner())) {
            return Contest.FORBIDDEN;
        }
        if (theirs.proxy().equals(proxy) || theirs.lost() || theirs.token().equals(claim.base())) {
            return Contest.OURS;
        }
        if (claim.again()) {
            // What etcd has may be older than what it lost: the later setup stands, as far as clocks can tell.
            return setUpAt(claim.endpoint()).isBefore(theirs.registeredAt()) ? Contest.THEIRS : Contest.OURS;
        }
        if (theirs.proto() == 1 && claim.endpoint().spec().proto() == 1) {
            // Neither would register again: the later setup stands, as far as clocks can tell.
            return claim.endpoint().registeredAt().isBefore(theirs.registeredAt()) ? Contest.THEIRS : Contest.OURS;
        }
        EndpointSpec spec = claim.endpoint().spec();
        boolean samePlace = theirs.port() == spec.port() && theirs.address().equals(spec.host());
        return spec.proto() == 1 && samePlace ? Contest.OURS : Contest.THEIRS;
    }

    /**
     * Whether another proxy's server registered at this address after this one was set up here, as far as clocks can tell: etcd
     * was out of reach, and heard of the other one first.
     */
    private boolean cameLater(Slot slot, Endpoint endpoint) {
        if (putOff.isEmpty()) {
            return false;
        }
        EndpointSpec spec = endpoint.spec();
        Instant setUp = setUpAt(endpoint);
        return putOff.stream().filter(other -> other != slot).map(other -> other.entry).filter(Objects::nonNull)
                .map(Known::value)
                .anyMatch(
                        theirs -> !theirs.lost() && theirs.port() == spec.port() && theirs.address().equals(spec.host())
                                && theirs.registeredAt().isAfter(setUp));
    }

    private Instant setUpAt(Endpoint endpoint) {
        return Instant.ofEpochMilli(millis.getAsLong()).minusNanos(System.nanoTime() - endpoint.setupNanos());
    }

    private @Nullable Attempt decideMode(Slot slot) {
        Wanted word = slot.word;
        if (word == null ? slot.wantedKey == 0 : slot.wanted != null && word.sameAs(slot.wanted.value())) {
            slot.modeDirty = false;
            return null;
        }
        return new Attempt(slot,
                new Write(keys.mode(slot.key), slot.wantedKey, word == null ? null : codec.bytes(word), 0, null), null,
                null, word);
    }

    /** What became of a write. */
    void done(Attempt attempt, Outcome outcome) {
        Slot slot = attempt.slot();
        slot.busy = false;
        underWay--;
        long revision = outcome.revision();
        boolean mode = attempt.write().key().equals(keys.mode(slot.key));
        if (mode && !outcome.done()) {
            wantedChanged(slot, outcome.current(), revision);
        } else if (!outcome.done()) {
            if (revision > slot.entryRevision) {
                note(slot, outcome.current(), revision);
                if (slot.claim == null && slot.entry != null && !slot.entry.value().proxy().equals(proxy)) {
                    slot.mine = null;
                    show(slot);
                }
                look(slot);
            }
        } else if (mode) {
            if (revision > slot.wantedRevision) {
                slot.wantedRevision = revision;
                slot.wantedKey = attempt.wanted() == null ? 0 : revision;
                slot.wanted = attempt.wanted() == null ? null : new Known<>(attempt.wanted(), revision, revision);
                slot.modeDirty &= attempt.wanted() != null || slot.word != null;
                merge(slot);
            }
            look(slot);
        } else {
            entryWritten(slot, attempt, revision);
        }
        settle(slot);
        showPutOff();
    }

    private void entryWritten(Slot slot, Attempt attempt, long revision) {
        SharedEntry entry = attempt.entry();
        if (attempt.write().alsoDelete() != null && revision > slot.wantedRevision) {
            slot.wanted = null;
            slot.wantedKey = 0;
            slot.wantedRevision = revision;
            merge(slot);
        }
        if (revision > slot.entryRevision) {
            long created = slot.entry == null || attempt.write().expected() == 0
                    ? revision
                    : slot.entry.createRevision();
            slot.entryRevision = revision;
            slot.entryKey = entry == null ? 0 : revision;
            slot.entry = entry == null ? null : new Known<>(entry, created, revision);
        }
        if (entry == null) {
            slot.removal = null;
        } else if (entry == slot.restore) {
            slot.restore = null;
            show(slot);
        } else if (slot.claim == attempt.claim()) {
            slot.claim = null;
            if (slot.entry != null) {
                shown.rank(slot.key, slot.entry.createRevision());
            }
        }
        look(slot);
    }

    private Slot slot(EntryKey key) {
        return slots.computeIfAbsent(key, Slot::new);
    }
}
