package io.revproc.proxy.etcd;

import io.revproc.proxy.route.EndpointState.Mode;
import org.jspecify.annotations.Nullable;

/** The change of this proxy's switch table that a slot asks for; {@link EntrySync} makes it. */
sealed interface Show {
    /** Leaves the switch table as it is. */
    record Nothing() implements Show {}

    /**
     * Shows what etcd has.
     *
     * @param anew     whether the server registered since the entry was shown last
     * @param rank     its place in the turn
     * @param revision of its last change: of two servers at one address the later one counts
     */
    record Entry(SharedEntry entry, Mode mode, boolean anew, long rank, long revision) implements Show {}

    /** Shows an entry that was kept on the disk: its server is tried with a message. */
    record Unverified(SharedEntry entry, Mode mode) implements Show {}

    /** Shows a server that is in maintenance and registered with no proxy. */
    record Absent(SharedEntry last) implements Show {}

    /**
     * Orders an entry of this proxy's own as etcd has it.
     *
     * @param rank its place in the turn; 0: where it is
     * @param mode what is wanted of it; null: what it is
     */
    record Own(long rank, @Nullable Mode mode) implements Show {}

    /** Takes the entry out. */
    record Remove() implements Show {}

    /** The outcome. */
    enum Result {
        SHOWN,
        /** A change made here has to be looked at before. */
        LATER,
        /** Its address belongs to another server. */
        DISPLACED
    }
}
