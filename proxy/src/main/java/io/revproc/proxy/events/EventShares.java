package io.revproc.proxy.events;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/** Counts the events of each peer, to decide whose oldest event is dropped next. Not thread-safe. */
final class EventShares {
    /** Whom an event counts for: a subject of a peer. */
    record Owner(String peer, String subject) {}

    /** One subject's events. */
    private static final class Share {
        private final String subject;
        private final Deque<Event> events = new ArrayDeque<>();

        Share(String subject) {
            this.subject = subject;
        }

        int count() {
            return events.size();
        }

        long oldest() {
            return events.isEmpty() ? 0 : events.getFirst().id();
        }
    }

    /** One peer's subjects; the one with the most events comes last, of equals the one with the oldest event. */
    private static final class Peer {
        private final String name;
        private final Map<String, Share> shares = new HashMap<>();
        private final TreeSet<Share> bySize = new TreeSet<>(Comparator.comparingInt(Share::count)
                .thenComparing(Share::oldest, Comparator.reverseOrder()).thenComparing(share -> share.subject));
        private int count;

        Peer(String name) {
            this.name = name;
        }

        int count() {
            return count;
        }
    }

    private final Map<String, Peer> peers = new HashMap<>();
    private final TreeSet<Peer> bySize = new TreeSet<>(
            Comparator.comparingInt(Peer::count).thenComparing(peer -> peer.name));

    /** Returns the owner's newest event; null if it has none. */
    @Nullable
    Event last(Owner owner) {
        Peer peer = peers.get(owner.peer());
        Share share = peer == null ? null : peer.shares.get(owner.subject());
        return share == null ? null : share.events.getLast();
    }

    /** Adds the owner's newest event. */
    void add(Owner owner, Event event) {
        Peer peer = peers.computeIfAbsent(owner.peer(), Peer::new);
        Share share = peer.shares.computeIfAbsent(owner.subject(), Share::new);
        takeOut(peer, share);
        share.events.addLast(event);
        peer.count++;
        putBack(peer, share);
    }

    /** Takes the owner's newest event out; it has one. */
    Event dropLast(Owner owner) {
        Peer peer = Objects.requireNonNull(peers.get(owner.peer()));
        return drop(peer, Objects.requireNonNull(peer.shares.get(owner.subject())), false);
    }

    /** Takes out the oldest event of that subject which has the most of the peer that has the most; there is one. */
    Event dropOfLargest() {
        Peer peer = bySize.last();
        return drop(peer, peer.bySize.last(), true);
    }

    private Event drop(Peer peer, Share share, boolean oldest) {
        takeOut(peer, share);
        Event dropped = oldest ? share.events.removeFirst() : share.events.removeLast();
        peer.count--;
        putBack(peer, share);
        return dropped;
    }

    /** Sets are told before what they sort by changes, and again when it has. */
    private void takeOut(Peer peer, Share share) {
        bySize.remove(peer);
        peer.bySize.remove(share);
    }

    private void putBack(Peer peer, Share share) {
        if (share.events.isEmpty()) {
            peer.shares.remove(share.subject);
        } else {
            peer.bySize.add(share);
        }
        if (peer.count == 0) {
            peers.remove(peer.name);
        } else {
            bySize.add(peer);
        }
    }
}
