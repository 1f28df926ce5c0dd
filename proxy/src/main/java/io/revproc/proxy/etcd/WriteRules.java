package io.revproc.proxy.etcd;

import java.time.Instant;
import java.util.Objects;

import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.etcd.SlotEvent.Facts;
import io.revproc.proxy.etcd.SlotEvent.Here;
import io.revproc.proxy.etcd.SlotState.Claim;
import io.revproc.proxy.etcd.SlotState.Copy;
import io.revproc.proxy.etcd.SlotStep.Yields;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState.Mode;
import org.jspecify.annotations.Nullable;

/** Decides what is written to etcd for a slot next, and what follows once it is written, as pure functions. Part of {@link SlotRules}. */
final class WriteRules {
    private final Self self;
    private final ShowRules shows;
    private final WordRules words;

    WriteRules(Self self, ShowRules shows, WordRules words) {
        this.self = self;
        this.shows = shows;
        this.words = words;
    }

    /**
     * Returns the next write. Where something is to be shown first there is none: it may be asked for again then.
     *
     * @param newest when the newest server registered that waits at the address; null if there is none
     */
    SlotStep next(SlotState slot, @Nullable Instant newest, Facts facts) {
        Claim claim = slot.claim();
        if (claim == null) {
            return nextWithoutClaim(slot);
        }
        Here here = facts.here();
        boolean part1 = claim.endpoint().spec().proto() == 1;
        if (here == null || here.endpoint() != claim.endpoint()
                || !part1 && !claim.token().equals(here.state().lease())) {
            // What came instead is on its way here, or stands in the table already.
            SlotState over = slot.withClaim(null);
            return slot.entry().value() == null || slot.isOf(self.proxy())
                    ? nextWithoutClaim(over)
                    : shows.show(over.withMine(null));
        }
        Yields yields = yields(slot.entry().value(), claim, here, newest);
        if (yields != null) {
            return shows.show(slot.withClaim(null).withMine(null).withShown(null)).because(yields);
        }
        Wanted wanted = slot.wanted().value();
        boolean oldDrain = wanted != null && wanted.mode() == Mode.DRAINING && !wanted.token().equals(claim.token());
        SharedEntry entry = self.entry(claim.endpoint().spec(), claim.endpoint().registeredAt(), claim.token(),
                WordRules.lost(here.state(), facts));
        return SlotStep.write(slot.withBusy(true),
                new SlotWrite.Enter(entry, claim, slot.entry().key(), oldDrain));
    }

    /** Returns why the setup made here has to give way to what etcd has, or is about to show here; null if it stands. */
    private @Nullable Yields yields(@Nullable SharedEntry theirs, Claim claim, Here here, @Nullable Instant newest) {
        if (claim.late() && newest != null && newest.isAfter(here.setUpAt())) {
            // etcd heard of the other one first, and that says nothing: as far as clocks can tell it came later.
            return Yields.ADDRESS;
        }
        if (theirs == null) {
            return null;
        }
        EndpointSpec spec = claim.endpoint().spec();
        if (!Objects.equals(theirs.owner(), spec.owner())) {
            return Yields.OWNER;
        }
        if (theirs.proxy().equals(self.proxy()) || theirs.lost() || theirs.token().equals(claim.base())) {
            return null;
        }
        boolean stands;
        if (claim.again()) {
            // What etcd has may be older than what it lost: the later setup stands, as far as clocks can tell.
            stands = !here.setUpAt().isBefore(theirs.registeredAt());
        } else if (theirs.proto() == 1 && spec.proto() == 1) {
            // Neither would register again: the later setup stands, as far as clocks can tell.
            stands = !claim.endpoint().registeredAt().isBefore(theirs.registeredAt());
        } else {
            stands = spec.proto() == 1 && theirs.port() == spec.port() && theirs.address().equals(spec.host());
        }
        return stands ? null : Yields.ID;
    }

