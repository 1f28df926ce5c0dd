package io.revproc.proxy.registration;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.revproc.proxy.access.AddressKey;
import io.revproc.proxy.access.AddressRates;
import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.audit.AuditTrail;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Origin;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.Settlement;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableObserver.Change;
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
    private static final String NOT_SETTLED = "The proxies that share this table can't be told now that this address has "
            + "a new owner; register again soon";
    private static final String GONE = "This setup took too long, or another one took its place meanwhile; register again soon";
    private static final Answer SHUTTING_DOWN = Answer.refused(ErrorCode.SHUTTING_DOWN,
            ErrorCode.SHUTTING_DOWN.sentence());
    /** So many refusals an address is given at once, and so many a second; further ones are not worth an answer. */
    private static final int REFUSALS_AT_ONCE = 20;
    private static final int REFUSALS_PER_SECOND = 2;
    private static final int REFUSED_ADDRESSES = 10_000;

    private final SwitchTable table;
    private final Admission admission;
    private final RegistrationSettings properties;
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
    /** The newest setup at each address whose answer waits; guarded by {@link #setups}. */
    private final Map<InetSocketAddress, Claim> unsettled = new HashMap<>();
    private volatile boolean shuttingDown;
    private volatile AuditTrail trail = AuditTrail.NONE;
    private volatile boolean reachesByTls;
    private volatile OwnListener own = OwnListener.NONE;
    private volatile Settlement settlement = Settlement.AT_ONCE;

    /** @param nanoClock as {@link System#nanoTime()} */
    public Registrar(SwitchTable table, Admission admission, RegistrationSettings properties, ServerLimits limits,
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
        return switch (admission.admit(session.peer(), setup)) {
            case Admission.Decision.Refused refused -> shuttingDown
                    ? SHUTTING_DOWN
                    : refuse(session, setup, refused.reason());
            case Admission.Decision.Allowed allowed -> admitted(session, setup,
                    spec(session, setup, allowed.owner()));
        };
    }

    private Answer admitted(RegistrationSession session, Message.Setup setup, EndpointSpec spec) {
        Outcome outcome;
        if (shuttingDown) {
            outcome = refused(spec, SHUTTING_DOWN);
        } else if (setup.tls() && !reachesByTls) {
            outcome = refused(spec, refuse(session, setup, "no-bundle-for-tls-to-servers"));
        } else if (own.is(session.peer().address(), setup.listenPort())) {
            outcome = refused(spec, refuse(session, setup, "the-proxys-own-listener",
                    "This address and port are the proxy's own listener; listenport has to be your server's port"));
        } else {
            synchronized (setups) {
                outcome = enter(session, setup, spec);
            }
        }
        return answer(session, outcome);
    }

    /**
     * Refuses a setup of somebody who is admitted. It says all the same that another program is at that address and port now: who
     * was there and holds no lease, by which a server could tell, gets no more messages there.
     */
    private Outcome refused(EndpointSpec spec, Answer refusal) {
        return new Outcome(table.vacate(spec).orElse(null), settled -> refusal);
    }

    /** The outcome's answer, once it may be given. Without the lock: a settlement has locks of its own. */
    private Answer answer(RegistrationSession session, Outcome outcome) {
        Endpoint newest = outcome.unsettled();
        if (newest == null) {
            return outcome.answer().apply(true);
        }
        // Who sets up is there, and is not heard while it waits.
        session.renewAll();
        LaterAnswer later = new LaterAnswer(session.outbox());
        settlement.settle(newest, settled -> later.is(outcome.answer().apply(settled)));
        return later.nowOrLater();
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

    /**
     * What a setup led to.
     *
     * @param unsettled who is at an address that it took from others, if the answer has to wait until that is settled
     * @param answer    makes the answer, given whether it was settled
     */
    private record Outcome(@Nullable Endpoint unsettled, Function<Boolean, Answer> answer) {}

    /** One setup that took an address from others. Of several for one address the newest counts. */
    private static final class Claim {
        private final List<InetSocketAddress> places = new ArrayList<>(2);
    }

    /** @param took whether others gave way */
    private record Entered(boolean took, Endpoint endpoint) {}

    private Outcome enter(RegistrationSession session, Message.Setup setup, EndpointSpec spec) {
        @Nullable
        String id = spec.proto() == 1 ? null : leaseIds.get();
        Endpoint old = table.find(spec.policy(), spec.id());
        if (old != null && notTheirs(old, spec)) {
            return refused(spec, refuse(session, setup, "id-of-another-grant"));
        }
        boolean took = false;
        if (old == null && overLimit(spec) != null) {
            Optional<Endpoint> newcomer = table.vacate(spec);
            String full = overLimit(spec);
            if (full != null) {
                Answer refusal = full(session, setup, full);
                return new Outcome(newcomer.orElse(null), settled -> refusal);
            }
            took = newcomer.isPresent();
        }
        String oldLease = old == null ? null : old.state().lease();
        boolean drained = old != null && old.state().mode() == Mode.DRAINING;
        // At once: a live server may just have come by way of another proxy.
        Entered entered = table.edit(edit -> {
            Endpoint there = edit.find(spec.policy(), spec.id());
            return there != null && livesElsewhere(there, spec)
                    ? new Entered(false, there)
                    : new Entered(!edit.rivals(spec).isEmpty(), edit.register(spec, id));
        }, Origin.HERE);
        Endpoint endpoint = entered.endpoint();
        if (livesElsewhere(endpoint, spec)) {
            return refused(spec, taken(session, setup, endpoint));
        }
        keeper.forget(oldLease);
        if (drained) {
            log.info("event=drain_ended server={} reason=registered-anew", LogValue.of(spec.name()));
        }
        Lease lease = id == null ? null : new Lease(id, endpoint, session);
        if (lease != null) {
            session.hold(lease);
            sessions.add(session);
            keeper.grant(lease);
        }
        log.info("event=registered server={} address={} port={} proto={}", LogValue.of(spec.name()), spec.host(),
                spec.port(), spec.proto());
        // What it left is another's to take next, and that one will find nobody there.
        EndpointSpec left = old != null && old.spec().proto() == 1 && !place(old.spec()).equals(place(spec))
                ? old.spec()
                : null;
        if (!took && !entered.took() && left == null && !unsettled.containsKey(place(spec))) {
            return new Outcome(null, settled -> accept(session, lease));
        }
        Claim claim = new Claim();
        claim.places.add(place(spec));
        if (left != null) {
            claim.places.add(place(left));
        }
        claim.places.forEach(place -> unsettled.put(place, claim));
        return new Outcome(endpoint, settled -> settled(session, setup, endpoint, lease, claim, settled));
    }

    private static InetSocketAddress place(EndpointSpec spec) {
        return new InetSocketAddress(spec.address(), spec.port());
    }

    /** The answer that waited. The entry may have gone meanwhile, or belong to a later setup of the same server. */
    private Answer settled(RegistrationSession session, Message.Setup setup, Endpoint endpoint, @Nullable Lease lease,
            Claim claim, boolean settled) {
        synchronized (setups) {
            boolean newest = unsettled.get(place(endpoint.spec())) == claim;
            claim.places.forEach(place -> unsettled.remove(place, claim));
            boolean held = lease == null
                    ? endpoint.state().lease() == null && endpoint.state().isPresent()
                    : keeper.renew(lease.id(), session) != null;
            if (settled && held) {
                table.answered(endpoint);
                return accept(session, lease);
            }
            if (held && newest) {
                withdraw(endpoint, lease);
            }
        }
        refused.getAndIncrement();
        logRefused(session.peer().address(), name(setup), settled ? "gone-before-it-was-settled" : "not-settled");
        return Answer.refused(ErrorCode.OVERLOADED, settled ? GONE : NOT_SETTLED);
    }

    /** Takes an entry out again; that it is in maintenance is remembered. */
    private void withdraw(Endpoint endpoint, @Nullable Lease lease) {
        if (endpoint.state().mode() == Mode.MAINTENANCE) {
            if (lease == null) {
                table.update(endpoint, state -> new EndpointState(state.mode(), Liveness.LOST, null));
            } else {
                keeper.lose(List.of(lease), "not-settled");
            }
            return;
        }
        String id = lease == null ? null : lease.id();
        if (lease != null) {
            keeper.end(lease);
        }
        table.remove(endpoint, state -> Objects.equals(id, state.lease()));
    }

    private Answer accept(RegistrationSession session, @Nullable Lease lease) {
        accepted.getAndIncrement();
        if (lease == null) {
            session.registeredPart1();
            return Answer.of(new Message.SetupAccepted(null));
        }
        Answer answer = Answer.of(new Message.SetupAccepted(
                new Message.SetupAccepted.Session(lease.id(), properties.heartbeat(), properties.ttl())));
        lease.answered();
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
