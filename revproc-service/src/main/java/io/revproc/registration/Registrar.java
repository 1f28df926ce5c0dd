package io.revproc.registration;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.revproc.access.AddressKey;
import io.revproc.access.AddressRates;
import io.revproc.access.LineLimit;
import io.revproc.audit.AuditTrail;
import io.revproc.route.PolicyRoutes;
import io.revproc.route.Settlement;
import io.revproc.route.SwitchTable;
import io.revproc.route.TableObserver.Change;
import io.revproc.upstream.Endpoint;
import io.revproc.upstream.EndpointSpec;
import io.revproc.upstream.EndpointState;
import io.revproc.upstream.EndpointState.Liveness;
import io.revproc.upstream.EndpointState.Mode;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import io.revproc.wire.Message;
import io.revproc.wire.Message.Notice.Event;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes servers into the switch table. One for the whole proxy; each connection gets its {@link RegistrationSession}.
 * Thread-safe; blocks on nothing but short locks, so event loops may call it.
 */
public final class Registrar {
    private static final Logger log = LoggerFactory.getLogger(Registrar.class);

    /** All that a refused peer hears: what was wrong is in the log, for those who may know. */
    private static final String REFUSAL = "This registration is not allowed; the proxy's log says why";
    /** So many refusals an address is given at once, and so many a second; further ones are not worth an answer. */
    private static final int REFUSALS_AT_ONCE = 20;
    private static final int REFUSALS_PER_SECOND = 2;
    private static final int REFUSED_ADDRESSES = 10_000;

    private final SwitchTable table;
    private final Admission admission;
    private final RegistrationProperties properties;
    private final ServerLimits limits;
    private final Supplier<String> leaseIds;
    private final LeaseKeeper keeper;
    private final LineLimit refusals;
    private final AddressRates refusedPeers;
    private final Set<RegistrationSession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicInteger endpoints = new AtomicInteger();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final TableLog tableLog;
    /** Held while a setup is checked against the table and entered. */
    private final Object setups = new Object();
    private volatile boolean shuttingDown;
    private volatile AuditTrail trail = AuditTrail.NONE;
    private volatile boolean reachesByTls;
    private volatile OwnListener own = OwnListener.NONE;
    private volatile Settlement settlement = Settlement.AT_ONCE;

    /** @param nanoClock as {@link System#nanoTime()} */
    public Registrar(SwitchTable table, Admission admission, RegistrationProperties properties, ServerLimits limits,
            Supplier<String> leaseIds, LongSupplier nanoClock) {
        this.table = table;
        this.admission = admission;
        this.properties = properties;
        this.limits = limits;
        this.leaseIds = leaseIds;
        this.keeper = new LeaseKeeper(table, properties, nanoClock);
        this.refusals = new LineLimit(nanoClock);
        this.refusedPeers = new AddressRates(REFUSALS_PER_SECOND, REFUSALS_AT_ONCE, REFUSED_ADDRESSES, nanoClock);
        table.observe((change, endpoint, routes) -> {
            if (change == Change.REGISTERED) {
                endpoints.incrementAndGet();
            } else if (change == Change.REMOVED) {
                endpoints.decrementAndGet();
            }
        });
        this.tableLog = new TableLog(nanoClock);
        table.observe(tableLog);
    }

    /** What takes down refused setups and replaced servers, as many as the log does. */
    public Registrar recordedBy(AuditTrail audit) {
        trail = audit;
        tableLog.recordedBy(audit);
        return this;
    }

    /** Whether servers may want TLS on their data ports; said before the first setup. They are refused else. */
    public void reachesByTls(boolean possible) {
        reachesByTls = possible;
    }

    /** Sets what the answers to setups that take an address from others wait for; call before the first setup. */
    public void settledBy(Settlement settles) {
        settlement = settles;
    }

    Settlement settlement() {
        return settlement;
    }

    /** A new connection that has sent something other than a data message. */
    public RegistrationSession open(InetAddress peer, Outbox outbox) {
        return open(new Peer(peer, List.of()), outbox);
    }

    /** A new connection that has sent something other than a data message. */
    public RegistrationSession open(Peer peer, Outbox outbox) {
        return new RegistrationSession(this, table, keeper, peer, outbox);
    }

    /** Tells every server with a session. After {@link Event#SHUTDOWN} nobody registers any more. */
    public void notices(Event event) {
        if (event == Event.SHUTDOWN) {
            shuttingDown = true;
        }
        byte[] notice = LeaseKeeper.notice(event);
        sessions.forEach(session -> session.outbox().send(notice));
    }

