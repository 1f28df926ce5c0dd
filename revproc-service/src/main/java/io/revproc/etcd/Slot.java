package io.revproc.etcd;

import io.revproc.upstream.Endpoint;
import io.revproc.upstream.EndpointState.Mode;
import org.jspecify.annotations.Nullable;

/** What is known of one entry on its way between this proxy and etcd. Belongs to {@link SharedTable}; not thread-safe. */
final class Slot {
    /** Something that etcd has, and the revision of its last change. */
    record Known<T>(T value, long createRevision, long modRevision) {}

    /**
     * A setup that etcd does not have yet.
     *
     * @param base the registration that was known when the setup came: only that one is replaced without a question
     */
    record Claim(Endpoint endpoint, String token, @Nullable String base) {}

    final EntryKey key;
    @Nullable
    Known<SharedEntry> entry;
    @Nullable
    Known<SharedEntry.Wanted> wanted;
    /** Revision of the last change of the entry that is known, its deletion included; of what is wanted likewise. */
    long entryRevision;
    long wantedRevision;
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
    /** Whether etcd has to hear what is wanted of the server. */
    boolean modeDirty;
    /** Its entry went with its proxy's lease, which etcd let run out while it was out of reach: it is shown for a while yet. */
    boolean orphan;
    /** A write is under way. */
    boolean busy;

    Slot(EntryKey key) {
        this.key = key;
    }

    boolean pending() {
        return claim != null || removal != null || amend || modeDirty || busy;
    }

    /** Nothing is known and nothing to do: it can be forgotten. */
    boolean empty() {
        return entry == null && wanted == null && mine == null && !orphan && !pending();
    }

    /** What etcd wants of the server while this registration is current. */
    Mode mode(@Nullable String token) {
        Known<SharedEntry.Wanted> known = wanted;
        if (known == null) {
            return Mode.ACTIVE;
        }
        return known.value().mode() == Mode.MAINTENANCE || known.value().token().equals(token)
                ? known.value().mode()
                : Mode.ACTIVE;
    }

    boolean maintained() {
        return wanted != null && wanted.value().mode() == Mode.MAINTENANCE;
    }
}
