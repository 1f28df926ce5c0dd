package io.revproc.registration;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.revproc.route.PolicyRoutes;
import io.revproc.route.RouteTable;
import io.revproc.route.SwitchTable;
import io.revproc.route.TableObserver;
import io.revproc.upstream.Endpoint;
import io.revproc.upstream.EndpointSpec;
import io.revproc.upstream.EndpointState;
import io.revproc.upstream.EndpointState.Mode;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import io.revproc.wire.Message;
import io.revproc.wire.Message.Notice.Event;
import io.revproc.wire.MessageCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes servers into the switch table and out again. One for the whole proxy; each connection gets its
 * {@link RegistrationSession}. Thread-safe; blocks on nothing but short locks, so event loops may call it.
 */
public final class Registrar implements TableObserver {
    private static final Logger log = LoggerFactory.getLogger(Registrar.class);
    private static final int MOST_LINES = 20;

    private final SwitchTable table;
    private final Admission admission;
    private final RegistrationProperties properties;
    private final ServerLimits limits;
    private final Supplier<String> leaseIds;
    private final LongSupplier nanoClock;
    private final LeaseTable leases;
    private final DrainWatch drains = new DrainWatch();
    private final Set<RegistrationSession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicInteger endpoints = new AtomicInteger();
    /** Held while a setup is checked against the table and entered. */
    private final Object setups = new Object();
    private volatile boolean shuttingDown;
    private volatile Runnable wakeUp = () -> {};

    /** @param nanoClock as {@link System#nanoTime()} */
    public Registrar(SwitchTable table, Admission admission, RegistrationProperties properties, ServerLimits limits,
            Supplier<String> leaseIds, LongSupplier nanoClock) {
        this.table = table;
        this.admission = admission;
        this.properties = properties;
        this.limits = limits;
        this.leaseIds = leaseIds;
        this.nanoClock = nanoClock;
        this.leases = new LeaseTable(properties.ttl().toNanos(), properties.grace().toNanos());
        table.observe(this);
    }

    /** A new connection that has sent something other than a data message. */
    public RegistrationSession open(InetAddress peer, Outbox outbox) {
        return open(new Peer(peer, List.of()), outbox);
    }

    /** A new connection that has sent something other than a data message. */
    public RegistrationSession open(Peer peer, Outbox outbox) {
        return new RegistrationSession(this, table, leases, peer, outbox);
    }

    /** Tells every server with a session. After {@link Event#SHUTDOWN} nobody registers any more. */
    public void notices(Event event) {
        if (event == Event.SHUTDOWN) {
            shuttingDown = true;
        }
        byte[] notice = MessageCodec.write(new Message.Notice(event));
        sessions.forEach(session -> session.outbox().send(notice));
    }

    /** Nanoseconds until the endpoint's lease expires if no heartbeat comes; -1 if it holds none. */
    public long leaseNanos(Endpoint endpoint) {
        String id = endpoint.state().lease();
        Lease lease = id == null ? null : leases.find(id);
        return lease == null || !lease.current() ? -1 : Math.max(0, lease.dueAt - nanoClock.getAsLong());
    }

    /**
     * Keeps the entry of a proto 2 server as lost, as if its session had just ended: it was read back from a store, and its
     * server is expected to register anew.
     */
    public void expect(EndpointSpec spec, Mode mode, Instant registeredAt) {
        String id = leaseIds.get();
        EndpointState state = new EndpointState(mode, EndpointState.Liveness.LOST, id);
        leases.await(new Lease(id, table.register(spec, state, registeredAt), null), now());
        wakeUp.run();
    }

    Answer setUp(RegistrationSession session, Message.Setup setup) {
        if (shuttingDown) {
            return Answer.refused(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.sentence());
        }
        return switch (admission.admit(session.peer(), setup)) {
            case Admission.Decision.Refused refused -> refuse(session, setup, refused.sentence());
            case Admission.Decision.Allowed allowed -> enter(session, setup, spec(session, setup, allowed.owner()));
        };
    }

    private EndpointSpec spec(RegistrationSession session, Message.Setup setup, @Nullable String owner) {
        InetAddress address = session.peer().address();
        return setup.proto() == 1
                ? new EndpointSpec(setup.policy(), setup.id(), address, setup.listenPort(), 1, false, 1, null,
                        limits.part1(), false, owner)
                : new EndpointSpec(setup.policy(), setup.id(), address, setup.listenPort(), 2, setup.mux(),
                        setup.weight(), setup.zone(), limits.proto2(setup.maxInFlight()), setup.tls(), owner);
    }

    private Answer enter(RegistrationSession session, Message.Setup setup, EndpointSpec spec) {
        @Nullable
        String id = spec.proto() == 1 ? null : leaseIds.get();
        Lease lease = null;
        synchronized (setups) {
            Endpoint old = table.find(spec.policy(), spec.id());
            String problem = old == null ? overLimit(spec) : notTheirs(old, spec);
            if (problem != null) {
                return refuse(session, setup, problem);
            }
            Endpoint endpoint = table.register(spec, id);
            if (old != null) {
                forget(old.state().lease(), id);
            }
            if (id != null) {
                lease = new Lease(id, endpoint, session);
                leases.grant(lease, now());
            }
        }
        log.info("event=registered server={} address={} port={} proto={}", LogValue.of(spec.name()), spec.host(),
                spec.port(), spec.proto());
        if (lease == null) {
            return Answer.of(new Message.SetupAccepted(null));
        }
        session.hold(lease);
        sessions.add(session);
        wakeUp.run();
        return Answer.of(new Message.SetupAccepted(
                new Message.SetupAccepted.Session(lease.id(), properties.heartbeat(), properties.ttl())));
    }

