package io.revproc.proxy.etcd;

import java.time.Instant;
import java.util.Objects;

import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.etcd.SlotEvent.Facts;
import io.revproc.proxy.etcd.SlotEvent.Here;
import io.revproc.proxy.etcd.SlotState.Claim;
import io.revproc.proxy.etcd.SlotState.Copy;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the shared table as pure functions: (slot, event, facts) → (slot, what to show, what to write). They say what etcd's keys
 * mean for the switch table here, and what changes here mean for etcd's keys. Revisions order everything; where etcd was out of reach,
 * clocks decide between those who could not be ordered. No etcd, no switch table, no clock and no threads in here.
 *
 * <p>A setup replaces in etcd what the proxy knew when the setup came. Did somebody else register the id meanwhile, theirs
 * stands: a server that is really here hears at its next heartbeat that its lease is replaced, and registers anew.
 *
 * <p>Of two servers at one address the later registration counts, by etcd's revisions; one that etcd has yet to hear of is later
 * than any that it has. Each proxy that sees such a pair takes the older one out of etcd, so that it comes back by registering only.
 *
 * <p>After each event {@link SlotEvent.Settle} follows, and {@link SlotEvent.Shown} after all that is to be shown.
 */
final class SlotRules {
    private final Self self;
    private final ShowRules shows;
    private final WordRules words;
    private final WriteRules writes;

    SlotRules(Self self) {
        this.self = self;
        this.shows = new ShowRules(self);
        this.words = new WordRules(self);
        this.writes = new WriteRules(self, shows, words);
    }

    SlotStep step(SlotState slot, SlotEvent event, Facts facts) {
        return switch (event) {
            case SlotEvent.SetUp setUp -> SlotStep.of(setUp(slot, setUp, facts));
            case SlotEvent.Look _ -> look(slot, facts);
            case SlotEvent.Removed removed -> SlotStep.of(removed(slot, removed, facts));
            case SlotEvent.Recall(Kept.Word word, Kept.Server server) -> recall(slot, word, server);
            case SlotEvent.Recalled _ -> slot.restore() == null ? shows.show(slot) : SlotStep.of(slot);
            case SlotEvent.Loading loading -> SlotStep.of(loading(slot, loading));
            case SlotEvent.NoWord(long revision, boolean reset) -> SlotStep.of(noWord(slot, revision, reset));
            case SlotEvent.ClaimAgain _ -> SlotStep.of(claimAgain(slot, facts.here()));
            case SlotEvent.RestoreIfNewest(Instant newest) -> SlotStep.of(restoreIfNewest(slot, newest));
            case SlotEvent.Loaded(boolean leaseLost) -> loaded(slot, leaseLost, facts.here());
            case SlotEvent.EntryChanged(Copy<SharedEntry> entry, boolean spared) ->
                entryChanged(slot, entry, spared, facts);
            case SlotEvent.WordChanged(Copy<Wanted> wanted) -> wordChanged(slot, wanted);
            case SlotEvent.SparingOver _ -> slot.orphan() ? shows.show(slot.withOrphan(false)) : SlotStep.of(slot);
            case SlotEvent.RemovedByOthers _ -> slot.entry().value() == null && slot.claim() == null
                    ? shows.show(slot.withMine(null))
                    : SlotStep.of(slot);
            case SlotEvent.ForgetWord _ ->
                SlotStep.of(slot.withWord(null).withWordPending(slot.wanted().key() != 0));
            case SlotEvent.MayWrite(Instant newest) -> writes.next(slot, newest, facts);
            case SlotEvent.Written(SlotWrite write, long revision) -> writes.written(slot, write, revision, facts);
            case SlotEvent.EntryDiffers(Copy<SharedEntry> entry) -> writes.entryDiffers(slot, entry, facts);
            case SlotEvent.WordDiffers(Copy<Wanted> wanted) -> wordChanged(slot.withBusy(false), wanted);
            case SlotEvent.NotWritten(SlotWrite write) -> SlotStep.of(
                    slot.withBusy(false).withAmend(slot.amend() || write instanceof SlotWrite.Lose));
            case SlotEvent.MayShow _ -> shows.showOthers(slot);
            case SlotEvent.Shown(Show show, Show.Result result) -> shows.shown(slot, show, result);
            case SlotEvent.Settle _ -> settle(slot);
        };
    }

