package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.revproc.proxy.audit.AuditTrail;
import io.revproc.proxy.policy.Applicant;
import io.revproc.proxy.policy.Decision;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Processing;
import io.revproc.proxy.route.Settlement;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Message;
import io.revproc.wire.Message.Notice.Event;
import org.jspecify.annotations.Nullable;

/**
 * Where servers register: asks {@link Admission} about each setup, has {@link Setups} enter it, and answers. One for the whole proxy;
 * each connection gets its {@link RegistrationSession}. Thread-safe; blocks on nothing but short locks, so event loops may call it.
 */
public final class Registrar {
    private static final Answer SHUTTING_DOWN = Answer.refused(ErrorCode.SHUTTING_DOWN,
            ErrorCode.SHUTTING_DOWN.sentence());

    private final SwitchTable table;
    private final Admission admission;
    private final RegistrationSettings settings;
    private final ServerLimits serverLimits;
    private final Supplier<String> leaseIds;
    private final LeaseKeeper keeper;
    private final SetupRefusals refusals;
    private final Setups setups;
    private final TableLog tableLog;
    private final Set<RegistrationSession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private volatile boolean shuttingDown;
    private volatile boolean reachesByTls;
    private volatile OwnListener own = OwnListener.NONE;
    private volatile Settlement settlement = Settlement.AT_ONCE;

    /** @param nanoClock as {@link System#nanoTime()} */
    public Registrar(SwitchTable table, Admission admission, RegistrationSettings settings, ServerLimits limits,
            Supplier<String> leaseIds, LongSupplier nanoClock) {
        this.table = table;
        this.admission = admission;
        this.settings = settings;
        this.serverLimits = limits;
        this.leaseIds = leaseIds;
        this.keeper = new LeaseKeeper(table, settings, nanoClock);
        this.refusals = new SetupRefusals(nanoClock);
        TableLimits tableLimits = new TableLimits(settings);
        table.observe(tableLimits);
        this.setups = new Setups(table, keeper, refusals, tableLimits, leaseIds, this::accept);
        this.tableLog = new TableLog(nanoClock);
        table.observe(tableLog);
    }

    /** The delivery record, which gets refused setups and replaced servers, as many as the log. */
    public Registrar recordedBy(AuditTrail audit) {
        refusals.recordedBy(audit);
        tableLog.recordedBy(audit);
        return this;
    }

    /** Whether servers may ask for TLS on their data ports; set before the first setup. Otherwise such setups are refused. */
    public void reachesByTls(boolean possible) {
        reachesByTls = possible;
    }

    /** Sets what the answers to setups that take an address from others wait for; call before the first setup. */
    public void settledBy(Settlement settles) {
        settlement = settles;
    }

