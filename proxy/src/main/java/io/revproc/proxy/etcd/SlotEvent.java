package io.revproc.proxy.etcd;

import java.time.Instant;

import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.etcd.SlotState.Copy;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import org.jspecify.annotations.Nullable;

/** The events of a slot: in the switch table of this proxy, in etcd, or of a write on its way. */
sealed interface SlotEvent {
    /**
     * The facts that a rule may use besides the slot.
     *
     * @param here    the entry of the switch table; null if there is none
     * @param millis  milliseconds since 1970
     * @param leaving whether the proxy ends: its sessions end with it, and that says nothing of its servers, which go to other proxies
     */
    record Facts(@Nullable Here here, long millis, boolean leaving) {}

    /**
     * An entry of the switch table.
     *
     * @param setUpAt when its last setup came, by this machine's clock
     */
    record Here(Endpoint endpoint, EndpointState state, Instant setUpAt) {}

    /**
     * A server was set up here.
     *
     * @param state of the entry after it
     * @param late  whether etcd can't be told at once
     */
    record SetUp(Endpoint endpoint, EndpointState state, String token, boolean late) implements SlotEvent {}

    /** Something of the state of the switch table's entry may differ. */
    record Look() implements SlotEvent {}

    /**
     * The entry was taken out here.
     *
     * @param lease     its session's; null if it had none
     * @param displaced whether another server has its address: what an operator wants of it is kept
     */
    record Removed(Endpoint endpoint, EndpointState state, @Nullable String lease, boolean displaced)
            implements
                SlotEvent {}

    /** Something was kept of it on the disk of this machine. */
    record Recall(Kept.@Nullable Word word, Kept.@Nullable Server server) implements SlotEvent {}

    /** Everything on the disk has been read back. */
    record Recalled() implements SlotEvent {}

    /**
     * The whole of etcd's table was read, at this revision. First of all that is told of it.
     *
     * @param there  whether the entry is among it
     * @param reset  whether etcd lost its table, or part of it
     * @param spared whether the entry, if it is gone, went by nobody's will
     */
    record Loading(long revision, boolean there, boolean reset, boolean spared) implements SlotEvent {}

    /** The whole of etcd's table holds no word on the server. */
    record NoWord(long revision, boolean reset) implements SlotEvent {}

    /** etcd lost its table: what this proxy has of its own goes there again. */
    record ClaimAgain() implements SlotEvent {}

    /** @param newest when the newest server at the place of the entry to be restored registered, as far as is known */
    record RestoreIfNewest(@Nullable Instant newest) implements SlotEvent {}

    /** @param leaseLost whether this proxy's own entries went because etcd did not hear of it, and not by anybody's will */
    record Loaded(boolean leaseLost) implements SlotEvent {}

    /**
     * etcd's entry changed.
     *
     * @param spared whether it, if it is gone, went by nobody's will
     */
    record EntryChanged(Copy<SharedEntry> entry, boolean spared) implements SlotEvent {}

    /** Etcd's value of the operator's decision changed. */
    record WordChanged(Copy<Wanted> wanted) implements SlotEvent {}

    /** Entries that are spared go now. */
    record SparingOver() implements SlotEvent {}

    /** Its entry was taken out by somebody, and its proxy lives. */
    record RemovedByOthers() implements SlotEvent {}

    /** What it has to say has been said long ago. */
    record ForgetWord() implements SlotEvent {}

    /**
     * A write may be made.
     *
     * @param newest when the newest server registered that waits for this one, at its address; null if there is none
     */
    record MayWrite(@Nullable Instant newest) implements SlotEvent {}

    /** A write was made. */
    record Written(SlotWrite write, long revision) implements SlotEvent {}

    /** A write was not made, since the entry is another one than expected. */
    record EntryDiffers(Copy<SharedEntry> entry) implements SlotEvent {}

    /** A write was not made, since what is wanted is something else than expected. */
    record WordDiffers(Copy<Wanted> wanted) implements SlotEvent {}

    /** A write was not made. */
    record NotWritten(SlotWrite write) implements SlotEvent {}

    /** The slot may be shown now, since another one was decided. */
    record MayShow() implements SlotEvent {}

    /** The change of the switch table was made, or not. */
    record Shown(Show show, Show.Result result) implements SlotEvent {}

    /** All consequences of the event before are done. */
    record Settle() implements SlotEvent {}
}
