package io.revproc.proxy.etcd;

import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Mode;
import org.jspecify.annotations.Nullable;

/**
 * The state of one entry between this proxy and etcd. Immutable; {@link SlotRules} decides the next state.
 *
 * @param entry       what etcd has of the entry
 * @param wanted      what etcd has of what is wanted
 * @param word        the newest word on what is wanted, which etcd may have yet to hear of
 * @param wordPending whether etcd has yet to hear the newest word, or that there is none any more
 * @param restore     the entry of a Part 1 server that etcd had and lost: it would not register again by itself
 * @param recalled    whether the entry to restore was read from this machine's disk, and etcd had it then: it stands only if etcd lost its
 *                    table
 * @param mine        the registration of this entry that is this proxy's; null if it is none's, or another's
 * @param shown       the registration that the switch table shows
 * @param tableMode   the mode that the switch table was last seen in: another one there is somebody's wish
 * @param claim       a setup that etcd does not have yet
 * @param removal     the registration that is to be deleted
 * @param ending      why the server of the registration that is to be deleted may not serve any more, if the others have yet to hear that;
 *                    null if there is nothing to say
 * @param displaced   whether a maintenance outlives the removal: another server has the address now
 * @param amend       whether etcd has to hear that the session is lost
 * @param orphan      whether its entry went with its proxy's lease, which etcd let run out while it was out of reach: it is shown for a
 *                    while yet
 * @param busy        whether a write is under way
 */
