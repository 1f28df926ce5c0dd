package io.revproc.proxy.listener;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.forward.Forwarder;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.LoopContext;
import io.revproc.transport.LoopLag;
import org.jspecify.annotations.Nullable;

/** What the client connections of one event loop share, and the look at their clocks. Used on that loop only. */
final class ListenerLoop {
    private static final long SWEEP_MILLIS = 250;

    final LoopContext context;
    final Forwarder forwarder;
    final SwitchTable table;
    final Registrar registrar;
    final ListenerSettings properties;
    final ListenerObserver observer;
    final @Nullable ClientRules rules;
    private final Set<ClientHandler> connections = new LinkedHashSet<>();
    final ListenerTally tally;
    final HeldMemory partial;
    final HeldMemory unsent;
    private final LoopLag lag = new LoopLag(System.nanoTime());
    private long sweepDue;
    private boolean draining;

    ListenerLoop(LoopContext context, Forwarder forwarder, SwitchTable table, Registrar registrar,
            ListenerSettings properties, ListenerObserver observer, ListenerTally tally, HeldMemory partial,
            HeldMemory unsent,
            Entrance entrance) {
        this.context = context;
        this.forwarder = forwarder;
        this.table = table;
        this.registrar = registrar;
        this.properties = properties;
        this.observer = observer;
        this.tally = tally;
        this.partial = partial;
        this.unsent = unsent;
        this.rules = entrance.clients();
    }

    void start() {
        sweepDue = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS);
        context.loop().scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    void add(ClientHandler connection) {
        connections.add(connection);
    }

    void remove(ClientHandler connection) {
        connections.remove(connection);
    }

    private void sweep() {
        long now = System.nanoTime();
        lag.ran(sweepDue, now);
        // a copy: closing one takes it out of the set
        for (ClientHandler connection : connections.toArray(new ClientHandler[0])) {
            connection.sweep(now);
        }
        sweepDue = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS);
    }

    LoopLag lag() {
        return lag;
    }

    /** From now on messages are refused as {@code SHUTTING_DOWN}; what is owed is still sent. */
    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    /** Replies that this loop's clients are owed. */
    int owed() {
        return connections.stream().mapToInt(ClientHandler::owed).sum();
    }

    void closeAll() {
        for (ClientHandler connection : connections.toArray(new ClientHandler[0])) {
            connection.closeAfterReplies();
        }
    }
}