    /** Sets where the proxy's own listener is, so that nobody registers it; call before the first setup. */
    public void listensAt(InetSocketAddress local) {
        own = new OwnListener(local);
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

    /** Returns the entries whose servers hold leases here and would not be known by these rules, by what they showed. */
    public Set<Endpoint> unknownTo(PolicyRules rules) {
        return keeper.unknownTo(rules);
    }

    /** Setups accepted since the start, repeated ones included. */
    public long accepted() {
        return accepted.get();
    }

    /** Setups refused since the start, malformed ones included. */
    public long refused() {
        return refusals.refused();
    }

    /** Setups since the start that have to wait, since a live server has their place. */
    public long taken() {
        return refusals.taken();
    }

    /** Servers that lost their place to another one, since the start. */
    public long replaced() {
        return tableLog.replaced();
    }

    /** Returns how many connections hold leases. */
    public int sessions() {
        return sessions.size();
    }

    /** Returns how many addresses that were refused are remembered. */
    int refusedAddresses() {
        return refusals.addresses();
    }

    LeaseKeeper keeper() {
        return keeper;
    }

    Answer setUp(RegistrationSession session, Message.Setup setup) {
        return switch (admission.admit(session.peer(), setup)) {
            case Decision.Refused refused -> shuttingDown
                    ? SHUTTING_DOWN
                    : refusals.notAllowed(session.peer().address(), setup, refused.reason(),
                            refused.unknown() ? ErrorCode.UNKNOWN_POLICY : ErrorCode.NOT_ALLOWED, refused.sentence());
            case Decision.Allowed allowed -> admitted(new Setups.Admitted(session, setup,
                    spec(session, setup, allowed), allowed));
        };
    }

    /**
     * Lets a lease go on for as long as new evidence is good, if that proves what the lease's did.
     *
     * @return whether it does
     */
    boolean renewEvidence(Lease lease, String evidence) {
        Applicant who = lease.who();
        EndpointSpec spec = lease.endpoint().spec();
        Decision decision = who == null
                ? new Decision.Refused("no-setup", false, null)
                : admission.renew(who.proving(null), evidence);
        if (decision instanceof Decision.Allowed allowed && who != null && allowed.evidence() != null
                && Objects.equals(allowed.grant(), spec.owner()) && spec.processing().equals(allowed.processing())) {
            lease.proves(who.proving(allowed.evidence()));
            keeper.evidenceEnds(allowed.evidence().end());
            return true;
        }
        refusals.evidence(lease.endpoint(), decision instanceof Decision.Refused refused
                ? refused.reason()
                : "another-grant-or-region");
        return false;
    }

    private Answer admitted(Setups.Admitted admitted) {
        EndpointSpec spec = admitted.spec();
        Setups.Outcome outcome;
        if (shuttingDown) {
            outcome = setups.refused(spec, SHUTTING_DOWN);
        } else if (spec.tls() && !reachesByTls) {
            outcome = setups.refused(spec,
                    refusals.notAllowed(admitted.peer(), admitted.setup(), "no-bundle-for-tls-to-servers"));
        } else if (own.is(spec.address(), spec.port())) {
            outcome = setups.refused(spec, refusals.notAllowed(admitted.peer(), admitted.setup(),
                    "the-proxys-own-listener", ErrorCode.NOT_ALLOWED,
                    "This address and port are the proxy's own listener; listenport has to be your server's port"));
        } else {
            outcome = setups.enter(admitted);
        }
        return answer(admitted.session(), outcome);
    }

    /** The outcome's answer, once it may be given. Without a lock: a settlement has locks of its own. */
    private Answer answer(RegistrationSession session, Setups.Outcome outcome) {
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

    private Answer accept(RegistrationSession session, @Nullable Lease lease) {
        accepted.getAndIncrement();
        if (lease == null) {
            session.registeredPart1();
            return Answer.of(new Message.SetupAccepted(null));
        }
        Answer answer = Answer.of(new Message.SetupAccepted(
                new Message.SetupAccepted.Session(lease.id(), settings.heartbeat(), settings.ttl(),
                        lease.endpoint().spec().alsoServes())));
        lease.answered();
        return lease.endpoint().state().mode() == Mode.MAINTENANCE && lease.tells(true)
                ? answer.and(LeaseKeeper.notice(Event.MAINTENANCE))
                : answer;
    }

    private EndpointSpec spec(RegistrationSession session, Message.Setup setup, Decision.Allowed allowed) {
        String owner = allowed.grant();
        Processing processing = allowed.processing() == null ? Peer.processing(setup) : allowed.processing();
        InetAddress address = session.peer().address();
        return setup.proto() == 1
                ? new EndpointSpec(setup.policy(), setup.id(), address, setup.listenPort(), 1, false, 1, null,
                        serverLimits.part1(), false, owner, null, processing)
                : new EndpointSpec(setup.policy(), setup.id(), address, setup.listenPort(), 2, setup.mux(),
                        setup.weight(), setup.zone(), serverLimits.proto2(setup.maxInFlight()), setup.tls(), owner,
                        setup.tls() ? session.peer().fingerprint() : null, processing,
                        setup.statement().wider() ? allowed.alsoServes() : List.of());
    }

    /** The session holds a lease from now on. */
    void holds(RegistrationSession session) {
        sessions.add(session);
    }

    /** The session's connection has ended. */
    void gone(RegistrationSession session) {
        sessions.remove(session);
    }

    /** A message that was to be a setup and can't be read as one: answered elsewhere, but not without a trace. */
    public void malformed(InetAddress peer, String sentence) {
        refusals.malformed(peer, sentence);
    }

    Answer takenForAServer(Peer peer) {
        return refusals.loop(peer.address());
    }
}
