package io.revproc.proxy.registration;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

import io.revproc.proxy.policy.Applicant;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Origin;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableObserver;
import io.revproc.wire.LogValue;
import io.revproc.wire.Message;
import io.revproc.wire.Message.Notice.Event;
import io.revproc.wire.MessageCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps leases and switch table in step: what a lease's renewal, loss, end and grace mean for its entry, and what a change of
 * the entry means for the lease. Thread-safe. {@link LeaseTimer} calls {@link #tick}.
 */
final class LeaseKeeper implements TableObserver {
    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
    /** More entries than this at once are one line. */
    private static final int MAX_LINES = 20;
    /** Waking up late by less than this is what machines do. */
    private static final long STOOD_STILL = TimeUnit.MILLISECONDS.toNanos(100);

    private final SwitchTable table;
    private final LeaseTable leases;
    private final DrainWatch drains = new DrainWatch();
    private final LongSupplier nanoClock;
    private final long heartbeat;
    private final AtomicLong expired = new AtomicLong();
    private final AtomicReference<Instant> nextEnd = new AtomicReference<>(Instant.MAX);
    private volatile Runnable wakeUp = () -> {};

    LeaseKeeper(SwitchTable table, RegistrationSettings properties, LongSupplier nanoClock) {
        this.table = table;
        this.leases = new LeaseTable(properties.ttl().toNanos(), properties.grace().toNanos());
        this.nanoClock = nanoClock;
        this.heartbeat = properties.heartbeat().toNanos();
        table.observe(this);
    }

    /** Called whenever {@link #tick} may be due sooner than it said. */
    void onWakeUp(Runnable action) {
        wakeUp = action;
    }

    void grant(Lease lease) {
        leases.grant(lease, nanoClock.getAsLong());
        Instant end = lease.evidenceEnd();
        if (end != null) {
            evidenceEnds(end);
        }
        wakeUp.run();
    }

    /** Some lease's evidence ends at this moment. */
    void evidenceEnds(Instant end) {
        nextEnd.accumulateAndGet(end, (a, b) -> a.isBefore(b) ? a : b);
    }

    /** Returns whether any lease's evidence may have ended since this was asked for the last time. */
    boolean evidenceEnded(Instant now) {
        if (now.isBefore(nextEnd.get())) {
            return false;
        }
        nextEnd.set(Instant.MAX);
        for (Lease lease : leases.held()) {
            Instant end = lease.evidenceEnd();
            if (end != null && end.isAfter(now)) {
                evidenceEnds(end);
            }
        }
        return true;
    }

    /** Holds the place of a server that is not here: it has a grace to come. */
    void await(Lease lease) {
        leases.await(lease, nanoClock.getAsLong());
        wakeUp.run();
    }

    /** Renews the lease if it is this session's, held, and the entry still its own; null if not. */
    @Nullable
    Lease renew(String id, RegistrationSession session) {
        Lease lease = leases.find(id);
        return lease != null && lease.session() == session && lease.current()
                && leases.renew(lease, nanoClock.getAsLong()) ? lease : null;
    }

    /** Nanoseconds until the lease that the entry holds expires; -1 if it holds none. */
    long nanosLeft(Endpoint endpoint) {
        Lease lease = find(endpoint.state().lease());
        return lease == null || !lease.current() ? -1 : Math.max(0, lease.dueAt - nanoClock.getAsLong());
    }

    /** The lease is over for good. */
    void end(Lease lease) {
        leases.end(lease);
        RegistrationSession session = lease.session();
        if (session != null) {
            session.release(lease);
        }
    }

    /**
     * Ends the leases that are over by a rule, and takes their entries out; that one is in maintenance is remembered. Their servers
     * hear so at their next heartbeats.
     *
     * @param why returns why a lease is over; null if it is not
     * @return those that ended, and why
     */
    Map<Lease, String> endAll(Function<Lease, @Nullable String> why) {
        Map<Lease, String> ended = new LinkedHashMap<>();
        for (Lease lease : leases.held()) {
            String reason = why.apply(lease);
            if (reason != null) {
                ended.put(lease, reason);
            }
        }
        ended.forEach((lease, reason) -> {
            if (lease.endpoint().state().mode() == Mode.MAINTENANCE) {
                table.edit(edit -> edit.revoke(lease.endpoint(), reason), Origin.HERE);
                lose(List.of(lease), "revoked");
            } else {
                end(lease);
                table.revoke(lease.endpoint(), state -> lease.id().equals(state.lease()), reason);
            }
        });
        return ended;
    }

    /** Returns the entries of leases whose holders these rules do not know. */
    Set<Endpoint> unknownTo(PolicyRules rules) {
        Set<Endpoint> unknown = new HashSet<>();
        for (Lease lease : leases.held()) {
            Applicant who = lease.who();
            if (who != null && !rules.stillKnows(who, lease.endpoint().spec().owner())) {
                unknown.add(lease.endpoint());
            }
        }
        return unknown;
    }

    /**
     * Tells servers that take messages of wider policies to set up again where they would be told others than they were.
     *
     * @param wouldBeTold what the entry's server would be told now
     */
    void tellToRenew(Function<EndpointSpec, List<String>> wouldBeTold) {
        for (Lease lease : leases.held()) {
            RegistrationSession session = lease.session();
            EndpointSpec spec = lease.endpoint().spec();
            if (lease.wider() && session != null && !spec.alsoServes().equals(wouldBeTold.apply(spec))
                    && lease.tellsToRenew()) {
                session.outbox().send(notice(Event.RENEW));
            }
        }
    }

    /** A replaced lease is of no more use: its session hears so at its next heartbeat. */
    void forget(@Nullable String id) {
        Lease lease = find(id);
        if (lease != null) {
            end(lease);
        }
    }

    /** Tells the server once it has no more messages. */
    void watchDrain(Lease lease) {
        drains.add(lease);
        wakeUp.run();
    }

    /** These leases' session has ended: their entries are not alive from now on. */
    void lose(Collection<Lease> ended, String how) {
        long now = nanoClock.getAsLong();
        lost(ended.stream().filter(lease -> leases.lose(lease, now)).toList(), how);
        wakeUp.run();
    }

    /**
     * Does what is due.
     *
     * @return nanoseconds until there may be more to do; {@link LeaseTable#NEVER} if only after the next wake-up
     */
    long tick(long now) {
        LeaseTable.Due due = leases.sweep(now);
        expired.addAndGet(due.expired().size());
        lost(due.expired(), "expired");
        long over = due.over().stream().filter(lease -> graceOver(lease, now, due.over().size())).count();
        if (over > MAX_LINES) {
            log.info("event=removed servers={} reason=grace-over", over);
        }
        return Math.min(drains.check(), leases.untilDue(now));
    }

    /**
     * The timer woke up late. Who stood still can't say that others were silent: their heartbeats may be here, unread.
     *
     * @return whether it was so late that nothing expires for a heartbeat's time
     */
    boolean stoodStill(long lateNanos) {
        if (lateNanos < Math.max(STOOD_STILL, heartbeat / 2)) {
            return false;
        }
        leases.lenientUntil(nanoClock.getAsLong() + heartbeat);
        return true;
    }

    private void lost(Collection<Lease> ended, String how) {
        Map<Endpoint, UnaryOperator<EndpointState>> transitions = new IdentityHashMap<>();
        for (Lease lease : ended) {
            if (lease.current()) {
                transitions.put(lease.endpoint(), state -> state.lose(lease.id()));
            }
        }
        List<Endpoint> lost = table.updateAll(transitions);
        if (lost.size() > MAX_LINES) {
            log.info("event=lost servers={} lease={}", lost.size(), how);
        } else {
            lost.forEach(one -> log.info("event=lost server={} lease={}", LogValue.of(one.spec().name()), how));
        }
    }

    private boolean graceOver(Lease lease, long now, int atOnce) {
        EndpointState state = lease.endpoint().state();
        if (lostBy(lease, state) && state.mode() == Mode.MAINTENANCE) {
            // What an operator took out stays out when its server comes back, however long that takes.
            leases.await(lease, now);
            return false;
        }
        end(lease);
        RegistrationSession session = lease.session();
        if (session != null && session.empty()) {
            session.outbox().close();
        }
        boolean removed = table.remove(lease.endpoint(), last -> lostBy(lease, last));
        if (removed && atOnce <= MAX_LINES) {
            log.info("event=removed server={} reason=grace-over", LogValue.of(lease.endpoint().spec().name()));
        }
        return removed;
    }

    private static boolean lostBy(Lease lease, EndpointState state) {
        return lease.id().equals(state.lease()) && state.liveness() == Liveness.LOST;
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable routes) {
        if (change == Change.REMOVED) {
            forget(endpoint.state().lease());
        } else if (change == Change.UPDATED) {
            Lease lease = find(endpoint.state().lease());
            if (lease != null) {
                tellMaintenance(lease);
            }
            if (onlyRemembered(endpoint.state()) && table.remove(endpoint, LeaseKeeper::onlyRemembered)) {
                log.info("event=removed server={} reason=resumed-while-absent", LogValue.of(endpoint.spec().name()));
            }
        }
    }

    /** Returns whether nobody's coming is awaited: its server lost its address to another one, and no maintenance is left to remember. */
    private static boolean onlyRemembered(EndpointState state) {
        return state.liveness() == Liveness.LOST && state.lease() == null && state.mode() != Mode.MAINTENANCE;
    }

    /** Tells the server if it came into maintenance, or out of it, since it was told last. */
    void tellMaintenance(Lease lease) {
        RegistrationSession session = lease.session();
        boolean maintenance = lease.endpoint().state().mode() == Mode.MAINTENANCE;
        if (session != null && lease.tells(maintenance)) {
            session.outbox().send(notice(maintenance ? Event.MAINTENANCE : Event.RESUMED));
        }
    }

    static byte[] notice(Event event) {
        return MessageCodec.write(new Message.Notice(event));
    }

    /** Leases that ran out without a heartbeat. */
    long expirations() {
        return expired.get();
    }

    /** Returns how many leases are held or in their grace. */
    int leases() {
        return leases.size();
    }

    private @Nullable Lease find(@Nullable String id) {
        return id == null ? null : leases.find(id);
    }
}
