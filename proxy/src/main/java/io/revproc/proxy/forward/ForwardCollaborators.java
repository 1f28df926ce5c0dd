package io.revproc.proxy.forward;

import java.util.List;
import java.util.function.Supplier;

import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.Standstill;
import io.revproc.proxy.tls.ForwardTls;
import org.jspecify.annotations.Nullable;

/**
 * The collaborators of the forwarders of all event loops.
 *
 * @param table          gives the newest snapshot
 * @param maxMessageSize the largest message of a client, in bytes
 * @param observers      listen to what becomes of messages, in this order
 * @param tls            reaches servers that want TLS; null: they are not reached
 * @param standstill     knows whether the table may be out of date; null: it never is
 */
public record ForwardCollaborators(Supplier<RouteTable> table, ForwardSettings settings, int maxMessageSize,
        List<ForwardObserver> observers, @Nullable ForwardTls tls, @Nullable Standstill standstill) {
    public ForwardCollaborators {
        observers = List.copyOf(observers);
    }
}
