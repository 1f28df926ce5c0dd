package io.revproc.etcd;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.revproc.route.RouteTable;
import io.revproc.route.SwitchTable;
import io.revproc.route.TableObserver;
import io.revproc.upstream.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What this proxy changed in its switch table by itself, until the store's thread fetches it. One change for each entry at most,
 * so there are never more than entries. Thread-safe; called under the table's lock, it waits for nothing.
 */
final class LocalChanges implements TableObserver {
    /** What the last change of an entry was. */
    sealed interface Local {
        /** A server was set up here. */
        record Setup(Endpoint endpoint, String token) implements Local {}

        /** Something of its state differs. */
        record Look() implements Local {}

        /** It was taken out. */
        record Removed(Endpoint endpoint, @Nullable String lease) implements Local {}
    }

    private static final Local LOOK = new Local.Look();

    private final SwitchTable table;
    private final Supplier<String> tokens;
    private final Runnable signal;
    private Map<EntryKey, Local> waiting = new LinkedHashMap<>();
    private volatile @Nullable Thread applier;

    /**
     * @param tokens new texts that nobody can guess
     * @param signal called when there is something to fetch
     */
    LocalChanges(SwitchTable table, Supplier<String> tokens, Runnable signal) {
        this.table = table;
        this.tokens = tokens;
        this.signal = signal;
    }

    /** Changes that this thread makes came from etcd: they are not told back. */
    void ignore(Thread thread) {
        applier = thread;
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable routes) {
        if (Thread.currentThread() == applier) {
            return;
        }
        EntryKey key = new EntryKey(endpoint.spec().policy(), endpoint.spec().id());
        if (change == Change.REMOVED && table.find(key.policy(), key.id()) != null) {
            return; // replaced: its setup comes next, and between the two nobody is to see a gap
        }
        String lease = endpoint.state().lease();
        synchronized (this) {
            switch (change) {
                case REGISTERED, RENEWED ->
                    waiting.put(key, new Local.Setup(endpoint, lease == null ? tokens.get() : lease));
                case UPDATED -> waiting.putIfAbsent(key, LOOK);
                case REMOVED -> waiting.put(key, new Local.Removed(endpoint, lease));
            }
        }
        signal.run();
    }

    /** All there is, in order. */
    synchronized Map<EntryKey, Local> fetch() {
        if (waiting.isEmpty()) {
            return Map.of();
        }
        Map<EntryKey, Local> fetched = waiting;
        waiting = new LinkedHashMap<>();
        return fetched;
    }

    /** Whether there is a change of this entry that was not fetched yet. */
    synchronized boolean waiting(EntryKey key) {
        return waiting.containsKey(key);
    }

    synchronized int size() {
        return waiting.size();
    }
}
