package io.revproc.route;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import io.revproc.balance.LoadBalancer;
import io.revproc.upstream.Endpoint;
import io.revproc.upstream.EndpointSpec;
import io.revproc.upstream.EndpointState;
import io.revproc.upstream.PolicyLoad;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * The switch table: the only place where endpoints come, change state and go. Every change publishes a new
 * {@link RouteTable}; readers take {@link #routes()} and see membership and health of one moment. Thread-safe; a change holds
 * a lock for as long as it copies one policy's endpoints.
 */
public final class SwitchTable {
    private final Function<Ident, LoadBalancer> balancers;
    private final Function<Ident, PolicyLoad> loads;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final List<TableObserver> observers = new CopyOnWriteArrayList<>();
    /** The entries by policy and id; the order of registration is the snapshot's. */
    private final Map<Ident, Map<Ident, Endpoint>> entries = new HashMap<>();
    private volatile RouteTable routes = RouteTable.EMPTY;

    /**
     * @param balancers the algorithm of a policy that gets its first server
     * @param loads     the bounds of a policy that gets its first server
     * @param nanoClock as {@link System#nanoTime()}
     */
    public SwitchTable(Function<Ident, LoadBalancer> balancers, Function<Ident, PolicyLoad> loads, InstantSource clock,
            LongSupplier nanoClock) {
        this.balancers = balancers;
        this.loads = loads;
        this.clock = clock;
        this.nanoClock = nanoClock;
    }

    /** The newest snapshot. */
    public RouteTable routes() {
        return routes;
    }

    public void observe(TableObserver observer) {
        observers.add(observer);
    }

    /** The entry of this id; null if there is none. */
    public synchronized @Nullable Endpoint find(Ident policy, Ident id) {
        Map<Ident, Endpoint> byId = entries.get(policy);
        return byId == null ? null : byId.get(id);
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
    public synchronized Endpoint register(EndpointSpec spec, EndpointState state, Instant registeredAt) {
        Map<Ident, Endpoint> byId = entries.computeIfAbsent(spec.policy(), policy -> new HashMap<>());
        Endpoint old = byId.get(spec.id());
        long now = nanoClock.getAsLong();
        if (old != null && old.spec().equals(spec)) {
            old.renewed(old.state().renewed(state.lease()), now);
            publish(TableObserver.Change.RENEWED, old, current(spec.policy()).all());
            return old;
        }
        EndpointState first = old != null && old.state().mode() == EndpointState.Mode.MAINTENANCE
                ? state.withMode(EndpointState.Mode.MAINTENANCE)
                : state;
        Endpoint endpoint = new Endpoint(spec, first, registeredAt, now);
        byId.put(spec.id(), endpoint);
        PolicyRoutes before = current(spec.policy());
        if (old == null) {
            publish(TableObserver.Change.REGISTERED, endpoint, append(before.all(), endpoint));
        } else {
            old.state(old.state().remove());
            endpoint.rank(old.rank());
            Endpoint[] all = before.all().clone();
            all[indexOf(all, old)] = endpoint;
            publish(TableObserver.Change.REMOVED, old, all);
            publish(TableObserver.Change.REGISTERED, endpoint, all);
        }
        return endpoint;
    }

    /**
     * Changes an entry's state.
     *
     * @return whether the entry is still in the table and its state differs now
     */
    public synchronized boolean update(Endpoint endpoint, UnaryOperator<EndpointState> transition) {
        if (find(endpoint.spec().policy(), endpoint.spec().id()) != endpoint) {
            return false;
        }
        EndpointState next = transition.apply(endpoint.state());
        if (next.equals(endpoint.state())) {
            return false;
        }
        endpoint.state(next);
        publish(TableObserver.Change.UPDATED, endpoint, current(endpoint.spec().policy()).all());
        return true;
    }

    /**
     * Changes many entries' states in one snapshot: what a lost network does to a thousand servers costs no thousand copies of
     * their policies.
     *
     * @return the entries that are still in the table and whose state differs now
     */
    public synchronized List<Endpoint> updateAll(Map<Endpoint, UnaryOperator<EndpointState>> transitions) {
        List<Endpoint> changed = new ArrayList<>();
        Map<Ident, PolicyRoutes> policies = new HashMap<>();
        transitions.forEach((endpoint, transition) -> {
            Ident policy = endpoint.spec().policy();
            EndpointState next = transition.apply(endpoint.state());
            if (find(policy, endpoint.spec().id()) == endpoint && !next.equals(endpoint.state())) {
                endpoint.state(next);
                changed.add(endpoint);
                policies.computeIfAbsent(policy, this::current);
            }
        });
        if (!changed.isEmpty()) {
            RouteTable next = routes.with(
                    policies.values().stream().map(policy -> policy.with(policy.all())).toList(), clock.instant());
            routes = next;
            for (Endpoint endpoint : changed) {
                tell(TableObserver.Change.UPDATED, endpoint, next);
            }
        }
        return changed;
    }

    /**
     * Puts an entry into its place among those of its policy where the order of arrival here is not the order that counts: by
     * rank, smallest first, then those without one.
     */
    public synchronized void rank(Endpoint endpoint, long rank) {
        Ident policy = endpoint.spec().policy();
        if (endpoint.rank() == rank || find(policy, endpoint.spec().id()) != endpoint) {
            return;
        }
        endpoint.rank(rank);
        PolicyRoutes before = current(policy);
        Endpoint[] all = before.all().clone();
        Arrays.sort(all, Comparator.comparingLong(Endpoint::rank));
        if (!Arrays.equals(all, before.all())) {
            routes = routes.with(List.of(before.with(all)), clock.instant());
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
    public synchronized boolean remove(Endpoint endpoint, Predicate<EndpointState> such) {
        Ident policy = endpoint.spec().policy();
        Map<Ident, Endpoint> byId = entries.get(policy);
        if (byId == null || !such.test(endpoint.state()) || !byId.remove(endpoint.spec().id(), endpoint)) {
            return false;
        }
        endpoint.state(endpoint.state().remove());
        Endpoint[] before = current(policy).all();
        Endpoint[] all = new Endpoint[before.length - 1];
        int index = indexOf(before, endpoint);
        System.arraycopy(before, 0, all, 0, index);
        System.arraycopy(before, index + 1, all, index, all.length - index);
        publish(TableObserver.Change.REMOVED, endpoint, all);
        if (byId.isEmpty()) {
            entries.remove(policy);
        }
        return true;
    }

    /**
     * Remembers a policy that had a server before this process began, unless it is known already.
     *
     * @param noServerSince since when it has had none; null if from now on
     */
    public synchronized void remember(Ident policy, @Nullable Instant noServerSince) {
        if (routes.find(policy.text()) == null && routes.unserved(policy.text()) == null) {
            RouteTable next = routes.withUnserved(current(policy),
                    noServerSince == null ? clock.instant() : noServerSince);
            routes = next;
            observers.forEach(observer -> observer.unservedChanged(policy, next));
            Ident surplus = next.surplus();
            if (surplus != null) {
                forget(surplus);
            }
        }
    }

    /**
     * Forgets a policy that has no server, with its counts.
     *
     * @return whether it was remembered
     */
    public synchronized boolean forget(Ident policy) {
        if (routes.unserved(policy.text()) == null) {
            return false;
        }
        RouteTable next = routes.withoutUnserved(policy);
        routes = next;
        observers.forEach(observer -> observer.unservedChanged(policy, next));
        return true;
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

    private void publish(TableObserver.Change change, Endpoint endpoint, Endpoint[] all) {
        RouteTable next = routes.with(List.of(current(endpoint.spec().policy()).with(all)), clock.instant());
        routes = next;
        tell(change, endpoint, next);
        Ident surplus = next.surplus();
        if (surplus != null) {
            forget(surplus);
        }
    }

    private void tell(TableObserver.Change change, Endpoint endpoint, RouteTable next) {
        for (TableObserver observer : observers) {
            observer.changed(change, endpoint, next);
        }
    }

    private static Endpoint[] append(Endpoint[] all, Endpoint endpoint) {
        Endpoint[] longer = Arrays.copyOf(all, all.length + 1);
        longer[all.length] = endpoint;
        return longer;
    }

    private static int indexOf(Endpoint[] all, Endpoint endpoint) {
        return Arrays.asList(all).indexOf(endpoint);
    }
}
