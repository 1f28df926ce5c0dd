package io.revproc.proxy.forward;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.transport.LoopContext;
import io.revproc.wire.ErrorCode;

/** Decides what becomes of a message whose deadline is over. Used on one event loop. */
final class Overdue {
    private final LoopContext context;
    private final ForwardObserver observer;
    private final Deadlines deadlines;
    private final MessageEnds ends;

    Overdue(LoopContext context, ForwardObserver observer, Deadlines deadlines, MessageEnds ends) {
        this.context = context;
        this.observer = observer;
        this.deadlines = deadlines;
        this.ends = ends;
    }

    void expired(Exchange exchange) {
        if (exchange.stage == Exchange.Stage.WAITING) {
            ends.refuse(exchange, ErrorCode.OVERLOADED);
            return;
        }
        Endpoint endpoint = exchange.permit.endpoint();
        EndpointConnection connection = exchange.connection;
        if (endpoint == null || connection == null) {
            ends.refuse(exchange, ErrorCode.TIMEOUT);
        } else if (exchange.stage == Exchange.Stage.CONNECTING && connection.withdraw(exchange)) {
            exchange.giveBackTrial(endpoint, context.now());
            ends.refuse(exchange, ErrorCode.NO_LIVE_SERVER);
        } else {
            atServer(exchange, endpoint, connection);
        }
    }

    private void atServer(Exchange exchange, Endpoint endpoint, EndpointConnection connection) {
        long held = context.now() - exchange.sentNanos;
        if (OutcomeRules.overdue(held, exchange.clientsDeadline, deadlines.ownNanos())) {
            timedOut(exchange, endpoint, connection, held);
            return;
        }
        boolean removed = endpoint.state().liveness() == EndpointState.Liveness.REMOVED;
        if (removed) {
            connection.abandon(exchange);
        }
        if (!exchange.givenUp) {
            ends.giveUp(exchange, endpoint, held);
        }
        if (removed) {
            ends.finish(exchange);
        } else {
            // The server keeps its place until it has answered or the proxy's own deadline is over: only that says something about it.
            deadlines.extend(exchange);
        }
    }

    /** Ends a message for which the proxy's own deadline is over. */
    private void timedOut(Exchange exchange, Endpoint endpoint, EndpointConnection connection, long held) {
        boolean sent = exchange.stage == Exchange.Stage.SENT;
        connection.abandon(exchange);
        observer.failed(endpoint, ErrorCode.TIMEOUT, held);
        if (!exchange.givenUp || !sent) {
            // One that is not sent still may be, by the attempt to connect that is under way.
            observer.delivered(exchange, endpoint, ErrorCode.TIMEOUT, held);
        }
        if (exchange.givenUp) {
            ends.finish(exchange);
        } else {
            ends.refuse(exchange, ErrorCode.TIMEOUT);
        }
    }
}
