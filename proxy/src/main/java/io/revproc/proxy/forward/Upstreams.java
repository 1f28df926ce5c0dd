package io.revproc.proxy.forward;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.transport.HeldBytes;
import io.revproc.transport.LoopContext;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to endpoints: kept ones, at most one to each endpoint that new messages may go on, and those for one
 * message. Used on that loop only.
 */
final class Upstreams {
    private static final int ANSWER_SLACK = 64 * 1024;

    final LoopContext context;
    final Dialer dialer;
    final Outcomes outcomes;
    private final ForwardBounds bounds;
    private final int maxAnswerSize;
    private final BooleanSupplier outOfDate;
    private final Map<Endpoint, MuxConnection> connections = new IdentityHashMap<>();
    private final MessageScanner scanner = new MessageScanner();

    /**
     * @param maxMessageSize the largest message of a client, in bytes
     * @param outOfDate      whether the table may be out of date
     */
    Upstreams(LoopContext context, Dialer dialer, ForwardBounds bounds, int maxMessageSize,
            BooleanSupplier outOfDate, Outcomes outcomes) {
        this.context = context;
        this.dialer = dialer;
        this.bounds = bounds;
        this.maxAnswerSize = maxMessageSize + ANSWER_SLACK;
        this.outOfDate = outOfDate;
        this.outcomes = outcomes;
    }

    /** Returns a framer for the answers of one connection. */
    MessageFramer framer() {
        return context.framer(maxAnswerSize, context.upstreamScanner());
    }

    /**
     * Returns what counts the memory of one connection's incomplete answers.
     *
     * @param giveUp ends the connection
     */
    HeldBytes memory(Runnable giveUp) {
        return new HeldBytes(context, bounds.answers(), giveUp);
    }

    /** Returns whether the endpoint may be another server's place by now. */
    boolean outOfDate(Endpoint endpoint) {
        return endpoint.spec().proto() == 1 && outOfDate.getAsBoolean();
    }

    /** Reports that no connection came about. To a server that was taken out meanwhile there was to be none: that says nothing about it. */
    void unconnected(Endpoint endpoint, Collection<Exchange> exchanges, ConnectFailure failure) {
        if (endpoint.mayBeSent()) {
            outcomes.unconnected(endpoint, exchanges, failure);
        } else {
            outcomes.unsent(endpoint, exchanges);
        }
    }

    /** Returns the connection for new messages to this endpoint, opened under its present lease; null if there is none. */
    @Nullable
    MuxConnection find(Endpoint endpoint) {
        MuxConnection connection = connections.get(endpoint);
        if (connection != null && connection.isOfAnotherLease()) {
            connection.retire();
            return null;
        }
        return connection;
    }

    /** Lets no new messages go on this connection any more. */
    void remove(Endpoint endpoint, MuxConnection connection) {
        connections.remove(endpoint, connection);
    }

    /**
     * Looks at an endpoint whose state may be another: a connection to a server that is out, or that was opened under a lease that is no
     * more, gets no more messages. It may be dead without a word, and a trial on it would never go well.
     */
    void changed(Endpoint endpoint) {
        MuxConnection connection = connections.get(endpoint);
        EndpointState state = endpoint.state();
        if (connection != null && (!state.alive() || connection.isOfAnotherLease())) {
            connection.retire();
        }
    }

    /**
     * Sends a message to its place.
     *
     * @param bytes holds the message from {@code from} to {@code to}; valid for the call
     */
    void send(Exchange exchange, Place.Placed place, byte[] bytes, int from, int to, MessageFields fields) {
        Trace trace = exchange.trace();
        if (trace == null || place.endpoint().spec().proto() == 1) {
            handOver(exchange, place, bytes, from, to, fields);
            return;
        }
        byte[] traced = TracedMessage.of(bytes, from, to, fields, trace);
        // a traceparent that is spelt with escapes stands where it is: a second one is none
        if (scanner.scan(traced, 0, traced.length) == traced.length) {
            handOver(exchange, place, traced, 0, traced.length, scanner.fields());
        } else {
            scanner.scan(bytes, from, to);
            handOver(exchange, place, bytes, from, to, scanner.fields());
        }
    }

    /** Sends a message that was kept. */
    void sendKept(Exchange exchange, Place.Placed place) {
        byte[] message = exchange.kept();
        scanner.scan(message, 0, message.length);
        send(exchange, place, message, 0, message.length, scanner.fields());
    }

    private void handOver(Exchange exchange, Place.Placed place, byte[] bytes, int from, int to,
            MessageFields fields) {
        Endpoint endpoint = place.endpoint();
        MuxConnection connection = place.connection();
        if (!endpoint.spec().mux()) {
            bounds.kept().keep(exchange, bytes, from, to);
            byte[] message = endpoint.spec().proto() == 1 ? Part1Message.of(bytes, from, to, fields) : exchange.kept();
            new OneMessageConnection(this, endpoint, exchange, message).connect();
        } else if (connection == null) {
            bounds.kept().keep(exchange, bytes, from, to);
            MuxConnection opened = new MuxConnection(this, endpoint);
            connections.put(endpoint, opened);
            opened.sendLater(exchange);
            opened.connect();
        } else if (connection.isOpen()) {
            if (mayGoElsewhere(exchange) && bounds.kept().hasRoom(exchange.routes.load(), exchange.size)) {
                bounds.kept().keep(exchange, bytes, from, to);
            }
            connection.send(exchange, bytes, from, to, fields);
            outcomes.sent(exchange);
        } else {
            bounds.kept().keep(exchange, bytes, from, to);
            connection.sendLater(exchange);
        }
    }

    /** Sends a message that waited for its connection. */
    void sendOn(Exchange exchange, MuxConnection connection) {
        byte[] message = exchange.kept();
        scanner.scan(message, 0, message.length);
        connection.send(exchange, message, 0, message.length, scanner.fields());
        if (!exchange.idempotent && !mayGoElsewhere(exchange)) {
            bounds.kept().drop(exchange);
        }
        outcomes.sent(exchange);
    }

    /**
     * Returns whether another server could get the message if its first one refuses it. The copy that this takes is made only where a
     * server has refused so before: nearly none ever does.
     */
    private static boolean mayGoElsewhere(Exchange exchange) {
        return exchange.routes.load().isRefusing() && exchange.routes.size() > 1;
    }
}
