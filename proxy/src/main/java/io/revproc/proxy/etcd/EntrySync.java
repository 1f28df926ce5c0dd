package io.revproc.proxy.etcd;

import java.time.Instant;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.revproc.proxy.etcd.Show.Result;
import io.revproc.proxy.etcd.SlotEvent.Here;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Origin;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableEdit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the switch table of this proxy in step with etcd's entries, in one edit of the table for all that comes together. What the proxy
 * itself saw of a server (that it failed, that it is ejected) stays, until the server registers anew. An entry with a change of this
 * proxy's own that was not looked at yet is left alone, under the lock under which such changes happen. Not thread-safe.
 */
final class EntrySync {
    private final SwitchTable table;
    private final Predicate<EntryKey> changedHere;
    private final LongSupplier millis;
    /** The edit that is open. */
    private @Nullable TableEdit open;

    /** How an entry of the switch table stands to one of etcd's that has the same address and port. */
    enum Rival {
        /** The address is etcd's entry's now. */
        OLDER,
        /** Set up here, and etcd has yet to hear of it: once that is decided, so is this. */
        UNDECIDED,
        /** It registered later than the other. */
        NEWER
    }

    /** Judges the entries at the address of an entry that is to be shown. */
    @FunctionalInterface
    interface Rivals {
        /** @param revision of the entry that is to be shown */
        Rival judge(EntryKey rival, long revision);
    }

    /**
     * @param changedHere whether a change made here waits to be looked at
     * @param millis      milliseconds since 1970
     */
    EntrySync(SwitchTable table, Predicate<EntryKey> changedHere, LongSupplier millis) {
        this.table = table;
        this.changedHere = changedHere;
        this.millis = millis;
    }

    /** Does the work within one edit of the switch table: nobody changes it meanwhile, and all is shown at once. */
    <T> T inOneEdit(Supplier<T> work) {
        return table.edit(edit -> {
            open = edit;
            try {
                return work.get();
            } finally {
                open = null;
            }
        }, Origin.STORE);
    }

    private TableEdit edit() {
        return Objects.requireNonNull(open, "within an edit only");
    }

    private @Nullable Endpoint find(EntryKey key) {
        return edit().find(key.policy(), key.id());
    }

    /** Returns the entry of the switch table; null if there is none. */
    @Nullable
    Here here(EntryKey key) {
        Endpoint endpoint = find(key);
        return endpoint == null
                ? null
                : new Here(endpoint, edit().state(endpoint), Instant.ofEpochMilli(millis.getAsLong())
                        .minusNanos(System.nanoTime() - endpoint.setupNanos()));
    }

    /** Returns the state of an entry that the switch table may not have any more. */
    EndpointState state(Endpoint endpoint) {
        return edit().state(endpoint);
    }

    /** Brings an entry into the state that its slot asks for. */
    Result show(EntryKey key, Show show, Rivals rivals) {
        boolean busy = changedHere.test(key);
        Endpoint endpoint = find(key);
        if (show instanceof Show.Own own && own.rank() != 0 && endpoint != null) {
            edit().rank(endpoint, own.rank());
        }
        if (busy) {
            return Result.LATER;
        }
        return switch (show) {
            case Show.Nothing _ -> Result.SHOWN;
            case Show.Entry entry -> entry(key, entry, endpoint, rivals);
            case Show.Unverified(SharedEntry entry, Mode mode) -> unverified(entry.spec(key), entry, mode, endpoint);
            case Show.Absent(SharedEntry last) -> absent(last.spec(key), last, endpoint);
            case Show.Own(_, Mode mode) -> own(mode, endpoint);
            case Show.Remove _ -> {
                if (endpoint != null) {
                    edit().remove(endpoint);
                }
                yield Result.SHOWN;
            }
        };
    }

    private Result entry(EntryKey key, Show.Entry show, @Nullable Endpoint there, Rivals rivals) {
        SharedEntry entry = show.entry();
        EndpointSpec spec = entry.spec(key);
        String lease = entry.proto() == 1 ? null : entry.token();
        Endpoint endpoint = there != null && there.spec().equals(spec) ? there : null;
        if (!entry.lost() && (endpoint == null || show.anew())) {
            Result result = contest(spec, show.revision(), rivals);
            if (result != Result.SHOWN) {
                return result;
            }
        }
        if (endpoint == null) {
            endpoint = edit().register(spec,
                    new EndpointState(show.mode(), entry.lost() ? Liveness.LOST : Liveness.ALIVE, lease),
                    entry.registeredAt());
        } else if (show.anew() && !entry.lost()) {
            endpoint = edit().register(spec, EndpointState.registered(lease), entry.registeredAt());
        }
        edit().update(endpoint, state -> new EndpointState(show.mode(), entry.lost() ? Liveness.LOST : state.liveness(),
                lease));
        if (entry.revoked() != null) {
            edit().revoke(endpoint, entry.revoked());
        }
        edit().rank(endpoint, show.rank());
        return Result.SHOWN;
    }

    private Result contest(EndpointSpec spec, long revision, Rivals rivals) {
        Result result = Result.SHOWN;
        for (Endpoint there : edit().rivals(spec)) {
            EntryKey key = new EntryKey(there.spec().policy(), there.spec().id());
            Rival rival = changedHere.test(key) ? Rival.UNDECIDED : rivals.judge(key, revision);
            if (rival == Rival.NEWER) {
                return Result.DISPLACED;
            }
            result = rival == Rival.UNDECIDED ? Result.LATER : result;
        }
        return result;
    }

    private Result unverified(EndpointSpec spec, SharedEntry entry, Mode mode, @Nullable Endpoint there) {
        if (there != null || !edit().rivals(spec).isEmpty()) {
            return Result.LATER;
        }
        edit().register(spec, new EndpointState(mode, Liveness.FAILED, null), entry.registeredAt());
        return Result.SHOWN;
    }

    private Result absent(EndpointSpec spec, SharedEntry last, @Nullable Endpoint there) {
        EndpointState absent = new EndpointState(Mode.MAINTENANCE, Liveness.LOST, null);
        if (there == null) {
            edit().register(spec, absent, last.registeredAt());
        } else {
            edit().update(there, state -> absent);
        }
        return Result.SHOWN;
    }

    private Result own(@Nullable Mode mode, @Nullable Endpoint there) {
        if (there == null || mode == null) {
            return Result.LATER;
        }
        edit().update(there, state -> state.withMode(mode));
        return Result.SHOWN;
    }
}
