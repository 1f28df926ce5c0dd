package io.revproc.proxy.listener;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.revproc.proxy.forward.Forwarder;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.route.Disclosure;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.LoopContext;
import io.revproc.transport.LoopLag;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;

/** The state that the client connections of one event loop share, and the check of their time-outs. Used on that loop only. */
final class ListenerLoop {
    private static final long SWEEP_MILLIS = 250;
    /** The most bytes that are read between two sweeps to be thrown away, of all connections: about a hundredth of a second's work. */
    private static final long DROPPED_PER_SWEEP = 32 << 20;

    final LoopContext context;
    final Forwarder forwarder;
    final SwitchTable table;
    final Registrar registrar;
    final ListenerSettings settings;
    final ListenerObserver observer;
    final @Nullable ClientRules rules;
    final @Nullable UnknownPolicies unknown;
    /** Checks clients' tokens; null where no policy asks for one. */
    final @Nullable ClientTokens tokens;
    final Function<String, Disclosure> disclosures;
    /** Reads messages that were put together anew. */
    final MessageScanner plain = new MessageScanner();
    final ListenerTally tally;
    final HeldMemory partial;
    final HeldMemory unsent;
    final ConnectionClocks.Timeouts timeouts;
    private final Set<ClientConnection> connections = new LinkedHashSet<>();
    private final LoopLag lag = new LoopLag(System.nanoTime());
    private long sweepDue;
    private boolean draining;
    private long dropped;

    ListenerLoop(LoopContext context, Forwarder forwarder, ListenerSettings settings, ListenerCollaborators with,
            ListenerTally tally, ListenerMemory memory) {
        this.context = context;
        this.forwarder = forwarder;
        this.settings = settings;
        this.table = with.table();
        this.registrar = with.registrar();
        this.observer = with.observer();
        this.rules = with.entrance().clients();
        this.unknown = with.entrance().unknown();
        this.disclosures = with.entrance().disclosures();
        this.tokens = with.entrance().tokens();
        this.tally = tally;
        this.partial = memory.partial();
        this.unsent = memory.unsent();
        this.timeouts = new ConnectionClocks.Timeouts(settings.messageTimeout().toNanos(),
                settings.idleTimeout().toNanos());
    }

    void start() {
        sweepDue = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS);
        context.loop().scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Takes note of bytes that were thrown away, and returns whether more may be before the next sweep. */
    boolean mayDropMore(int bytes) {
        dropped += bytes;
        return dropped <= DROPPED_PER_SWEEP;
    }

    void add(ClientConnection connection) {
        connections.add(connection);
    }

    void remove(ClientConnection connection) {
        connections.remove(connection);
    }

    private void sweep() {
        long now = System.nanoTime();
        lag.ran(sweepDue, now);
        dropped = 0;
        // a copy: closing one takes it out of the set
        for (ClientConnection connection : connections.toArray(new ClientConnection[0])) {
            connection.sweep(now);
        }
        sweepDue = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS);
    }

    LoopLag lag() {
        return lag;
    }

    /** Refuses messages from now on, as {@code SHUTTING_DOWN}; what is owed is still sent. */
    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    /** Returns how many replies this loop's clients are owed. */
    int owed() {
        return connections.stream().mapToInt(ClientConnection::owed).sum();
    }

    void closeAll() {
        for (ClientConnection connection : connections.toArray(new ClientConnection[0])) {
            connection.closeAfterReplies();
        }
    }
}