    private SlotState setUp(SlotState slot, SlotEvent.SetUp event, Facts facts) {
        // A setup keeps a maintenance and ends a drain; any other mode is somebody's wish since.
        Mode mode = event.state().mode();
        boolean wish = mode != (slot.tableMode() == Mode.MAINTENANCE ? Mode.MAINTENANCE : Mode.ACTIVE);
        SlotState next = slot.withTableMode(mode)
                .withClaim(new Claim(event.endpoint(), event.token(), slot.entryToken(), false, event.late()))
                .withRestore(null).withMine(event.token()).withShown(event.token()).withRemoval(null).withAmend(false)
                .withOrphan(false);
        return wish ? words.say(next, mode, facts) : next;
    }

    private SlotStep look(SlotState slot, Facts facts) {
        SlotState seen = words.look(slot, facts);
        return seen.mine() == null && seen.claim() == null ? shows.show(seen) : shows.showMode(seen, 0);
    }

    private SlotState removed(SlotState slot, SlotEvent.Removed event, Facts facts) {
        SharedEntry entry = slot.entry().value();
        Endpoint endpoint = event.endpoint();
        String token = event.lease() != null ? event.lease() : entry != null ? entry.token() : slot.mine();
        boolean own = Objects.equals(slot.mine(), token);
        SlotState next = slot.withDisplaced(event.displaced()).withAmend(false).withOrphan(false).withRestore(null)
                .withRemoval(token, event.endpoint().revoked())
                .withClaim(slot.claim() != null && slot.claim().endpoint() == endpoint ? null : slot.claim())
                .withMine(own ? null : slot.mine());
        if (event.displaced() && slot.maintained()) {
            return next;
        }
        if (endpoint.spec().proto() == 1 || !own || slot.maintained()) {
            // Somebody may remember the entry, or the word, and not that it was taken out.
            SharedEntry about = entry != null
                    ? entry
                    : self.entry(endpoint.spec(), endpoint.registeredAt(), Objects.requireNonNullElse(token, ""),
                            WordRules.lost(event.state(), facts));
            return next.withWord(words.word(slot, Mode.ACTIVE, about, facts, true)).withWordPending(true);
        }
        return next.withWord(null).withWordPending(slot.wanted().value() != null);
    }

    private SlotStep recall(SlotState slot, Kept.@Nullable Word word, Kept.@Nullable Server server) {
        SlotState next = word == null ? slot : slot.withWord(word.word()).withWordPending(word.pending());
        if (server == null || next.word() != null && next.word().removes(server.entry())) {
            return SlotStep.of(next);
        }
        return shows.showUnverified(next.withRestore(server.entry()).withRecalled(!server.pending()), server.entry());
    }

    private static SlotState loading(SlotState slot, SlotEvent.Loading event) {
        Claim claim = slot.claim();
        SlotState next = slot.withBusy(false).withClaim(claim == null ? null : claim.delayed());
        if (event.reset()) {
            next = next.withEntry(slot.entry().seen(0)).withWanted(slot.wanted().seen(0));
        }
        if (slot.recalled()) {
            next = next.withRecalled(false).withRestore(event.reset() ? slot.restore() : null);
        }
        return event.there() ? next : missing(next, event);
    }

    /** etcd has no such entry. */
    private static SlotState missing(SlotState slot, SlotEvent.Loading event) {
        SharedEntry entry = slot.entry().value();
        SlotState next = slot.withEntry(Copy.none(event.reset() ? 0 : event.revision()));
        if (entry == null) {
            return next;
        }
        boolean nobodyElse = event.reset() && entry.proto() == 1 && slot.mine() == null && slot.removal() == null;
        next = next.withOrphan(spared(slot, event.spared()));
        return nobodyElse ? next.withRestore(entry).withRecalled(false) : next;
    }

    private static boolean spared(SlotState slot, boolean spared) {
        return spared && slot.mine() == null && slot.claim() == null && slot.entry().value() != null
                && slot.entry().value().proto() != 1;
    }

    private static SlotState noWord(SlotState slot, long revision, boolean reset) {
        return WordRules.merge(slot.withWanted(Copy.none(reset ? 0 : revision))
                .withWordPending(slot.wordPending() || reset && slot.word() != null));
    }

    private static SlotState claimAgain(SlotState slot, @Nullable Here here) {
        String mine = slot.mine();
        return mine != null && slot.claim() == null && here != null
                && (here.endpoint().spec().proto() == 1 || mine.equals(here.state().lease()))
                        ? slot.withClaim(new Claim(here.endpoint(), mine, mine, true, true))
                        : slot;
    }

