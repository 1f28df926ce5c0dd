package io.revproc.etcd;

import java.util.function.Predicate;

import io.revproc.route.SwitchTable;
import io.revproc.upstream.Endpoint;
import io.revproc.upstream.EndpointSpec;
import io.revproc.upstream.EndpointState;
import io.revproc.upstream.EndpointState.Liveness;
import io.revproc.upstream.EndpointState.Mode;
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

    /**
     * Shows an entry.
     *
     * @param anew whether the server registered since the entry was shown last
     * @param rank its place in the turn
     * @return whether it could be done now
     */
    boolean entry(EntryKey key, SharedEntry entry, Mode mode, boolean anew, long rank) {
        EndpointSpec spec = entry.spec(key);
        String lease = entry.proto() == 1 ? null : entry.token();
        synchronized (table) {
            if (changedHere.test(key)) {
                return false;
            }
            Endpoint endpoint = find(key);
            if (endpoint == null || !endpoint.spec().equals(spec)) {
                endpoint = table.register(spec,
                        new EndpointState(mode, entry.lost() ? Liveness.LOST : Liveness.ALIVE, lease),
                        entry.registeredAt());
            } else if (anew && !entry.lost()) {
                endpoint = table.register(spec, EndpointState.registered(lease), entry.registeredAt());
            }
            table.update(endpoint,
                    state -> new EndpointState(mode, entry.lost() ? Liveness.LOST : state.liveness(), lease));
            table.rank(endpoint, rank);
            return true;
        }
    }

    /** Shows a server that is in maintenance and registered with no proxy; answers whether it could be done now. */
    boolean absentInMaintenance(EntryKey key, SharedEntry last) {
        EndpointState absent = new EndpointState(Mode.MAINTENANCE, Liveness.LOST, null);
        synchronized (table) {
            if (changedHere.test(key)) {
                return false;
            }
            Endpoint endpoint = find(key);
            if (endpoint == null) {
                table.register(last.spec(key), absent, last.registeredAt());
            } else {
                table.update(endpoint, state -> absent);
            }
            return true;
        }
    }

    /** Answers whether it could be done now. */
    boolean mode(EntryKey key, Mode mode) {
        synchronized (table) {
            if (changedHere.test(key)) {
                return false;
            }
            Endpoint endpoint = find(key);
            if (endpoint != null) {
                table.update(endpoint, state -> state.withMode(mode));
            }
            return true;
        }
    }

    void rank(EntryKey key, long rank) {
        Endpoint endpoint = find(key);
        if (endpoint != null) {
            table.rank(endpoint, rank);
        }
    }

    void remove(EntryKey key) {
        synchronized (table) {
            Endpoint endpoint = find(key);
            if (endpoint != null && !changedHere.test(key)) {
                table.remove(endpoint);
            }
        }
    }
}
