package io.revproc.proxy.route;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * The switch table: the only place where endpoints come, change state and go. Every change publishes a new
 * {@link RouteTable}; readers take {@link #routes()} and see membership and health of one moment. Thread-safe; a change holds
 * a lock for as long as it copies the endpoints of the policies that it touches. Observers are told after the lock, and before the
 * change's call returns.
 *
 * <p>An address and port belong to whoever registered there last, as {@link AddressRule} says: the entries that were there before
 * leave with the same snapshot. Of one that an operator holds in maintenance a lost entry stays, so that this is remembered for
 * the day on which its server registers anew.
 */
public final class SwitchTable {
    private final Function<Ident, LoadBalancer> balancers;
    private final Function<Ident, PolicyLoad> loads;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final AddressRule addresses;
    private final List<TableObserver> observers = new CopyOnWriteArrayList<>();

    /** Held while the table changes; guards what follows. */
    private final ReentrantLock lock = new ReentrantLock();
    /** The entries by policy and id; the order of registration is the snapshot's. */
    private final Map<Ident, Map<Ident, Endpoint>> entries = new HashMap<>();
    private final Map<Place, List<Endpoint>> byPlace = new HashMap<>();
    private long changes;
    private volatile @Nullable TableJournal journal;
    private volatile RouteTable routes = RouteTable.EMPTY;

    /** Changes that observers have yet to hear of, in order. */
    private final Queue<Consumer<TableObserver>> untold = new ConcurrentLinkedQueue<>();
    /** Held while observers are told. Whoever holds it may take {@link #lock}, never the other way round. */
    private final ReentrantLock telling = new ReentrantLock();

    private record Place(InetAddress address, int port) {
        static Place of(EndpointSpec spec) {
            return new Place(spec.address(), spec.port());
        }
    }

    /** As the other constructor, with {@link AddressRule#STRICT}. */
    public SwitchTable(Function<Ident, LoadBalancer> balancers, Function<Ident, PolicyLoad> loads, InstantSource clock,
            LongSupplier nanoClock) {
        this(balancers, loads, clock, nanoClock, AddressRule.STRICT);
    }

    /**
     * @param balancers the algorithm of a policy that gets its first server
     * @param loads     the bounds of a policy that gets its first server
     * @param nanoClock as {@link System#nanoTime()}
     */
    public SwitchTable(Function<Ident, LoadBalancer> balancers, Function<Ident, PolicyLoad> loads, InstantSource clock,
            LongSupplier nanoClock, AddressRule addresses) {
        this.balancers = balancers;
        this.loads = loads;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.addresses = addresses;
    }

    /** The newest snapshot. */
    public RouteTable routes() {
        return routes;
    }

    public void observe(TableObserver observer) {
        observers.add(observer);
    }

    /** Sets who is told under the lock; there is one at most. Call before there are changes that it must not miss. */
    public void journal(TableJournal keeper) {
        journal = keeper;
    }

    /** The entry of this id; null if there is none. */
    public @Nullable Endpoint find(Ident policy, Ident id) {
        lock.lock();
        try {
            Map<Ident, Endpoint> byId = entries.get(policy);
            return byId == null ? null : byId.get(id);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the other entries that a registration of this server would put out of rotation now. */
    public List<Endpoint> rivals(EndpointSpec spec) {
        lock.lock();
        try {
            return rivals(spec, EndpointState.Liveness.ALIVE);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes several changes as if they were one: nobody else changes the table in between. Observers are told at the end.
     *
     * @param change must not block
     */
    public <T> T atomically(Supplier<T> change) {
        lock.lock();
        long before = changes;
        boolean changed;
        try {
            return change.get();
        } finally {
            changed = changes != before;
            lock.unlock();
            if (changed && !lock.isHeldByCurrentThread()) {
                tell();
            }
        }
    }

    /**
     * Enters a server. The same server again (nothing of its spec differs) keeps its entry with its counters and, if an
     * operator put it there, its maintenance; anything else under that id is replaced in its place in the order.
     *
     * @param lease the registration session's; null for a Part 1 server
     */
    public Endpoint register(EndpointSpec spec, @Nullable String lease) {
        return register(spec, EndpointState.registered(lease), clock.instant());
    }

    /** Enters a server in a state of its own: one that was read back from a store. */
    public Endpoint register(EndpointSpec spec, EndpointState state, Instant registeredAt) {
        return atomically(() -> enter(spec, state, registeredAt));
    }

    private Endpoint enter(EndpointSpec spec, EndpointState state, Instant registeredAt) {
        Edit edit = new Edit();
        List<Endpoint> rivals = rivals(spec, state.liveness());
        rivals.forEach(rival -> displace(edit, rival));
        Map<Ident, Endpoint> byId = entries.computeIfAbsent(spec.policy(), policy -> new HashMap<>());
        Endpoint old = byId.get(spec.id());
        long now = nanoClock.getAsLong();
        Endpoint endpoint;
        if (old != null && old.spec().equals(spec)) {
            endpoint = old;
            old.renewed(old.state().renewed(state.lease()), now);
            edit.touch(spec.policy());
            edit.changed(TableObserver.Change.RENEWED, old);
        } else {
            EndpointState first = old != null && old.state().mode() == EndpointState.Mode.MAINTENANCE
                    ? state.withMode(EndpointState.Mode.MAINTENANCE)
                    : state;
            endpoint = new Endpoint(spec, first, registeredAt, now);
            put(edit, endpoint, old);
        }
        edit.publish();
        rivals.forEach(rival -> edit.replaced(rival, endpoint));
        if (old != null && !Place.of(old.spec()).equals(Place.of(spec))) {
            edit.replaced(old, endpoint);
        }
        return endpoint;
    }

    /**
     * Takes out the entries without a lease that a registration of this server would put out of rotation, though it is not
     * entered: its setup was refused, and yet it is at their address and port now. Entries with a lease stay; whoever is there now
     * does not know it.
     *
     * @return the newcomer, as observers are told of it, if anybody gave way; it is not in the table
     */
    public Optional<Endpoint> vacate(EndpointSpec newcomer) {
        return atomically(() -> {
            List<Endpoint> past = rivals(newcomer, EndpointState.Liveness.ALIVE).stream()
                    .filter(rival -> rival.spec().proto() == 1).toList();
            if (past.isEmpty()) {
                return Optional.empty();
            }
            Edit edit = new Edit();
            past.forEach(rival -> displace(edit, rival));
            edit.publish();
            Endpoint refused = new Endpoint(newcomer, EndpointState.registered(null).remove(), clock.instant(),
                    nanoClock.getAsLong());
            past.forEach(rival -> edit.replaced(rival, refused));
            return Optional.of(refused);
        });
    }

    /** Begins the time anew in which the server may not listen yet: only now it hears that it is registered. */
    public void answered(Endpoint endpoint) {
        atomically(() -> {
            boolean in = has(endpoint);
            if (in) {
                update(endpoint, EndpointState::rise);
                endpoint.renewed(endpoint.state(), nanoClock.getAsLong());
            }
            return in;
        });
    }

    /** @param liveness in what state the server comes: one that is lost takes nothing from anybody */
    private List<Endpoint> rivals(EndpointSpec spec, EndpointState.Liveness liveness) {
        List<Endpoint> there = byPlace.get(Place.of(spec));
        if (there == null || liveness == EndpointState.Liveness.LOST) {
            return List.of();
        }
        return there.stream().filter(other -> other.state().liveness() != EndpointState.Liveness.LOST)
                .filter(other -> !other.spec().policy().equals(spec.policy()) || !other.spec().id().equals(spec.id()))
                .filter(other -> addresses.displaces(spec, other.spec())).toList();
    }

    private void displace(Edit edit, Endpoint endpoint) {
        EndpointSpec spec = endpoint.spec();
        EndpointState last = endpoint.state();
        Map<Ident, Endpoint> byId = entries.getOrDefault(spec.policy(), Map.of());
        byId.remove(spec.id());
        TableJournal keeper = journal;
        if (keeper != null) {
            keeper.displaced(endpoint);
        }
        if (last.mode() == EndpointState.Mode.MAINTENANCE) {
            Endpoint absent = new Endpoint(spec,
                    new EndpointState(EndpointState.Mode.MAINTENANCE, EndpointState.Liveness.LOST, null),
                    endpoint.registeredAt(), endpoint.setupNanos());
            byId.put(spec.id(), absent);
            index(absent);
            absent.rank(endpoint.rank());
            edit.replace(endpoint, absent);
            leave(edit, endpoint);
            // Not for the journal: this proxy remembers something, no server was set up.
            edit.tellLater(TableObserver.Change.REGISTERED, absent);
        } else {
            edit.cut(endpoint);
            if (byId.isEmpty()) {
                entries.remove(spec.policy());
            }
            leave(edit, endpoint);
        }
    }

    /** What an entry that is out of the maps leaves behind it. */
    private void leave(Edit edit, Endpoint endpoint) {
        endpoint.state(endpoint.state().remove());
        unindex(endpoint);
        edit.tellLater(TableObserver.Change.REMOVED, endpoint);
    }

    private void put(Edit edit, Endpoint endpoint, @Nullable Endpoint old) {
        EndpointSpec spec = endpoint.spec();
        entries.computeIfAbsent(spec.policy(), policy -> new HashMap<>()).put(spec.id(), endpoint);
        index(endpoint);
        if (old == null) {
            edit.append(endpoint);
        } else {
            endpoint.rank(old.rank());
            edit.replace(old, endpoint);
            old.state(old.state().remove());
            unindex(old);
            edit.changed(TableObserver.Change.REMOVED, old);
        }
        edit.changed(TableObserver.Change.REGISTERED, endpoint);
    }

    private void index(Endpoint endpoint) {
        byPlace.computeIfAbsent(Place.of(endpoint.spec()), place -> new ArrayList<>(1)).add(endpoint);
    }

    private void unindex(Endpoint endpoint) {
        Place place = Place.of(endpoint.spec());
        List<Endpoint> there = byPlace.get(place);
        if (there != null && there.remove(endpoint) && there.isEmpty()) {
            byPlace.remove(place);
        }
    }

    /**
     * Changes an entry's state.
     *
     * @return whether the entry is still in the table and its state differs now
     */
    public boolean update(Endpoint endpoint, UnaryOperator<EndpointState> transition) {
        return !updateAll(Map.of(endpoint, transition)).isEmpty();
    }

    /**
     * Changes many entries' states in one snapshot: what a lost network does to a thousand servers costs no thousand copies of
     * their policies.
     *
     * @return the entries that are still in the table and whose state differs now
     */
    public List<Endpoint> updateAll(Map<Endpoint, UnaryOperator<EndpointState>> transitions) {
        return atomically(() -> {
            List<Endpoint> changed = new ArrayList<>();
            Edit edit = new Edit();
            transitions.forEach((endpoint, transition) -> {
                EndpointState next = transition.apply(endpoint.state());
                if (has(endpoint) && !next.equals(endpoint.state())) {
                    endpoint.state(next);
                    changed.add(endpoint);
                    edit.touch(endpoint.spec().policy());
                    edit.changed(TableObserver.Change.UPDATED, endpoint);
                }
            });
            edit.publish();
            return changed;
        });
    }

    /**
     * Puts an entry into its place among those of its policy where the order of arrival here is not the order that counts: by
     * rank, smallest first, then those without one.
     */
    public void rank(Endpoint endpoint, long rank) {
        lock.lock();
        try {
            if (endpoint.rank() == rank || !has(endpoint)) {
                return;
            }
            endpoint.rank(rank);
            PolicyRoutes before = current(endpoint.spec().policy());
            Endpoint[] all = before.all().clone();
            Arrays.sort(all, Comparator.comparingLong(Endpoint::rank));
            if (!Arrays.equals(all, before.all())) {
                routes = routes.with(List.of(before.with(all)), clock.instant());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes an entry out.
     *
     * @return whether it was still in
     */
    public boolean remove(Endpoint endpoint) {
        return remove(endpoint, state -> true);
    }

    /**
     * Takes an entry out if its state is still such.
     *
     * @return whether it was still in, and such
     */
    public boolean remove(Endpoint endpoint, Predicate<EndpointState> such) {
        return atomically(() -> {
            Ident policy = endpoint.spec().policy();
            Map<Ident, Endpoint> byId = entries.get(policy);
            if (byId == null || !such.test(endpoint.state()) || !byId.remove(endpoint.spec().id(), endpoint)) {
                return false;
            }
            Edit edit = new Edit();
            endpoint.state(endpoint.state().remove());
            unindex(endpoint);
            edit.cut(endpoint);
            edit.changed(TableObserver.Change.REMOVED, endpoint);
            if (byId.isEmpty()) {
                entries.remove(policy);
            }
            edit.publish();
            return true;
        });
    }

    /**
     * Remembers a policy that had a server before this process began, unless it is known already.
     *
     * @param noServerSince since when it has had none; null if from now on
     */
    public void remember(Ident policy, @Nullable Instant noServerSince) {
        atomically(() -> {
            boolean fresh = routes.find(policy.text()) == null && routes.unserved(policy.text()) == null;
            if (fresh) {
                publishUnserved(policy, routes.withUnserved(current(policy),
                        noServerSince == null ? clock.instant() : noServerSince));
                forgetSurplus();
            }
            return fresh;
        });
    }

    /**
     * Forgets a policy that has no server, with its counts.
     *
     * @return whether it was remembered
     */
    public boolean forget(Ident policy) {
        return atomically(() -> {
            boolean known = routes.unserved(policy.text()) != null;
            if (known) {
                publishUnserved(policy, routes.withoutUnserved(policy));
            }
            return known;
        });
    }

    private void forgetSurplus() {
        Ident surplus = routes.surplus();
        while (surplus != null) {
            publishUnserved(surplus, routes.withoutUnserved(surplus));
            surplus = routes.surplus();
        }
    }

    private void publishUnserved(Ident policy, RouteTable next) {
        routes = next;
        changes++;
        untold.add(observer -> observer.unservedChanged(policy, next));
    }

    private boolean has(Endpoint endpoint) {
        Map<Ident, Endpoint> byId = entries.get(endpoint.spec().policy());
        return byId != null && byId.get(endpoint.spec().id()) == endpoint;
    }

    private PolicyRoutes current(Ident policy) {
        PolicyRoutes found = routes.find(policy.text());
        if (found == null) {
            // Its counts go on where they were.
            found = routes.unserved(policy.text());
        }
        return found != null
                ? found
                : new PolicyRoutes(policy, balancers.apply(policy), loads.apply(policy), new Endpoint[0]);
    }

    /** Tells the observers what they have not heard yet, whoever did it. An observer's own change is told by who told it. */
    private void tell() {
        if (telling.isHeldByCurrentThread()) {
            return;
        }
        telling.lock();
        try {
            Consumer<TableObserver> news;
            while ((news = untold.poll()) != null) {
                for (TableObserver observer : observers) {
                    tell(observer, news);
                }
            }
        } finally {
            telling.unlock();
        }
    }

    private void tell(TableObserver observer, Consumer<TableObserver> news) {
        try {
            news.accept(observer);
        } catch (RuntimeException | Error e) {
            for (TableObserver other : observers) {
                try {
                    other.failed(observer, e);
                } catch (RuntimeException | Error again) {
                    e.addSuppressed(again);
                }
            }
        }
    }

    /** One change of the table in the making, under the lock: one snapshot however many policies it touches. */
    private final class Edit {
        private final Map<Ident, Endpoint[]> policies = new LinkedHashMap<>();
        private final List<Map.Entry<TableObserver.Change, Endpoint>> told = new ArrayList<>();

        void touch(Ident policy) {
            all(policy);
        }

        private Endpoint[] all(Ident policy) {
            return policies.computeIfAbsent(policy, each -> {
                PolicyRoutes found = routes.find(each.text());
                return found == null ? new Endpoint[0] : found.all();
            });
        }

        void append(Endpoint endpoint) {
            Endpoint[] before = all(endpoint.spec().policy());
            Endpoint[] longer = Arrays.copyOf(before, before.length + 1);
            longer[before.length] = endpoint;
            policies.put(endpoint.spec().policy(), longer);
        }

        void replace(Endpoint old, Endpoint endpoint) {
            Endpoint[] all = all(endpoint.spec().policy()).clone();
            all[Arrays.asList(all).indexOf(old)] = endpoint;
            policies.put(endpoint.spec().policy(), all);
        }

        void cut(Endpoint endpoint) {
            Endpoint[] before = all(endpoint.spec().policy());
            Endpoint[] all = new Endpoint[before.length - 1];
            int index = Arrays.asList(before).indexOf(endpoint);
            System.arraycopy(before, 0, all, 0, index);
            System.arraycopy(before, index + 1, all, index, all.length - index);
            policies.put(endpoint.spec().policy(), all);
        }

        /** For the journal at once, for the observers later. */
        void changed(TableObserver.Change change, Endpoint endpoint) {
            TableJournal keeper = journal;
            if (keeper != null) {
                keeper.changed(change, endpoint);
            }
            tellLater(change, endpoint);
        }

        void tellLater(TableObserver.Change change, Endpoint endpoint) {
            told.add(Map.entry(change, endpoint));
        }

        void replaced(Endpoint old, Endpoint newest) {
            untold.add(observer -> observer.replaced(old, newest));
        }

        /** Publishes the snapshot, once all states are as they should be. */
        void publish() {
            if (policies.isEmpty()) {
                return;
            }
            List<PolicyRoutes> next = new ArrayList<>(policies.size());
            policies.forEach((policy, all) -> next.add(current(policy).with(all)));
            RouteTable table = routes.with(next, clock.instant());
            routes = table;
            changes++;
            told.forEach(each -> untold.add(
                    observer -> observer.changed(each.getKey(), each.getValue(), table)));
            forgetSurplus();
        }
    }
}
