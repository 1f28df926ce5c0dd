package io.revproc.proxy.etcd;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.Origin;
import io.revproc.proxy.route.TableJournal;
import io.revproc.proxy.route.TableObserver.Change;
import org.jspecify.annotations.Nullable;

/**
 * Holds this proxy's own changes of its switch table until the store's thread fetches them. One change for each entry at most,
 * so there are never more than entries. Thread-safe; called under the table's lock, it waits for nothing.
 */
final class LocalChanges implements TableJournal {
    /** The last change of an entry. */
    sealed interface Local {
        /** A server was set up here. */
        record Setup(Endpoint endpoint, String token) implements Local {}

        /** Something of its state differs. */
        record Look() implements Local {}

        /** The entry was removed; {@code displaced}: by another server at its address, and an operator's decision on it is kept. */
        record Removed(Endpoint endpoint, @Nullable String lease, boolean displaced) implements Local {}
    }

    private static final Local LOOK = new Local.Look();

    private final Supplier<String> tokens;
    private final Runnable signal;
    private Map<EntryKey, Local> waiting = new LinkedHashMap<>();
    /** Whether the store's thread was told since the last fetch that there is something to fetch. */
    private boolean signalled;

    /**
     * @param tokens new texts that nobody can guess
     * @param signal called when there is something to fetch, once until it is fetched
     */
    LocalChanges(Supplier<String> tokens, Runnable signal) {
        this.tokens = tokens;
        this.signal = signal;
    }

    @Override
    public void changed(Change change, Endpoint endpoint, EndpointState state, Origin origin) {
        if (origin == Origin.STORE) {
            return; // etcd said it
        }
        EntryKey key = new EntryKey(endpoint.spec().policy(), endpoint.spec().id());
        String lease = state.lease();
        synchronized (this) {
            switch (change) {
                case REGISTERED, RENEWED ->
                    waiting.put(key, new Local.Setup(endpoint, lease == null ? tokens.get() : lease));
                case UPDATED -> waiting.putIfAbsent(key, LOOK);
                case REMOVED -> waiting.put(key, new Local.Removed(endpoint, lease, false));
            }
        }
        signal();
    }

    private void signal() {
        synchronized (this) {
            if (signalled) {
                return;
            }
            signalled = true;
        }
        signal.run();
    }

    /** Also where etcd's entry of another server did it: the one that went has to go from etcd as well. */
    @Override
    public void displaced(Endpoint endpoint, EndpointState last) {
        synchronized (this) {
            waiting.put(new EntryKey(endpoint.spec().policy(), endpoint.spec().id()),
                    new Local.Removed(endpoint, last.lease(), true));
        }
        signal();
    }

    /** Returns all there is, in order. */
    synchronized Map<EntryKey, Local> fetch() {
        signalled = false;
        if (waiting.isEmpty()) {
            return Map.of();
        }
        Map<EntryKey, Local> fetched = waiting;
        waiting = new LinkedHashMap<>();
        return fetched;
    }

    /** Returns whether there is a change of this entry that was not fetched yet. */
    synchronized boolean waiting(EntryKey key) {
        return waiting.containsKey(key);
    }

    synchronized int size() {
        return waiting.size();
    }
}
