package io.revproc.proxy.events;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.revproc.wire.HostPort;
import org.slf4j.event.Level;

/**
 * The newest events, at most {@value #MAX_EVENTS}. What happens again and again to the same is one event with a count. When there are too
 * many the peer with the most of them loses its oldest, so a noisy peer pushes out nobody's events but its own. Thread-safe; adding one
 * takes microseconds.
 */
public final class EventLog {
    /** The most events. */
    public static final int MAX_EVENTS = 5_000;
    /** The most characters that all of them take: 4 MB at two bytes each. */
    static final int MAX_SIZE = 2_000_000;
    /** Equal events are one if no more time than this lies between them. */
    static final Duration FOLD = Duration.ofMinutes(5);
    private static final int MAX_HOSTS = 5_000;
    /** Fields that differ although the same thing happened. */
    private static final Set<String> PASSING = Set.of("unlogged", "pending", "revision", "spans", "segment", "sequence",
            "in-a-row", "lost");

    private final InstantSource clock;
    /** Guarded by this, as all that follows. */
    private final TreeMap<Long, Event> events = new TreeMap<>();
    private final EventShares shares = new EventShares();
    /** The addresses from which servers registered last; the newest ones. */
    private final Map<String, String> hosts = new LinkedHashMap<>();
    private final List<Consumer<Event>> observers = new CopyOnWriteArrayList<>();
    private long lastId;
    private long size;

    public EventLog(InstantSource clock) {
        this.clock = clock;
        // Greater than those of an earlier run, as long as there were fewer than a thousand a millisecond; and a JavaScript number.
        this.lastId = clock.millis() * 1000;
    }

    /** Remembers that this happened now. */
    public void add(Level level, EventLine line) {
        Event event;
        synchronized (this) {
            Instant now = clock.instant();
            EventShares.Owner owner = owner(line);
            Event last = shares.last(owner);
            long times = 1 + unlogged(line);
            if (last != null && isSame(last, level, line) && !now.isAfter(last.at().plus(FOLD))) {
                forget(shares.dropLast(owner));
                event = new Event(++lastId, last.first(), now, last.count() + times, level, line.name(), line.fields());
            } else {
                event = new Event(++lastId, now, now, times, level, line.name(), line.fields());
            }
            keep(owner, event);
            // Inside, so that observers hear of events in their order; they only put them into a queue.
            for (Consumer<Event> observer : observers) {
                tell(observer, event);
            }
        }
    }

    private static void tell(Consumer<Event> observer, Event event) {
        try {
            observer.accept(event);
        } catch (RuntimeException e) {
            // An observer's fault is none of the event's; a line about it would be the next event.
        }
    }

    /** Puts back what an earlier run remembered; call it before the first event, or at least before anybody asks. */
    public synchronized void restore(List<Event> earlier) {
        for (Event event : earlier) {
            if (event.id() < lastId && !events.containsKey(event.id())) {
                keep(owner(new EventLine(event.name(), event.fields())), event);
            }
        }
    }

    /**
     * Returns the newest events that match, oldest first.
     *
     * @param limit the most of them
     */
    public synchronized List<Event> newest(EventQuery query, int limit) {
        List<Event> found = new ArrayList<>();
        for (Event event : events.tailMap(query.after(), false).descendingMap().values()) {
            if (found.size() == limit) {
                break;
            }
            if (query.matches(event)) {
                found.add(event);
            }
        }
        Collections.reverse(found);
        return found;
    }

    /** Returns the id of the last event, or a lower bound of the next one's. */
    public synchronized long lastId() {
        return lastId;
    }

    /** Has every event told from now on, in order; what is called must neither wait nor log. */
    public void observe(Consumer<Event> observer) {
        observers.add(observer);
    }

    private void keep(EventShares.Owner owner, Event event) {
        shares.add(owner, event);
        events.put(event.id(), event);
        size += event.size();
        while (events.size() > MAX_EVENTS || size > MAX_SIZE) {
            forget(shares.dropOfLargest());
        }
    }

    private void forget(Event event) {
        events.remove(event.id());
        size -= event.size();
    }

    /** Whom an event counts for: the address of a peer as far as one is known, and there the server, the policy or the event's name. */
    private EventShares.Owner owner(EventLine line) {
        Map<String, String> fields = line.fields();
        String server = fields.get("server");
        String peer = fields.getOrDefault("peer", fields.get("client"));
        String address = fields.get("address");
        if (server != null && address != null) {
            hosts.remove(server);
            hosts.put(server, address);
            if (hosts.size() > MAX_HOSTS) {
                hosts.remove(hosts.keySet().iterator().next());
            }
        }
        if (peer != null) {
            peer = host(peer);
        } else {
            peer = server == null ? "" : hosts.getOrDefault(server, server);
        }
        return new EventShares.Owner(peer, server != null ? server : fields.getOrDefault("policy", line.name()));
    }

    /** An address without its port: each connection has another. */
    private static String host(String peer) {
        return HostPort.host(peer.startsWith("/") ? peer.substring(1) : peer);
    }

    private static boolean isSame(Event last, Level level, EventLine line) {
        if (last.level() != level || !last.name().equals(line.name())
                || !last.fields().keySet().equals(line.fields().keySet())) {
            return false;
        }
        for (Map.Entry<String, String> field : line.fields().entrySet()) {
            if (!PASSING.contains(field.getKey()) && !field.getKey().endsWith("ms")
                    && !field.getValue().equals(last.fields().get(field.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static long unlogged(EventLine line) {
        String unlogged = line.fields().get("unlogged");
        try {
            return unlogged == null ? 0 : Math.max(0, Long.parseLong(unlogged));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
