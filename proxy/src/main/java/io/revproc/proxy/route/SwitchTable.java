package io.revproc.proxy.route;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * The switch table: the only place where endpoints come, change state and go. Changes are made by {@link #edit}: each edit publishes
 * one new {@link RouteTable}; readers take {@link #routes()} and see membership and health of one moment. Thread-safe; an edit holds
 * a lock for as long as it runs and copies the endpoints of the policies that it touches. Observers are told after the lock, and before
 * the edit's call returns.
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

    /** Held while the table changes. */
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final Entries entries = new Entries();
    private volatile @Nullable TableJournal journal;
    private volatile EntryRule rule = EntryRule.ANY;
    /** The rules by which the newest snapshot was made: they change with {@link #reassess} alone, so that no snapshot has half of another one. Guarded by {@link #lock}. */
    private Hierarchy hierarchy = Hierarchy.NONE;
    private volatile RouteTable routes = RouteTable.EMPTY;

    /** Edits that observers have yet to hear of, in order. */
    private final Queue<Round> untold = new ConcurrentLinkedQueue<>();
    /** Held while observers are told. Whoever holds it may take {@link #lock}, never the other way round. */
    private final ReentrantLock telling = new ReentrantLock();

    /** The changes of one edit, for the observers. */
    private record Round(List<TableEdit.News> news, RouteTable table) {}

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

    /** Returns the newest snapshot. */
    public RouteTable routes() {
        return routes;
    }

    /** Tells this observer of all changes from now on. */
    public void observe(TableObserver observer) {
        observers.add(observer);
    }

    /** Sets who is told under the lock; there is one at most. Call before there are changes that it must not miss. */
    public void journal(TableJournal keeper) {
        journal = keeper;
    }

    /** Sets what says which entries may be routed to; call before there are entries, and {@link #reassess} when it says something else. */
    public void ruledBy(EntryRule says) {
        lock.lock();
        try {
            rule = says;
            hierarchy = says.hierarchy();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks the rule anew about every entry. One snapshot has all that differs.
     *
     * @return the entries that are barred since this call, or are not any more
     */
    public List<Endpoint> reassess() {
        return edit(edit -> {
            hierarchy = rule.hierarchy();
            return edit.reassess(hierarchy);
        }, Origin.HERE);
    }

    /** Returns the entry of this id; null if there is none. */
    public @Nullable Endpoint find(Ident policy, Ident id) {
        lock.lock();
        try {
            return entries.find(policy, id);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes changes as one: nobody else changes the table in between, there is one snapshot with all of them, and observers are told of
     * them in one round. What a batch did before it threw something stands.
     *
     * @param batch  makes the changes; must not block, nor begin another edit of this table
     * @param origin whose changes they are
     * @return what the batch returns
     */
    public <T> T edit(Function<TableEdit, T> batch, Origin origin) {
        boolean news = false;
        lock.lock();
        try {
            if (lock.getHoldCount() > 1) {
                throw new IllegalStateException("an edit within an edit");
            }
            TableEdit edit = new TableEdit(entries, routes, addresses, rule, hierarchy, origin, journal,
                    this::firstRoutes, clock.instant(), nanoClock.getAsLong());
            try {
                return batch.apply(edit);
            } finally {
                RouteTable table = edit.finish();
                routes = table;
                news = !edit.news().isEmpty();
                if (news) {
                    untold.add(new Round(edit.news(), table));
                }
            }
        } finally {
            lock.unlock();
            if (news) {
                tell();
            }
        }
    }

    private PolicyRoutes firstRoutes(Ident policy) {
        return new PolicyRoutes(policy, balancers.apply(policy), loads.apply(policy), new Endpoint[0]);
    }

    /**
     * Enters a server. The same server again (nothing of its spec differs) keeps its entry with its counters and, if an
     * operator put it there, its maintenance; anything else under that id is replaced in its place in the order.
     *
     * @param lease the registration session's; null for a Part 1 server
     */
    public Endpoint register(EndpointSpec spec, @Nullable String lease) {
        return edit(edit -> edit.register(spec, lease), Origin.HERE);
    }

    /** Enters a server in a state of its own: one that was read back from a store. */
    public Endpoint register(EndpointSpec spec, EndpointState state, Instant registeredAt) {
        return edit(edit -> edit.register(spec, state, registeredAt), Origin.HERE);
    }

    /**
     * Takes out the entries without a lease that a registration of this server would put out of rotation, though it is not
     * entered: its setup was refused, and yet it is at their address and port now. Entries with a lease stay; whoever is there now
     * does not know it.
     *
     * @return the newcomer, as observers are told of it, if anybody gave way; it is not in the table
     */
    public Optional<Endpoint> vacate(EndpointSpec newcomer) {
        return edit(edit -> edit.vacate(newcomer), Origin.HERE);
    }

    /** Begins the time anew in which the server may not listen yet: only now it hears that it is registered. */
    public void answered(Endpoint endpoint) {
        edit(edit -> {
            edit.answered(endpoint);
            return true;
        }, Origin.HERE);
    }

    /**
     * Changes an entry's state.
     *
     * @return whether the entry is still in the table and its state differs now
     */
    public boolean update(Endpoint endpoint, UnaryOperator<EndpointState> transition) {
        return edit(edit -> edit.update(endpoint, transition), Origin.HERE);
    }

    /**
     * Changes many entries' states in one snapshot: what a lost network does to a thousand servers costs no thousand copies of
     * their policies.
     *
     * @return the entries that are still in the table and whose state differs now
     */
    public List<Endpoint> updateAll(Map<Endpoint, UnaryOperator<EndpointState>> transitions) {
        return edit(edit -> transitions.entrySet().stream()
                .filter(each -> edit.update(each.getKey(), each.getValue())).map(Map.Entry::getKey).toList(),
                Origin.HERE);
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
        return edit(edit -> edit.remove(endpoint, such), Origin.HERE);
    }

    /**
     * Takes an entry out whose server may not serve any more, if its state is still such.
     *
     * @param why for people, and for the proxies that share the table
     */
    public void revoke(Endpoint endpoint, Predicate<EndpointState> such, String why) {
        edit(edit -> such.test(edit.state(endpoint)) && edit.revoke(endpoint, why) && edit.remove(endpoint),
                Origin.HERE);
    }

    /**
     * Remembers a policy that had a server before this process began, unless it is known already.
     *
     * @param noServerSince since when it has had none; null if from now on
     */
    public void remember(Ident policy, @Nullable Instant noServerSince) {
        edit(edit -> {
            edit.remember(policy, noServerSince);
            return true;
        }, Origin.HERE);
    }

    /**
     * Forgets a policy that has no server, with its counts.
     *
     * @return whether it was remembered
     */
    public boolean forget(Ident policy) {
        return edit(edit -> edit.forget(policy), Origin.HERE);
    }

    /** Tells the observers what they have not heard yet, whoever did it. An observer's own change is told by who told it. */
    private void tell() {
        if (telling.isHeldByCurrentThread()) {
            return;
        }
        telling.lock();
        try {
            Round round;
            while ((round = untold.poll()) != null) {
                for (TableObserver observer : observers) {
                    for (TableEdit.News news : round.news()) {
                        tell(observer, news, round.table());
                    }
                }
            }
        } finally {
            telling.unlock();
        }
    }

    private void tell(TableObserver observer, TableEdit.News news, RouteTable table) {
        try {
            news.tell(observer, table);
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
}
