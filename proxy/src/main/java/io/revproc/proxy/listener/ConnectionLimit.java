package io.revproc.proxy.listener;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Lets so many connections in at once. Thread-safe. */
final class ConnectionLimit implements AdmissionStep {
    private final AtomicInteger connections;
    private final int max;
    private final TurnAway turnAway;

    /** @param connections counts those that are let in and not closed */
    ConnectionLimit(AtomicInteger connections, int max, ListenerTally tally) {
        this.connections = connections;
        this.max = max;
        this.turnAway = new TurnAway(tally, "The proxy has too many connections");
    }

    @Override
    public void admit(Accepted connection, Consumer<Accepted> next) {
        if (connections.incrementAndGet() > max) {
            connections.decrementAndGet();
            turnAway.accept(connection);
            return;
        }
        connection.channel().closeFuture().addListener(closed -> connections.decrementAndGet());
        next.accept(connection);
    }
}