    private @Nullable String overLimit(EndpointSpec spec) {
        if (endpoints.get() >= properties.maxEndpoints()) {
            return "The proxy holds " + properties.maxEndpoints()
                    + " servers, its limit; raise revproc.registration.max-endpoints";
        }
        PolicyRoutes routes = table.routes().find(spec.policy().text());
        if (routes != null && routes.size() >= properties.maxEndpointsPerPolicy()) {
            return "This policy has " + properties.maxEndpointsPerPolicy()
                    + " servers, its limit; raise revproc.registration.max-endpoints-per-policy";
        }
        return null;
    }

    private static @Nullable String notTheirs(Endpoint old, EndpointSpec spec) {
        return Objects.equals(old.spec().owner(), spec.owner())
                ? null
                : "This id is registered by another owner; choose another id";
    }

    private static Answer refuse(RegistrationSession session, Message.Setup setup, String sentence) {
        log.warn("event=setup-refused peer={} server={} reason=\"{}\"", session.peer().address().getHostAddress(),
                LogValue.of(setup.policy() + "/" + setup.id()), sentence);
        return Answer.refused(ErrorCode.NOT_ALLOWED, sentence);
    }

    /** A replaced lease is of no more use: its session hears so at its next heartbeat. */
    private void forget(@Nullable String old, @Nullable String now) {
        Lease lease = old == null || old.equals(now) ? null : leases.find(old);
        if (lease != null) {
            end(lease);
        }
    }

    /** The lease is over for good. */
    void end(Lease lease) {
        leases.end(lease);
        RegistrationSession session = lease.session();
        if (session != null && session.release(lease)) {
            sessions.remove(session);
        }
    }

    void watchDrain(Lease lease) {
        drains.add(lease);
        wakeUp.run();
    }

    void gone(RegistrationSession session) {
        sessions.remove(session);
        wakeUp.run();
    }

    long now() {
        return nanoClock.getAsLong();
    }

    /** Called whenever {@link #tick} may be due sooner than it said. */
    void onWakeUp(Runnable action) {
        wakeUp = action;
    }

    /**
     * Does what is due.
     *
     * @return nanoseconds until there may be more to do; {@link LeaseTable#NEVER} if only after the next wake-up
     */
    long tick(long now) {
        LeaseTable.Due due = leases.sweep(now);
        long lost = due.expired().stream().filter(lease -> lost(lease, "expired", due.expired().size())).count();
        long over = due.over().stream().filter(lease -> graceOver(lease, now, due.over().size())).count();
        if (lost > MOST_LINES || over > MOST_LINES) {
            log.info("event=many lost={} removed={}", lost, over);
        }
        return Math.min(drains.check(), leases.untilDue(now));
    }

    /** @param atOnce how many are lost together: beyond some, one line for all does more good */
    boolean lost(Lease lease, String how, int atOnce) {
        boolean lost = table.update(lease.endpoint(), state -> state.lose(lease.id()));
        if (lost && atOnce <= MOST_LINES) {
            log.info("event=lost server={} lease={}", LogValue.of(lease.endpoint().spec().name()), how);
        }
        return lost;
    }

    private boolean graceOver(Lease lease, long now, int atOnce) {
        EndpointState state = lease.endpoint().state();
        if (lease.id().equals(state.lease()) && state.mode() == Mode.MAINTENANCE
                && state.liveness() == EndpointState.Liveness.LOST) {
            // What an operator took out stays out when its server comes back, however long that takes.
            leases.await(lease, now);
            return false;
        }
        end(lease);
        RegistrationSession session = lease.session();
        if (session != null && session.empty()) {
            session.outbox().close();
        }
        boolean removed = table.remove(lease.endpoint(),
                last -> lease.id().equals(last.lease()) && last.liveness() == EndpointState.Liveness.LOST);
        if (removed && atOnce <= MOST_LINES) {
            log.info("event=removed server={} reason=grace-over", LogValue.of(lease.endpoint().spec().name()));
        }
        return removed;
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable routes) {
        switch (change) {
            case REGISTERED -> endpoints.incrementAndGet();
            case REMOVED -> {
                endpoints.decrementAndGet();
                forget(endpoint.state().lease(), null);
            }
            case UPDATED -> tellMaintenance(endpoint);
            case RENEWED -> {
            }
        }
    }

    private void tellMaintenance(Endpoint endpoint) {
        String id = endpoint.state().lease();
        Lease lease = id == null ? null : leases.find(id);
        boolean maintenance = endpoint.state().mode() == Mode.MAINTENANCE;
        if (lease != null && lease.session() != null && lease.toldMaintenance != maintenance) {
            lease.toldMaintenance = maintenance;
            Event event = maintenance ? Event.MAINTENANCE : Event.RESUMED;
            lease.session().outbox().send(MessageCodec.write(new Message.Notice(event)));
        }
    }
}