record SlotState(EntryKey key, Copy<SharedEntry> entry, Copy<Wanted> wanted, @Nullable Wanted word, boolean wordPending,
        @Nullable SharedEntry restore, boolean recalled, @Nullable String mine, @Nullable String shown, Mode tableMode,
        @Nullable Claim claim, @Nullable String removal, @Nullable String ending, boolean displaced, boolean amend,
        boolean orphan,
        boolean busy) {

    /**
     * One of etcd's keys as far as it is known.
     *
     * @param value   null if there is none, or none that can be read
     * @param created revision at which the key came; decides an entry's turn
     * @param key     revision of the key that is there now, whether it can be read or not; 0: there is none
     * @param seen    revision of the last change that is known, a deletion included
     */
    record Copy<T>(@Nullable T value, long created, long key, long seen) {
        static <T> Copy<T> none(long seen) {
            return new Copy<>(null, 0, 0, seen);
        }

        Copy<T> seen(long revision) {
            return new Copy<>(value, created, key, revision);
        }
    }

    /**
     * A setup that etcd does not have yet.
     *
     * @param base  the registration that was known when the setup came: only that one is replaced without a question
     * @param again whether etcd had it already, and lost it
     * @param late  whether etcd could not be told at once: others may have been told of a later setup at the address first
     */
    record Claim(Endpoint endpoint, String token, @Nullable String base, boolean again, boolean late) {
        Claim delayed() {
            return new Claim(endpoint, token, base, again, true);
        }
    }

    /** Returns a slot of which nothing is known. */
    static SlotState of(EntryKey key) {
        return new SlotState(key, Copy.none(0), Copy.none(0), null, false, null, false, null, null, Mode.ACTIVE, null,
                null, null, false, false, false, false);
    }

    /** Returns whether etcd has yet to hear something of it. */
    boolean pending() {
        return claim != null || removal != null || amend || wordPending || restores() || busy;
    }

    /** Returns whether all that etcd has to hear next is that something is deleted: it takes that even where it has no room. */
    boolean deletes() {
        return removal != null && claim == null;
    }

    /** Returns whether etcd is to have the entry that it lost. */
    boolean restores() {
        return restore != null && !recalled;
    }

    /** Returns whether nothing is known and there is nothing to do: it can be forgotten. */
    boolean empty() {
        return entry.value() == null && wanted.value() == null && word == null && restore == null && mine == null
                && !orphan && !pending();
    }

    /** Returns whether etcd has the entry as this proxy's. */
    boolean isOf(String proxy) {
        return entry.value() != null && entry.value().proxy().equals(proxy);
    }

    /** Returns what is wanted of the server while this registration is current. */
    Mode mode(@Nullable String token) {
        return word != null && (word.mode() == Mode.MAINTENANCE || word.token().equals(token))
                ? word.mode()
                : Mode.ACTIVE;
    }

    /** Returns the registration that counts here; null if there is none. */
    @Nullable
    String token() {
        return claim != null ? claim.token() : mine != null ? mine : entryToken();
    }

    /** Returns the registration that etcd has; null if it has none. */
    @Nullable
    String entryToken() {
        return entry.value() == null ? null : entry.value().token();
    }

    boolean maintained() {
        return word != null && word.mode() == Mode.MAINTENANCE;
    }

    /** Returns the word as it is kept on the disk; null if there is none. */
    Kept.@Nullable Word keptWord() {
        return word == null ? null : new Kept.Word(word, wordPending);
    }

    /** Returns whether something of it is kept on the disk. */
    boolean kept() {
        return word != null || restore != null || entry.value() != null && entry.value().proto() == 1
                || claim != null && claim.endpoint().spec().proto() == 1;
    }

    SlotState withEntry(Copy<SharedEntry> next) {
        return new SlotState(key, next, wanted, word, wordPending, restore, recalled, mine, shown, tableMode, claim,
                removal, ending, displaced, amend, orphan, busy);
    }

    SlotState withWanted(Copy<Wanted> next) {
        return new SlotState(key, entry, next, word, wordPending, restore, recalled, mine, shown, tableMode, claim,
                removal, ending, displaced, amend, orphan, busy);
    }

    SlotState withWord(@Nullable Wanted next) {
        return new SlotState(key, entry, wanted, next, wordPending, restore, recalled, mine, shown, tableMode, claim,
                removal, ending, displaced, amend, orphan, busy);
    }

    SlotState withWordPending(boolean next) {
        return new SlotState(key, entry, wanted, word, next, restore, recalled, mine, shown, tableMode, claim, removal,
                ending, displaced, amend, orphan, busy);
    }

    SlotState withRestore(@Nullable SharedEntry next) {
        return new SlotState(key, entry, wanted, word, wordPending, next, recalled, mine, shown, tableMode, claim,
                removal, ending, displaced, amend, orphan, busy);
    }

    SlotState withRecalled(boolean next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, next, mine, shown, tableMode, claim,
                removal, ending, displaced, amend, orphan, busy);
    }

    SlotState withMine(@Nullable String next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, next, shown, tableMode, claim,
                removal, ending, displaced, amend, orphan, busy);
    }

    SlotState withShown(@Nullable String next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, mine, next, tableMode, claim,
                removal, ending, displaced, amend, orphan, busy);
    }

    SlotState withTableMode(Mode next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, mine, shown, next, claim,
                removal, ending, displaced, amend, orphan, busy);
    }

    SlotState withClaim(@Nullable Claim next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, mine, shown, tableMode, next,
                removal, ending, displaced, amend, orphan, busy);
    }

    /** The others have nothing to hear but that it goes. */
    SlotState withRemoval(@Nullable String next) {
        return withRemoval(next, null);
    }

    SlotState withRemoval(@Nullable String next, @Nullable String why) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, mine, shown, tableMode, claim,
                next, why, displaced, amend, orphan, busy);
    }

    SlotState withDisplaced(boolean next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, mine, shown, tableMode, claim,
                removal, ending, next, amend, orphan, busy);
    }

    SlotState withAmend(boolean next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, mine, shown, tableMode, claim,
                removal, ending, displaced, next, orphan, busy);
    }

    SlotState withOrphan(boolean next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, mine, shown, tableMode, claim,
                removal, ending, displaced, amend, next, busy);
    }

    SlotState withBusy(boolean next) {
        return new SlotState(key, entry, wanted, word, wordPending, restore, recalled, mine, shown, tableMode, claim,
                removal, ending, displaced, amend, orphan, next);
    }
}
