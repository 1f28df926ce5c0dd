package io.revproc.proxy.registration;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.WireException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's side of one connection: any number of Part 1 setups, which bind nothing to the connection, and of proto 2 setups,
 * each with a lease that ends with it. {@link #receive} and {@link #closed} are called by the connection's event loop.
 */
public final class RegistrationSession {
    private static final Logger log = LoggerFactory.getLogger(RegistrationSession.class);

    private final Registrar registrar;
    private final SwitchTable table;
    private final LeaseKeeper keeper;
    private final Peer peer;
    private final Outbox outbox;
    private final Set<Lease> held = ConcurrentHashMap.newKeySet();
    private volatile boolean part1;

    RegistrationSession(Registrar registrar, SwitchTable table, LeaseKeeper keeper, Peer peer, Outbox outbox) {
        this.registrar = registrar;
        this.table = table;
        this.keeper = keeper;
        this.peer = peer;
        this.outbox = outbox;
    }

    Peer peer() {
        return peer;
    }

    Outbox outbox() {
        return outbox;
    }

    /**
     * Takes one whole message that is not a data message, and answers it at once; or, if the answer is {@link Answer#LATER}, by
     * {@link Outbox#answer}. The connection takes no further message before that.
     *
     * @param type its type, as far as it has a readable one
     */
    public Answer receive(byte[] bytes, int from, int to, int type) {
        try {
            return switch (MessageCodec.read(bytes, from, to)) {
                case Message.Setup setup -> registrar.setUp(this, setup);
                case Message.Heartbeat heartbeat -> heartbeat(heartbeat);
                case Message.Drain drain -> drain(drain.lease());
                case Message.Deregister deregister -> deregister(deregister.lease());
                // Only a proxy says so, to what it takes for a server: a message that followed would come round for ever.
                case Message.Hello hello -> registrar.takenForAServer(peer);
                default ->
                    Answer.refused(ErrorCode.BAD_MESSAGE, "The proxy takes messages of type 0 (data), 1 (setup), "
                            + "3 (heartbeat), 4 (drain) and 5 (deregister)");
            };
        } catch (WireException e) {
            if (type == 1) {
                registrar.malformed(peer.address(), e.sentence());
            }
            return Answer.refused(e.code(), e.sentence());
        }
    }

    /** The connection has ended, whoever closed it. */
    public void closed() {
        keeper.lose(List.copyOf(held), "closed");
        registrar.gone(this);
    }

    private Answer heartbeat(Message.Heartbeat heartbeat) {
        Lease lease = keeper.renew(heartbeat.lease(), this);
        if (lease == null) {
            return stale();
        }
        String evidence = heartbeat.evidence();
        if (evidence == null) {
            return Answer.of(new Message.HeartbeatSeen());
        }
        return Answer.of(new Message.HeartbeatSeen(registrar.renewEvidence(lease, evidence)
                ? Message.HeartbeatSeen.RENEWED
                : Message.HeartbeatSeen.REFUSED));
    }

    private Answer drain(String id) {
        Lease lease = keeper.renew(id, this);
        if (lease == null) {
            return stale();
        }
        Endpoint endpoint = lease.endpoint();
        if (table.update(endpoint, state -> state.mode() == Mode.ACTIVE ? state.withMode(Mode.DRAINING) : state)) {
            log.info("event=draining server={} by=server", LogValue.of(endpoint.spec().name()));
        }
        int inFlight = endpoint.inFlight();
        if (inFlight > 0) {
            keeper.watchDrain(lease);
        }
        return Answer.of(new Message.Draining(inFlight));
    }

    private Answer deregister(String id) {
        Lease lease = keeper.renew(id, this);
        if (lease == null) {
            return stale();
        }
        Endpoint endpoint = lease.endpoint();
        if (endpoint.state().mode() == Mode.MAINTENANCE) {
            // The entry remembers for the server's next start that an operator took it out.
            keeper.lose(List.of(lease), "deregistered");
            return Answer.of(new Message.Deregistered());
        }
        keeper.end(lease);
        if (table.remove(endpoint, state -> id.equals(state.lease()))) {
            log.info("event=deregistered server={}", LogValue.of(endpoint.spec().name()));
        }
        return Answer.of(new Message.Deregistered());
    }

    /** Ends only this lease: the connection may hold others, and its server may register anew on it. */
    private static Answer stale() {
        return Answer.kept(ErrorCode.NOT_ALLOWED,
                "This lease has expired, was replaced or is not of this connection; register anew");
    }

    void hold(Lease lease) {
        held.add(lease);
        registrar.holds(this);
    }

    /**
     * Returns whether the connection may be silent for ever: it holds a lease, or a Part 1 server registered on it. Those keep it open and never
     * send anything again. Bad or refused messages give no such right.
     */
    public boolean mayStayIdle() {
        return part1 || !held.isEmpty();
    }

    /** A Part 1 server was registered on this connection. */
    void registeredPart1() {
        part1 = true;
    }

    /** The server has just been heard. */
    void renewAll() {
        held.forEach(lease -> keeper.renew(lease.id(), this));
    }

    boolean empty() {
        return held.isEmpty();
    }

    void release(Lease lease) {
        held.remove(lease);
    }
}