    /** Nanoseconds until the endpoint's lease expires if no heartbeat comes; -1 if it holds none. */
    public long leaseNanos(Endpoint endpoint) {
        return keeper.nanosLeft(endpoint);
    }

    /**
     * Keeps the entry of a proto 2 server as lost, as if its session had just ended: it was read back from a store, and its
     * server is expected to register anew.
     */
    public void expect(EndpointSpec spec, Mode mode, Instant registeredAt) {
        String id = leaseIds.get();
        EndpointState state = new EndpointState(mode, EndpointState.Liveness.LOST, id);
        keeper.await(new Lease(id, table.register(spec, state, registeredAt), null));
    }

    /** Leases that ran out without a heartbeat, since the start. */
    public long leaseExpirations() {
        return keeper.expirations();
    }

    /** Setups accepted since the start, repeated ones included. */
    public long accepted() {
        return accepted.get();
    }

    /** Setups refused since the start, malformed ones included. */
    public long refused() {
        return refused.get();
    }

    /** Setups since the start that have to wait, since a live server has their place. */
    public long taken() {
        return taken.get();
    }

    /** Servers that lost their place to another one, since the start. */
    public long replaced() {
        return tableLog.replaced();
    }

    /** How many connections hold leases. */
    public int sessions() {
        return sessions.size();
    }

    /** How many addresses that were refused are remembered. */
    int refusedAddresses() {
        return refusedPeers.addresses();
    }

    LeaseKeeper keeper() {
        return keeper;
    }

    Answer setUp(RegistrationSession session, Message.Setup setup) {
        if (shuttingDown) {
            return Answer.refused(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.sentence());
        }
        return switch (admission.admit(session.peer(), setup)) {
            case Admission.Decision.Refused refused -> refuse(session, setup, refused.reason());
            case Admission.Decision.Allowed allowed when setup.tls() && !reachesByTls -> refuse(session, setup,
                    "no-bundle-for-tls-to-servers");
            case Admission.Decision.Allowed allowed when own.is(session.peer().address(), setup.listenPort()) ->
                refuse(session, setup, "the-proxys-own-listener",
                        "This address and port are the proxy's own listener; listenport has to be your server's port");
            case Admission.Decision.Allowed allowed -> enter(session, setup, spec(session, setup, allowed.owner()));
        };
    }

    /** The session's connection has ended. */
    void gone(RegistrationSession session) {
        sessions.remove(session);
    }

    private EndpointSpec spec(RegistrationSession session, Message.Setup setup, @Nullable String owner) {
        InetAddress address = session.peer().address();
        return setup.proto() == 1
                ? new EndpointSpec(setup.policy(), setup.id(), address, setup.listenPort(), 1, false, 1, null,
                        limits.part1(), false, owner, null)
                : new EndpointSpec(setup.policy(), setup.id(), address, setup.listenPort(), 2, setup.mux(),
                        setup.weight(), setup.zone(), limits.proto2(setup.maxInFlight()), setup.tls(), owner,
                        setup.tls() ? session.peer().fingerprint() : null);
    }

    /** Sets where the proxy's own listener is, so that nobody registers it; call before the first setup. */
    public void listensAt(InetSocketAddress local) {
        own = new OwnListener(local);
    }

