package io.revproc.proxy.etcd;

import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Mode;
import org.jspecify.annotations.Nullable;

/** What is known of one entry on its way between this proxy and etcd. Belongs to {@link SharedTable}; not thread-safe. */
final class Slot {
    /** Something that etcd has, and the revision of its last change. */
    record Known<T>(T value, long createRevision, long modRevision) {}

    /**
     * A setup that etcd does not have yet.
     *
     * @param base  the registration that was known when the setup came: only that one is replaced without a question
     * @param again whether etcd had it already, and lost it
     */
    record Claim(Endpoint endpoint, String token, @Nullable String base, boolean again) {}

    final EntryKey key;
    @Nullable
    Known<SharedEntry> entry;
    /** What etcd has of what is wanted. */
    @Nullable
    Known<SharedEntry.Wanted> wanted;
    /** The newest word on what is wanted, which etcd may have yet to hear of. */
    @Nullable
    Wanted word;
    /** The entry of a Part 1 server that etcd had and lost: it would not register again by itself. */
    @Nullable
    SharedEntry restore;
    /** The entry to restore was read from this machine's disk, and etcd had it then: it stands only if etcd lost its table. */
    boolean recalled;
    /** Revision of the last change of the entry that is known, its deletion included; of what is wanted likewise. */
    long entryRevision;
    long wantedRevision;
    /** Revision of the keys that are there now, whether they can be read or not; 0: there is none. */
    long entryKey;
    long wantedKey;
    /** The registration of this entry that is this proxy's; null if it is none's, or another's. */
    @Nullable
    String mine;
    /** The registration that the switch table shows. */
    @Nullable
    String shown;
    /** The mode that the switch table was last seen in: another one there is somebody's wish. */
    Mode tableMode = Mode.ACTIVE;
    @Nullable
    Claim claim;
    /** The registration that is to be deleted. */
    @Nullable
    String removal;
    /** Whether a maintenance outlives the removal: another server has the address now. */
    boolean displaced;
    /** Whether etcd has to hear that the session is lost. */
    boolean amend;
    /** Whether etcd has yet to hear the newest word, or that there is none any more. */
    boolean modeDirty;
    /** Its entry went with its proxy's lease, which etcd let run out while it was out of reach: it is shown for a while yet. */
    boolean orphan;
    /** Something of it is kept on the disk. */
    boolean kept;
    /** A write is under way. */
    boolean busy;

    Slot(EntryKey key) {
        this.key = key;
    }

    boolean pending() {
        return claim != null || removal != null || amend || modeDirty || restore != null && !recalled || busy;
    }

    /** Nothing is known and nothing to do: it can be forgotten. */
    boolean empty() {
        return entry == null && wanted == null && word == null && restore == null && mine == null && !orphan
                && !pending();
    }

    /** What is wanted of the server while this registration is current. */
    Mode mode(@Nullable String token) {
        Wanted known = word;
        return known != null && (known.mode() == Mode.MAINTENANCE || known.token().equals(token))
                ? known.mode()
                : Mode.ACTIVE;
    }

    boolean maintained() {
        return word != null && word.mode() == Mode.MAINTENANCE;
    }
}