    private static SlotState restoreIfNewest(SlotState slot, @Nullable Instant newest) {
        SharedEntry restore = slot.restore();
        boolean past = restore != null && (slot.word() != null && slot.word().removes(restore)
                || newest != null && restore.registeredAt().isBefore(newest));
        return past ? slot.withRestore(null) : slot;
    }

    private SlotStep loaded(SlotState slot, boolean leaseLost, @Nullable Here here) {
        if (slot.claim() != null || slot.mine() != null && slot.entry().value() != null) {
            return SlotStep.of(slot);
        }
        String mine = slot.mine();
        return mine != null && leaseLost && here != null && here.endpoint().spec().proto() != 1
                && mine.equals(here.state().lease())
                        ? SlotStep.of(slot.withClaim(new Claim(here.endpoint(), mine, null, false, true)))
                        : shows.show(slot.withMine(null));
    }

    private SlotStep entryChanged(SlotState slot, Copy<SharedEntry> changed, boolean spared, Facts facts) {
        if (changed.seen() <= slot.entry().seen()) {
            return SlotStep.of(slot);
        }
        boolean deleted = changed.key() == 0 && slot.entry().value() != null;
        boolean wasMine = slot.mine() != null && slot.mine().equals(slot.entryToken());
        SlotState next = note(deleted ? slot.withOrphan(spared(slot, spared)) : slot, changed);
        SharedEntry entry = changed.value();
        if (slot.claim() != null) {
            return SlotStep.of(next); // decided when the claim is written
        }
        if (entry == null) {
            return wasMine ? SlotStep.of(next) : shows.show(next);
        }
        if (!entry.proxy().equals(self.proxy())) {
            return shows.show(next.withMine(null));
        }
        if (entry.token().equals(slot.mine())) {
            return shows.showMode(words.look(next, facts), changed.created());
        }
        // A write of ours that etcd made after all, when nobody here wanted it any more.
        return SlotStep.of(slot.mine() == null ? next.withRemoval(entry.token()) : next);
    }

    /** Returns whether an entry of this proxy's own is gone: by somebody's will, or because the lease is over. */
    static boolean gone(SlotState before, SlotState after) {
        return before.mine() != null && before.mine().equals(before.entryToken()) && after.mine() != null
                && after.entry().value() == null && after.claim() == null;
    }

    static SlotState note(SlotState slot, Copy<SharedEntry> changed) {
        SharedEntry entry = changed.value();
        SlotState next = slot.withEntry(changed).withOrphan(slot.orphan() && entry == null);
        return entry != null && slot.restore() != null
                && !entry.registeredAt().isBefore(slot.restore().registeredAt()) ? next.withRestore(null) : next;
    }

    private SlotStep wordChanged(SlotState slot, Copy<Wanted> changed) {
        if (changed.seen() <= slot.wanted().seen()) {
            return SlotStep.of(slot);
        }
        SlotState next = WordRules.merge(slot.withWanted(changed));
        return next.mine() == null && next.claim() == null ? shows.show(next) : shows.showMode(next, 0);
    }

    private SlotStep settle(SlotState slot) {
        SlotState next = WordRules.forgetDrain(slot);
        Wanted word = next.word();
        return word != null && WordRules.removedLongAgo(next)
                ? shows.show(next.withRemoval(word.token()).withMine(null))
                : SlotStep.of(next);
    }

    /** Returns the entry as it is kept on the disk: of a server that would not register again by itself; null if there is none. */
    Kept.@Nullable Server keptServer(SlotState slot) {
        Claim claim = slot.claim();
        if (claim != null && claim.endpoint().spec().proto() == 1) {
            EndpointState state = claim.endpoint().state();
            return new Kept.Server(self.entry(claim.endpoint().spec(), claim.endpoint().registeredAt(), claim.token(),
                    state.liveness() == EndpointState.Liveness.LOST), true);
        }
        if (slot.restore() != null) {
            return new Kept.Server(slot.restore(), !slot.recalled());
        }
        SharedEntry entry = slot.entry().value();
        return entry != null && entry.proto() == 1 && slot.removal() == null ? new Kept.Server(entry, false) : null;
    }

    /** Returns the entry that counts of a server, whoever has it; null if there is none. */
    @Nullable
    SharedEntry known(SlotState slot) {
        Claim claim = slot.claim();
        return claim != null
                ? self.entry(claim.endpoint().spec(), claim.endpoint().registeredAt(), claim.token(), false)
                : slot.entry().value() != null ? slot.entry().value() : slot.restore();
    }
}
