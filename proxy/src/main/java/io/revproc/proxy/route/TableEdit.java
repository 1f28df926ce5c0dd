package io.revproc.proxy.route;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * A batch of changes of the switch table in the making, see {@link SwitchTable#edit}. It sees its own changes at once; everybody else
 * sees all of them together, when the batch is over. Belongs to the thread that makes it, and is of no use afterwards.
 */
public final class TableEdit {
    private final Entries entries;
    private final AddressRule addresses;
    private final EntryRule rule;
    private Hierarchy hierarchy;
    private final Origin origin;
    private final @Nullable TableJournal journal;
    private final Function<Ident, PolicyRoutes> firstRoutes;
    private final Instant now;
    private final long nanos;
    private final Set<Ident> touched = new LinkedHashSet<>();
    private final Set<Ident> reordered = new LinkedHashSet<>();
    /** The new states of entries, which take effect when the batch is over. */
    private final Map<Endpoint, Next> next = new HashMap<>();
    private final List<News> news = new ArrayList<>();
    private RouteTable routes;

    /** @param renewed whether a setup came */
    private record Next(EndpointState state, boolean renewed) {}

    /** Something that an observer is told of once the snapshot is there. */
    @FunctionalInterface
    interface News {
        void tell(TableObserver observer, RouteTable table);
    }

    /**
     * @param firstRoutes makes what a policy is routed by that the table does not know
     * @param nanos       the time of setups, as {@link System#nanoTime()}
     */
    TableEdit(Entries entries, RouteTable routes, AddressRule addresses, EntryRule rule, Hierarchy hierarchy,
            Origin origin, @Nullable TableJournal journal, Function<Ident, PolicyRoutes> firstRoutes, Instant now,
            long nanos) {
        this.entries = entries;
        this.routes = routes;
        this.addresses = addresses;
        this.rule = rule;
        this.hierarchy = hierarchy;
        this.origin = origin;
        this.journal = journal;
        this.firstRoutes = firstRoutes;
        this.now = now;
        this.nanos = nanos;
    }

    /** Returns the entry of this id; null if there is none. */
    public @Nullable Endpoint find(Ident policy, Ident id) {
        return entries.find(policy, id);
    }

    /** Returns the state of an entry, with the changes of this batch. */
    public EndpointState state(Endpoint endpoint) {
        Next changed = next.get(endpoint);
        return changed == null ? endpoint.state() : changed.state();
    }

    /** Returns the other entries that a registration of this server would put out of rotation now. */
    public List<Endpoint> rivals(EndpointSpec spec) {
        return rivals(spec, EndpointState.Liveness.ALIVE);
    }

    /** @param liveness in what state the server comes: one that is lost takes nothing from anybody */
    private List<Endpoint> rivals(EndpointSpec spec, EndpointState.Liveness liveness) {
        if (liveness == EndpointState.Liveness.LOST) {
            return List.of();
        }
        return entries.at(spec).stream().filter(other -> state(other).liveness() != EndpointState.Liveness.LOST)
                .filter(other -> !other.spec().policy().equals(spec.policy()) || !other.spec().id().equals(spec.id()))
                .filter(other -> addresses.displaces(spec, other.spec())).toList();
    }

    /** Enters a server, see {@link SwitchTable#register(EndpointSpec, String)}. */
    public Endpoint register(EndpointSpec spec, @Nullable String lease) {
        return register(spec, EndpointState.registered(lease), now);
    }

    /** Enters a server in a state of its own: one that was read back from a store. */
    public Endpoint register(EndpointSpec spec, EndpointState state, Instant registeredAt) {
        List<Endpoint> rivals = rivals(spec, state.liveness());
        rivals.forEach(this::displace);
        Endpoint old = entries.find(spec.policy(), spec.id());
        Endpoint endpoint = old != null && old.spec().equals(spec)
                ? renew(old, state.lease())
                : put(spec, state, registeredAt, old);
        touched.add(spec.policy());
        rivals.forEach(rival -> replaced(rival, endpoint));
        if (old != null && !Entries.samePlace(old.spec(), spec)) {
            replaced(old, endpoint);
        }
        return endpoint;
    }

    private Endpoint renew(Endpoint endpoint, @Nullable String lease) {
        next.put(endpoint, new Next(state(endpoint).renewed(lease), true));
        endpoint.revoked(null);
        judge(endpoint);
        changed(TableObserver.Change.RENEWED, endpoint);
        return endpoint;
    }

    private Endpoint put(EndpointSpec spec, EndpointState state, Instant registeredAt, @Nullable Endpoint old) {
        boolean maintained = old != null && state(old).mode() == EndpointState.Mode.MAINTENANCE;
        EndpointState first = maintained ? state.withMode(EndpointState.Mode.MAINTENANCE) : state;
        Endpoint endpoint = new Endpoint(spec, first, registeredAt, nanos);
        judge(endpoint);
        if (old != null) {
            endpoint.rank(old.rank());
            // Not for the journal: the setup that comes next says it, and between the two nobody is to see a gap.
            leave(old);
        }
        entries.put(endpoint);
        changed(TableObserver.Change.REGISTERED, endpoint);
        return endpoint;
    }

    /**
     * Bars an entry, until its server registers anew: what it registered by is over.
     *
     * @param why for people
     * @return whether it is in the table and was not barred so before
     */
    public boolean revoke(Endpoint endpoint, String why) {
        if (!entries.has(endpoint) || endpoint.revoked() != null) {
            return false;
        }
        endpoint.revoked(why);
        judge(endpoint);
        touched.add(endpoint.spec().policy());
        // Not for the journal: that hears of it when the entry goes.
        tell(TableObserver.Change.UPDATED, endpoint);
        return true;
    }

    private void judge(Endpoint endpoint) {
        String revoked = endpoint.revoked();
        endpoint.bar(revoked != null ? revoked : rule.objection(endpoint.spec()));
        endpoint.widens(rule.widens(endpoint.spec()));
    }

    /** Takes an entry out of rotation whose address and port are another server's now. */
    private void displace(Endpoint endpoint) {
        EndpointSpec spec = endpoint.spec();
        EndpointState last = state(endpoint);
        touched.add(spec.policy());
        if (journal != null) {
            journal.displaced(endpoint, last);
        }
        leave(endpoint);
        if (last.mode() == EndpointState.Mode.MAINTENANCE) {
            Endpoint absent = new Endpoint(spec,
                    new EndpointState(EndpointState.Mode.MAINTENANCE, EndpointState.Liveness.LOST, null),
                    endpoint.registeredAt(), endpoint.setupNanos());
            absent.rank(endpoint.rank());
            entries.put(absent);
            // Not for the journal: this proxy remembers something, no server was set up.
            tell(TableObserver.Change.REGISTERED, absent);
        } else {
            entries.remove(endpoint);
        }
    }

    private void leave(Endpoint endpoint) {
        next.put(endpoint, new Next(state(endpoint).remove(), false));
        tell(TableObserver.Change.REMOVED, endpoint);
    }

    /** Takes out who has no lease at the address of a server that is not entered, see {@link SwitchTable#vacate}. */
    Optional<Endpoint> vacate(EndpointSpec newcomer) {
        List<Endpoint> past = rivals(newcomer).stream().filter(rival -> rival.spec().proto() == 1).toList();
        if (past.isEmpty()) {
            return Optional.empty();
        }
        past.forEach(this::displace);
        Endpoint refused = new Endpoint(newcomer, EndpointState.registered(null).remove(), now, nanos);
        past.forEach(rival -> replaced(rival, refused));
        return Optional.of(refused);
    }

    /**
     * Changes an entry's state.
     *
     * @return whether the entry is in the table and its state differs now
     */
    public boolean update(Endpoint endpoint, UnaryOperator<EndpointState> transition) {
        EndpointState last = state(endpoint);
        EndpointState state = transition.apply(last);
        if (state.equals(last) || !entries.has(endpoint)) {
            return false;
        }
        Next before = next.get(endpoint);
        next.put(endpoint, new Next(state, before != null && before.renewed()));
        touched.add(endpoint.spec().policy());
        changed(TableObserver.Change.UPDATED, endpoint);
        return true;
    }

    /**
     * Asks the rule anew about every entry, see {@link SwitchTable#reassess}.
     *
     * @param current the hierarchy from now on
     */
    List<Endpoint> reassess(Hierarchy current) {
        List<Endpoint> changed = new ArrayList<>();
        if (current != hierarchy) {
            // Those that were in it as well: what is not written any more is not routed by.
            hierarchy.policies().forEach(policy -> touched.add(Ident.of(policy)));
            current.policies().forEach(policy -> touched.add(Ident.of(policy)));
            hierarchy = current;
        }
        entries.forEach(endpoint -> {
            String before = endpoint.bar();
            List<String> widened = endpoint.widens();
            judge(endpoint);
            String objection = endpoint.bar();
            if (!widened.equals(endpoint.widens())) {
                touched.add(endpoint.spec().policy());
                tell(TableObserver.Change.UPDATED, endpoint);
            }
            if ((before == null) != (objection == null)) {
                changed.add(endpoint);
                touched.add(endpoint.spec().policy());
                // Not for the journal: it is this proxy's own rules that say so.
                tell(TableObserver.Change.UPDATED, endpoint);
            }
        });
        return changed;
    }

    /** Begins the time anew in which a server may not listen yet, see {@link SwitchTable#answered}. */
    void answered(Endpoint endpoint) {
        if (entries.has(endpoint)) {
            update(endpoint, EndpointState::rise);
            next.put(endpoint, new Next(state(endpoint), true));
        }
    }

    /**
     * Puts an entry into its place among those of its policy where the order of arrival here is not the order that counts: by
     * rank, smallest first, then those without one. Observers are not told.
     */
    public void rank(Endpoint endpoint, long rank) {
        if (endpoint.rank() != rank && entries.has(endpoint)) {
            endpoint.rank(rank);
            reordered.add(endpoint.spec().policy());
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
        if (!entries.has(endpoint) || !such.test(state(endpoint))) {
            return false;
        }
        entries.remove(endpoint);
        touched.add(endpoint.spec().policy());
        next.put(endpoint, new Next(state(endpoint).remove(), false));
        changed(TableObserver.Change.REMOVED, endpoint);
        return true;
    }

    /** Remembers a policy without a server, see {@link SwitchTable#remember}. */
    void remember(Ident policy, @Nullable Instant noServerSince) {
        if (entries.of(policy).length == 0 && routes.unserved(policy.text()) == null) {
            routes = routes.withUnserved(current(policy), noServerSince == null ? now : noServerSince);
            news.add((observer, table) -> observer.unservedChanged(policy, table));
        }
    }

    /** Forgets a policy without a server, see {@link SwitchTable#forget}. */
    boolean forget(Ident policy) {
        if (routes.unserved(policy.text()) == null) {
            return false;
        }
        routes = routes.withoutUnserved(policy);
        news.add((observer, table) -> observer.unservedChanged(policy, table));
        return true;
    }

    /** Makes the changes: all states, then the one snapshot. The table publishes it. */
    RouteTable finish() {
        next.forEach((endpoint, change) -> {
            if (change.renewed()) {
                endpoint.renewed(change.state(), nanos);
            } else {
                endpoint.state(change.state());
            }
        });
        for (Ident policy : reordered) {
            if (entries.sort(policy)) {
                touched.add(policy);
            }
        }
        if (!touched.isEmpty()) {
            widen();
            routes = routes.with(touched.stream().map(this::made).filter(this::isKnown).toList(), now);
            share();
        }
        Ident surplus;
        while ((surplus = routes.surplus()) != null) {
            forget(surplus);
        }
        return routes;
    }

    /** What changes at a policy's endpoints changes for the wider policies that these may serve. */
    private void widen() {
        if (!hierarchy.isEmpty()) {
            List.copyOf(touched)
                    .forEach(policy -> hierarchy.wider(policy.text()).forEach(wider -> touched.add(Ident.of(wider))));
        }
    }

    private PolicyRoutes made(Ident policy) {
        List<String> narrower = hierarchy.narrower(policy.text());
        PolicyRoutes current = current(policy);
        if (narrower.isEmpty()) {
            return current.with(entries.of(policy));
        }
        Endpoint[] theirs = narrower.stream().map(Ident::of).flatMap(each -> Arrays.stream(entries.of(each)))
                .filter(endpoint -> endpoint.widens().contains(policy.text())).toArray(Endpoint[]::new);
        return current.with(entries.of(policy), theirs, () -> firstRoutes.apply(policy).balancer());
    }

    /** Returns whether the policy has servers, or had some: what was only written is not to be remembered. */
    private boolean isKnown(PolicyRoutes made) {
        String policy = made.policy().text();
        return !made.isUnserved() || routes.find(policy) != null || routes.unserved(policy) != null;
    }

    /** A place that becomes free at an endpoint is free for all policies that it may serve. */
    private void share() {
        if (hierarchy.isEmpty()) {
            return;
        }
        for (Ident policy : touched) {
            PolicyRoutes made = routes.find(policy.text());
            PolicyRoutes.Narrower theirs = made == null ? null : made.narrower();
            if (theirs != null) {
                for (Endpoint endpoint : theirs.all()) {
                    endpoint.sharedBy(loads(endpoint));
                }
            }
        }
    }

    private PolicyLoad[] loads(Endpoint endpoint) {
        return Stream.concat(Stream.of(endpoint.spec().policy().text()), endpoint.widens().stream())
                .map(routes::find).filter(Objects::nonNull).map(PolicyRoutes::load).toArray(PolicyLoad[]::new);
    }

    /** Returns what observers are to be told, in order. */
    List<News> news() {
        return news;
    }

    private PolicyRoutes current(Ident policy) {
        PolicyRoutes found = routes.find(policy.text());
        // Its counts go on where they were.
        PolicyRoutes known = found == null ? routes.unserved(policy.text()) : found;
        return known == null ? firstRoutes.apply(policy) : known;
    }

    /** Notes a change: for the journal at once, for the observers later. */
    private void changed(TableObserver.Change change, Endpoint endpoint) {
        if (journal != null) {
            journal.changed(change, endpoint, state(endpoint), origin);
        }
        tell(change, endpoint);
    }

    private void tell(TableObserver.Change change, Endpoint endpoint) {
        news.add((observer, table) -> observer.changed(change, endpoint, table));
    }

    private void replaced(Endpoint old, Endpoint newest) {
        news.add((observer, table) -> observer.replaced(old, newest));
    }
}
