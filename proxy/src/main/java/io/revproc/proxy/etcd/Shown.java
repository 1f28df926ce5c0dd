package io.revproc.proxy.etcd;

import java.util.function.Function;
import java.util.function.Predicate;

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
 * How etcd's entries stand in the switch table of this proxy. What the proxy itself saw of a server (that it failed, that it is
 * ejected) stays, until the server registers anew. An entry with a change of this proxy's own that was not looked at yet is left
 * alone, under the lock under which such changes happen.
 */
final class Shown {
    private final SwitchTable table;
    private final Predicate<EntryKey> changedHere;

    /** @param changedHere whether a change made here waits to be looked at */
    Shown(SwitchTable table, Predicate<EntryKey> changedHere) {
        this.table = table;
        this.changedHere = changedHere;
    }

    @Nullable
    Endpoint find(EntryKey key) {
        return table.find(key.policy(), key.id());
    }

    /** How an entry of the switch table stands to one of etcd's that has the same address and port. */
    enum Rival {
        /** The address is etcd's entry's now. */
        OLDER,
        /** Set up here, and etcd has yet to hear of it: once that is decided, so is this. */
        UNDECIDED,
        /** It registered later. */
        NEWER
    }

    /** What became of an entry that was to be shown. */
    enum Result {
        SHOWN,
        /** A change made here has to be looked at before. */
        LATER,
        /** Its address belongs to another server. */
        DISPLACED
    }

    /**
     * Shows an entry.
     *
     * @param anew   whether the server registered since the entry was shown last
     * @param rank   its place in the turn
     * @param rivals judges the entries at its address
     */
    Result entry(EntryKey key, SharedEntry entry, Mode mode, boolean anew, long rank,
            Function<EntryKey, Rival> rivals) {
        EndpointSpec spec = entry.spec(key);
        String lease = entry.proto() == 1 ? null : entry.token();
        return table.edit(edit -> {
            if (changedHere.test(key)) {
                return Result.LATER;
            }
            Endpoint known = edit.find(key.policy(), key.id());
            if (known != null && !known.spec().equals(spec)) {
                known = null;
            }
            if (!entry.lost() && (known == null || anew)) {
                Result result = contest(edit, spec, rivals);
                if (result != Result.SHOWN) {
                    return result;
                }
            }
            Endpoint endpoint = known;
            if (endpoint == null) {
                endpoint = edit.register(spec,
                        new EndpointState(mode, entry.lost() ? Liveness.LOST : Liveness.ALIVE, lease),
                        entry.registeredAt());
            } else if (anew && !entry.lost()) {
                endpoint = edit.register(spec, EndpointState.registered(lease), entry.registeredAt());
            }
            edit.update(endpoint,
                    state -> new EndpointState(mode, entry.lost() ? Liveness.LOST : state.liveness(), lease));
            edit.rank(endpoint, rank);
            return Result.SHOWN;
        }, Origin.STORE);
    }

    /** Shows an entry that was kept on the disk: its server is tried with a message. Returns whether it could be done now. */
    boolean unverified(EntryKey key, SharedEntry entry, Mode mode) {
        EndpointSpec spec = entry.spec(key);
        return table.edit(edit -> {
            if (changedHere.test(key) || edit.find(key.policy(), key.id()) != null || !edit.rivals(spec).isEmpty()) {
                return false;
            }
            edit.register(spec, new EndpointState(mode, Liveness.FAILED, null), entry.registeredAt());
            return true;
        }, Origin.STORE);
    }

    private Result contest(TableEdit edit, EndpointSpec spec, Function<EntryKey, Rival> rivals) {
        Result result = Result.SHOWN;
        for (Endpoint there : edit.rivals(spec)) {
            EntryKey key = new EntryKey(there.spec().policy(), there.spec().id());
            Rival rival = changedHere.test(key) ? Rival.UNDECIDED : rivals.apply(key);
            if (rival == Rival.NEWER) {
                return Result.DISPLACED;
            }
            result = rival == Rival.UNDECIDED ? Result.LATER : result;
        }
        return result;
    }

    /** Shows a server that is in maintenance and registered with no proxy; returns whether it could be done now. */
    boolean absentInMaintenance(EntryKey key, SharedEntry last) {
        EndpointState absent = new EndpointState(Mode.MAINTENANCE, Liveness.LOST, null);
        return table.edit(edit -> {
            if (changedHere.test(key)) {
                return false;
            }
            Endpoint endpoint = edit.find(key.policy(), key.id());
            if (endpoint == null) {
                edit.register(last.spec(key), absent, last.registeredAt());
            } else {
                edit.update(endpoint, state -> absent);
            }
            return true;
        }, Origin.STORE);
    }

    /** Returns whether it could be done now. */
    boolean mode(EntryKey key, Mode mode) {
        return table.edit(edit -> {
            if (changedHere.test(key)) {
                return false;
            }
            Endpoint endpoint = edit.find(key.policy(), key.id());
            if (endpoint != null) {
                edit.update(endpoint, state -> state.withMode(mode));
            }
            return true;
        }, Origin.STORE);
    }

    void rank(EntryKey key, long rank) {
        table.edit(edit -> {
            Endpoint endpoint = edit.find(key.policy(), key.id());
            if (endpoint != null) {
                edit.rank(endpoint, rank);
            }
            return true;
        }, Origin.STORE);
    }

    void remove(EntryKey key) {
        table.edit(edit -> {
            Endpoint endpoint = edit.find(key.policy(), key.id());
            return endpoint != null && !changedHere.test(key) && edit.remove(endpoint);
        }, Origin.STORE);
    }
}
