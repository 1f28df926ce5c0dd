package io.revproc.proxy.etcd;

import java.util.Objects;

import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.etcd.SlotEvent.Facts;
import io.revproc.proxy.etcd.SlotEvent.Here;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import org.jspecify.annotations.Nullable;

/** Decides which operator's decision on a server is the newest, as pure functions. Part of {@link SlotRules}. */
final class WordRules {
    private final Self self;

    WordRules(Self self) {
        this.self = self;
    }

    /** Returns the slot once somebody here wants something else of the server than before. */
    SlotState say(SlotState slot, Mode mode, Facts facts) {
        SharedEntry about = about(slot, facts);
        return about != null && (mode != Mode.ACTIVE || slot.word() != null)
                ? slot.withWord(word(slot, mode, about, facts, false)).withWordPending(true)
                : slot;
    }

    private @Nullable SharedEntry about(SlotState slot, Facts facts) {
        Here here = facts.here();
        String token = slot.token();
        if (slot.claim() == null && slot.entry().value() != null) {
            return slot.entry().value();
        }
        if (here != null && token != null) {
            return self.entry(here.endpoint().spec(), here.endpoint().registeredAt(), token, lost(here.state(), facts));
        }
        return slot.word() != null ? slot.word().entry() : slot.restore();
    }

    /** Returns a word that is newer than all that is known of this server, whatever the clocks say. */
    Wanted word(SlotState slot, Mode mode, SharedEntry about, Facts facts, boolean removed) {
        long after = Math.max(slot.word() == null ? 0 : slot.word().at(), about.registeredAt().toEpochMilli());
        return new Wanted(mode, about.token(), about, Math.max(facts.millis(), after + 1), self.proxy(), removed);
    }

    /** Returns whether others are to hear that the server's session is lost. */
    static boolean lost(EndpointState state, Facts facts) {
        return state.liveness() == Liveness.LOST && !facts.leaving();
    }

    /** Compares what the switch table says with what is known. */
    SlotState look(SlotState slot, Facts facts) {
        Here here = facts.here();
        if (here == null) {
            return slot;
        }
        EndpointState state = here.state();
        SharedEntry entry = slot.entry().value();
        boolean amend = slot.claim() == null && entry != null && entry.token().equals(slot.mine())
                && entry.token().equals(state.lease()) && lost(state, facts) && !entry.lost();
        SlotState seen = amend ? slot.withAmend(true) : slot;
        return state.mode() == seen.tableMode()
                ? seen
                : say(seen.withTableMode(state.mode()), state.mode(), facts);
    }

    /** Takes the newer of the known decision and etcd's, and has it written to etcd. */
    static SlotState merge(SlotState slot) {
        Wanted theirs = slot.wanted().value();
        if (theirs == null) {
            return slot.wordPending() ? slot : drainsOwn(slot) ? slot.withWordPending(true) : slot.withWord(null);
        }
        return theirs.newerThan(slot.word())
                ? slot.withWord(theirs).withWordPending(false)
                : slot.withWordPending(!theirs.sameAs(slot.word()));
    }

    /**
     * Returns whether the word is the drain of a server that is registered here: a proxy that did not know of the server, since etcd had
     * lost its entry, has taken the drain for that of a server that is gone.
     */
    private static boolean drainsOwn(SlotState slot) {
        return slot.word() != null && slot.word().mode() == Mode.DRAINING && slot.tableMode() == Mode.DRAINING
                && slot.mine() != null && Objects.equals(slot.word().token(), slot.token());
    }

    /** Forgets the drain of a server that is gone. */
    static SlotState forgetDrain(SlotState slot) {
        Wanted word = slot.word();
        boolean over = word != null && word.mode() == Mode.DRAINING && slot.entry().value() == null
                && slot.claim() == null && slot.mine() == null && slot.restore() == null && !slot.orphan();
        return over ? slot.withWord(null).withWordPending(slot.wanted().value() != null) : slot;
    }

    /** Returns whether somebody remembered the entry, and not that it was taken out. */
    static boolean removedLongAgo(SlotState slot) {
        Wanted word = slot.word();
        return word != null && word.removed() && slot.claim() == null && slot.removal() == null
                && word.token().equals(slot.entryToken())
                && (slot.mine() == null || slot.mine().equals(word.token()));
    }
}
