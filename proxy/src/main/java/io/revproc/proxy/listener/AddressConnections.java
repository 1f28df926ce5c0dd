package io.revproc.proxy.listener;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.revproc.proxy.access.AddressKey;

/** Lets so many connections of one address in at once. Holds an entry only for addresses that have one. Thread-safe. */
final class AddressConnections implements AdmissionStep {
    private final int max;
    private final TurnAway turnAway;
    private final ConcurrentHashMap<AddressKey, Integer> counts = new ConcurrentHashMap<>();

    /** @param max for one address; 0: as many as it likes */
    AddressConnections(int max, ListenerTally tally) {
        this.max = max;
        this.turnAway = new TurnAway(tally, "Too many connections from this address");
    }

    @Override
    public void admit(Accepted connection, Consumer<Accepted> next) {
        if (max > 0 && !connection.local() && !enter(connection)) {
            turnAway.accept(connection);
        } else {
            next.accept(connection);
        }
    }

    /** Counts the connection until it is closed. */
    private boolean enter(Accepted connection) {
        AddressKey address = AddressKey.of(connection.peer().getAddress());
        if (counts.merge(address, 1, Integer::sum) > max) {
            leave(address);
            return false;
        }
        connection.channel().closeFuture().addListener(closed -> leave(address));
        return true;
    }

    private void leave(AddressKey address) {
        counts.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }
}