    private SlotStep nextWithoutClaim(SlotState slot) {
        Copy<SharedEntry> entry = slot.entry();
        SharedEntry there = entry.value();
        SlotState next = slot;
        if (next.removal() != null) {
            if (there != null && there.token().equals(next.removal())) {
                String ending = next.ending();
                if (ending != null) {
                    // Said once: that the entry goes is what counts.
                    return SlotStep.write(next.withRemoval(next.removal()).withBusy(true),
                            new SlotWrite.Revoke(there.withRevoked(ending), entry.key()));
                }
                return SlotStep.write(next.withBusy(true),
                        new SlotWrite.Delete(entry.key(), next.wanted().value() != null && next.word() == null));
            }
            next = next.withRemoval(null);
            if (there != null && next.mine() == null) {
                return shows.show(next);
            }
        }
        if (next.amend()) {
            next = next.withAmend(false);
            if (there != null && there.token().equals(next.mine()) && !there.lost()) {
                return SlotStep.write(next.withBusy(true), new SlotWrite.Lose(there.withLost(true), entry.key()));
            }
        }
        SharedEntry restore = next.restore();
        if (restore != null && !next.recalled()) {
            if (there == null || there.proto() == 1) {
                return SlotStep.write(next.withBusy(true), new SlotWrite.Restore(restore, entry.key()));
            }
            next = next.withRestore(null);
        }
        return next.wordPending() ? nextWord(next) : SlotStep.of(next);
    }

    private static SlotStep nextWord(SlotState slot) {
        Wanted word = slot.word();
        boolean known = word == null ? slot.wanted().key() == 0 : word.sameAs(slot.wanted().value());
        return known
                ? SlotStep.of(slot.withWordPending(false))
                : SlotStep.write(slot.withBusy(true), new SlotWrite.Say(word, slot.wanted().key()));
    }

    /** Takes that a write was made. */
    SlotStep written(SlotState slot, SlotWrite write, long revision, Facts facts) {
        SlotState next = slot.withBusy(false);
        return switch (write) {
            case SlotWrite.Say(Wanted word, _) -> looked(said(next, word, revision), 0, facts);
            case SlotWrite.Delete(_, boolean endsWord) -> looked(
                    entryIs(wordEnds(next, endsWord, revision), null, revision).withRemoval(null), 0, facts);
            case SlotWrite.Lose(SharedEntry entry, _) -> looked(entryIs(next, entry, revision), 0, facts);
            case SlotWrite.Revoke(SharedEntry entry, _) -> looked(entryIs(next, entry, revision), 0, facts);
            case SlotWrite.Restore(SharedEntry entry, _) -> entry.equals(slot.restore())
                    ? shows.show(words.look(entryIs(next, entry, revision).withRestore(null), facts))
                    : looked(entryIs(next, entry, revision), 0, facts);
            case SlotWrite.Enter(SharedEntry entry, Claim claim, _, boolean endsDrain) -> {
                SlotState there = entryIs(wordEnds(next, endsDrain, revision), entry, revision);
                yield claim.equals(slot.claim())
                        ? looked(there.withClaim(null), there.entry().created(), facts)
                        : looked(there, 0, facts);
            }
        };
    }

    private static SlotState said(SlotState slot, @Nullable Wanted word, long revision) {
        if (revision <= slot.wanted().seen()) {
            return slot;
        }
        return WordRules.merge(slot
                .withWanted(word == null ? Copy.none(revision) : new Copy<>(word, revision, revision, revision))
                .withWordPending(slot.wordPending() && (word != null || slot.word() != null)));
    }

    private static SlotState wordEnds(SlotState slot, boolean ends, long revision) {
        return ends && revision > slot.wanted().seen()
                ? WordRules.merge(slot.withWanted(Copy.none(revision)))
                : slot;
    }

    private static SlotState entryIs(SlotState slot, @Nullable SharedEntry entry, long revision) {
        Copy<SharedEntry> before = slot.entry();
        if (revision <= before.seen()) {
            return slot;
        }
        long created = before.value() == null ? revision : before.created();
        return slot.withEntry(entry == null ? Copy.none(revision) : new Copy<>(entry, created, revision, revision));
    }

    /** Takes that the entry is another one than a write expected. */
    SlotStep entryDiffers(SlotState slot, Copy<SharedEntry> changed, Facts facts) {
        SlotState next = slot.withBusy(false);
        if (changed.seen() <= slot.entry().seen()) {
            return SlotStep.of(next);
        }
        next = SlotRules.note(next, changed);
        return next.claim() == null && changed.value() != null && !next.isOf(self.proxy())
                ? shows.show(words.look(next.withMine(null), facts))
                : looked(next, 0, facts);
    }

    /** Compares with the switch table, for an entry of this proxy's own. */
    private SlotStep looked(SlotState slot, long rank, Facts facts) {
        SlotState seen = words.look(slot, facts);
        return seen.mine() == null && rank == 0 ? SlotStep.of(seen) : shows.showMode(seen, rank);
    }
}