    private Answer enter(RegistrationSession session, Message.Setup setup, EndpointSpec spec) {
        @Nullable
        String id = spec.proto() == 1 ? null : leaseIds.get();
        Lease lease = null;
        synchronized (setups) {
            Endpoint old = table.find(spec.policy(), spec.id());
            if (old != null && notTheirs(old, spec)) {
                return refuse(session, setup, "id-of-another-grant");
            }
            String full = old == null ? overLimit(spec) : null;
            if (full != null) {
                return full(session, setup, full);
            }
            String oldLease = old == null ? null : old.state().lease();
            boolean drained = old != null && old.state().mode() == Mode.DRAINING;
            // At once: a live server may just have come by way of another proxy.
            Endpoint endpoint = table.atomically(() -> {
                Endpoint there = table.find(spec.policy(), spec.id());
                return there != null && livesElsewhere(there, spec) ? there : table.register(spec, id);
            });
            if (livesElsewhere(endpoint, spec)) {
                return taken(session, setup, endpoint);
            }
            keeper.forget(oldLease);
            if (drained) {
                log.info("event=drain_ended server={} reason=registered-anew", LogValue.of(spec.name()));
            }
            if (id != null) {
                lease = new Lease(id, endpoint, session);
                session.hold(lease);
                keeper.grant(lease);
            }
        }
        accepted.getAndIncrement();
        log.info("event=registered server={} address={} port={} proto={}", LogValue.of(spec.name()), spec.host(),
                spec.port(), spec.proto());
        if (lease == null) {
            session.registeredPart1();
            return Answer.of(new Message.SetupAccepted(null));
        }
        sessions.add(session);
        Answer answer = Answer.of(new Message.SetupAccepted(
                new Message.SetupAccepted.Session(lease.id(), properties.heartbeat(), properties.ttl())));
        return lease.endpoint().state().mode() == Mode.MAINTENANCE && lease.tells(true)
                ? answer.and(LeaseKeeper.notice(Event.MAINTENANCE))
                : answer;
    }

    /**
     * Whether the place is a living server's: its lease lives, here or at another proxy, and it is not the one that asks. A Part
     * 1 server holds no lease that could say so.
     */
    private static boolean livesElsewhere(Endpoint old, EndpointSpec spec) {
        EndpointState state = old.state();
        boolean leased = state.lease() != null && state.liveness() != Liveness.LOST
                && state.liveness() != Liveness.REMOVED;
        return leased && !(old.spec().address().equals(spec.address()) && old.spec().port() == spec.port());
    }

    private Answer taken(RegistrationSession session, Message.Setup setup, Endpoint old) {
        taken.getAndIncrement();
        logRefused(session.peer().address(), name(setup), "id-taken");
        return Answer.refused(ErrorCode.ID_TAKEN, "A live server at " + hostAndPort(old.spec())
                + " has this policy and id. Register again soon: the place is free once its lease is lost");
    }

    private static String hostAndPort(EndpointSpec spec) {
        return (spec.address() instanceof Inet6Address ? "[" + spec.host() + "]" : spec.host()) + ":" + spec.port();
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

    /** Where nobody owned the id, whoever is admitted may have it. */
    private static boolean notTheirs(Endpoint old, EndpointSpec spec) {
        String owner = old.spec().owner();
        return owner != null && spec.owner() != null && !owner.equals(spec.owner());
    }

    /** A message that was to be a setup and can't be read as one: answered elsewhere, but not without a trace. */
    public void malformed(InetAddress peer, String sentence) {
        refused.getAndIncrement();
        logRefused(peer, "(unknown)", "malformed: " + sentence);
    }

    Answer takenForAServer(Peer peer) {
        long others = refusals.next();
        if (others >= 0) {
            log.warn(
                    "event=loop_refused peer={} reason=\"a proxy took this listener for a server's data port\" unlogged={}",
                    peer.address().getHostAddress(), others);
        }
        return Answer.refused(ErrorCode.NOT_ALLOWED,
                "This is a reverse proxy's listener and no server's data port; somebody registered its port");
    }

    private Answer full(RegistrationSession session, Message.Setup setup, String sentence) {
        refused.getAndIncrement();
        logRefused(session.peer().address(), name(setup), "table-full");
        return Answer.refused(ErrorCode.NOT_ALLOWED, sentence);
    }

    private Answer refuse(RegistrationSession session, Message.Setup setup, String reason) {
        return refuse(session, setup, reason, REFUSAL);
    }

    private Answer refuse(RegistrationSession session, Message.Setup setup, String reason, String sentence) {
        refused.getAndIncrement();
        logRefused(session.peer().address(), name(setup), reason);
        return refusedPeers.take(AddressKey.of(session.peer().address()))
                ? Answer.refused(ErrorCode.NOT_ALLOWED, sentence)
                : Answer.NONE_ANY_MORE;
    }

    private static String name(Message.Setup setup) {
        return setup.policy() + "/" + setup.id();
    }

    private void logRefused(InetAddress peer, String server, String reason) {
        long others = refusals.next();
        if (others >= 0) {
            log.warn("event=registration_refused peer={} server={} reason={} unlogged={}",
                    peer.getHostAddress(), LogValue.of(server), LogValue.of(reason),
                    others);
            trail.note("setup-refused", peer.getHostAddress(), server,
                    others == 0 ? reason : reason + ", and " + others + " more");
        }
    }
}
