package io.revproc.proxy.peers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The other proxies over the same table: those that are there, and those that went within the last {@link #REMEMBERED}. Knows no clock.
 * Thread-safe.
 */
public final class Peers {
    /** The most proxies that are known at a time; further ones are left out. */
    public static final int MAX = 256;
    /** The most proxies that are remembered after they went. */
    public static final int MAX_GONE = 20;
    public static final Duration REMEMBERED = Duration.ofDays(1);

    // Guarded by this.
    private final Map<String, Peer> there = new LinkedHashMap<>();
    private final Map<String, Peer> gone = new LinkedHashMap<>();

    /** Takes that a proxy gave a sign of life. */
    public synchronized void alive(String id, Instant now) {
        Peer known = there.getOrDefault(id, gone.get(id));
        if (known == null) {
            known = new Peer(id, null, now, null);
        }
        if (there.containsKey(id) || there.size() < MAX) {
            gone.remove(id);
            there.put(id, known.there(now));
        }
    }

    /**
     * Takes what a proxy says of itself. Without a sign of life it is not there for that.
     *
     * @return whether these are its first words
     */
    public synchronized boolean told(String id, ProxyStatus status, Instant now) {
        Peer known = there.get(id);
        if (known == null) {
            return false;
        }
        there.put(id, known.told(status, now));
        return known.status() == null;
    }

    /**
     * Takes that a proxy is gone.
     *
     * @return what was known of it; null if nothing was
     */
    public synchronized @Nullable Peer gone(String id, Instant now) {
        Peer known = there.remove(id);
        if (known == null) {
            return null;
        }
        Peer left = known.gone(now);
        gone.put(id, left);
        if (gone.size() > MAX_GONE) {
            gone.remove(gone.keySet().iterator().next());
        }
        return left;
    }

    /** Returns the proxies that are known to be there and are not among these. */
    public synchronized Set<String> missing(Set<String> ids) {
        Set<String> missing = new HashSet<>(there.keySet());
        missing.removeAll(ids);
        return missing;
    }

    /** Returns all of them by name; of those that went, those whose name no other has taken since. */
    public synchronized List<Peer> all(String self, Instant now) {
        gone.values().removeIf(peer -> peer.gone() == null || peer.gone().plus(REMEMBERED).isBefore(now));
        Set<String> names = there.values().stream().map(Peer::name).collect(Collectors.toSet());
        names.add(self);
        List<Peer> all = new ArrayList<>(there.values());
        Map<String, Peer> last = new LinkedHashMap<>();
        gone.values().stream().filter(peer -> !names.contains(peer.name()))
                .forEach(peer -> last.put(peer.name(), peer));
        all.addAll(last.values());
        all.sort(Comparator.comparing(Peer::name).thenComparing(Peer::id));
        return all;
    }
}
