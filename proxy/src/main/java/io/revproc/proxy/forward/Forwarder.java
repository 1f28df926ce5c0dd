package io.revproc.proxy.forward;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.Standstill;
import io.revproc.proxy.route.TableObserver;
import io.revproc.transport.LoopContext;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import org.jspecify.annotations.Nullable;

/**
 * Brings the messages of one event loop to the endpoints of exactly their policy, or of one that is written to serve it, and completes them, each once: with the
 * endpoint's answer, or with a named refusal. A message goes to another endpoint only if none of its bytes were handed over,
 * or its client called it idempotent. All methods are for the loop's thread, but for {@link #changed} and {@link #wake()}.
 */
public final class Forwarder implements TableObserver {
    private static final String UNRECORDED = "The delivery record can't be written now, so nothing is delivered; try again later";

    private final LoopContext context;
    private final Supplier<RouteTable> table;
    private final ForwardObserver observer;
    private final DeliveryLog deliveries;
    private final long part1MaxSize;
    private final KeptMessages kept;
    private final Deadlines deadlines;
    private final Waiting waiting;
    private final RetryBudgets retries;
    private final MessageEnds ends;
    private final Overdue overdue;
    private final Upstreams upstreams;
    private final Placement placement;
    private final @Nullable CutOff cutOff;

    /**
     * @param deliveries takes down the deliveries of this loop
     * @param bounds     what the loops share
     * @param wakeOthers tells the other loops that a place became free; null if there are none
     */
    public Forwarder(LoopContext context, ForwardCollaborators with, DeliveryLog deliveries, ForwardBounds bounds,
            @Nullable Runnable wakeOthers) {
        this(context, with, deliveries, bounds, wakeOthers, new Connector(context, with.settings(), with.tls()));
    }

    /** @param dialer opens the connections to servers */
    Forwarder(LoopContext context, ForwardCollaborators with, DeliveryLog deliveries, ForwardBounds bounds,
            @Nullable Runnable wakeOthers, Dialer dialer) {
        ForwardSettings settings = with.settings();
        this.context = context;
        this.table = with.table();
        this.deliveries = deliveries;
        this.part1MaxSize = settings.part1MaxMessageSize();
        this.kept = bounds.kept();
        this.observer = observer(context, deliveries, with.observers());
        this.retries = new RetryBudgets(settings.retryBudget());
        this.deadlines = new Deadlines(context.loop(), System::nanoTime, settings, this::expired);
        this.waiting = new Waiting(context, deadlines, this::goesOn, wakeOthers);
        this.ends = new MessageEnds(context, observer, kept, deadlines, waiting);
        this.overdue = new Overdue(context, observer, deadlines, ends);
        BooleanSupplier outOfDate = outOfDate(with.standstill());
        ServerOutcomes outcomes = new ServerOutcomes(context, observer, deliveries, retries, ends, this::again,
                waiting::wakeAll);
        this.upstreams = new Upstreams(context, dialer, bounds, with.maxMessageSize(), outOfDate, outcomes);
        this.cutOff = settings.inFlightWithoutGrant() == InFlightWithoutGrant.CUT
                ? new CutOff(context, deadlines, deliveries, outcomes, this::again)
                : null;
        this.placement = new Placement(context, upstreams::find, outOfDate, deadlines.ownNanos(), waiting::wakeAll);
    }

    private static ForwardObserver observer(LoopContext context, DeliveryLog deliveries,
            List<ForwardObserver> others) {
        List<ForwardObserver> all = new ArrayList<>(List.of(new LoopCounters(context.index()), deliveries));
        all.addAll(others);
        return ForwardObserver.all(all);
    }

    private static BooleanSupplier outOfDate(@Nullable Standstill check) {
        // Not the time of the turn: the process may have stood still in the middle of one.
        return check == null ? () -> false : () -> check.doubts(System.nanoTime());
    }

    /** Returns what listens to this loop's messages. */
    public ForwardObserver observer() {
        return observer;
    }

    /**
     * Sends a message on.
     *
     * @param bytes          holds the message from {@code from} to {@code to}; valid for the call
     * @param deadlineMillis how long the client waits; 0 if it did not say
     */
    public void forward(Exchange exchange, byte[] bytes, int from, int to, MessageFields fields, int deadlineMillis) {
        exchange.tooLarge = Part1Message.isOver(part1MaxSize, bytes, from, to, fields);
        deadlines.start(exchange, deadlineMillis);
        observer.arrived(exchange, bytes, fields);
        if (!deliveries.admit(exchange, bytes, from, to, fields.receipt())) {
            ends.refuse(exchange, ErrorCode.OVERLOADED, UNRECORDED);
            return;
        }
        PolicyRoutes routes = exchange.routes;
        boolean room = kept.hasRoom(routes.load(), exchange.size);
        if (!room && mayBeKept(exchange, routes)) {
            ends.refuseForMemory(exchange);
            return;
        }
        if (exchange.idempotent) {
            kept.keep(exchange, bytes, from, to);
            retries.of(exchange).earn();
        }
        if (routes.anyOnTrial()) {
            routes.load().trials().passed();
        }
        // Those that wait come first.
        Place place = waiting.any(routes.load())
                ? placement.without(exchange, routes)
                : placement.place(exchange, routes);
        switch (place) {
            case Place.Placed placed -> {
                begin(exchange, placed.endpoint(), bytes, from, to);
                upstreams.send(exchange, placed, bytes, from, to, fields);
            }
            case Place.Refused refused -> ends.refuse(exchange, refused);
            case Place.Full full -> {
                if (room) {
                    kept.keep(exchange, bytes, from, to);
                    await(exchange);
                } else {
                    ends.refuseForMemory(exchange);
                }
            }
        }
    }

    /** Returns whether the message has to be kept whichever server gets it, or may have to be. */
    private static boolean mayBeKept(Exchange exchange, PolicyRoutes routes) {
        if (exchange.idempotent) {
            return true;
        }
        for (Endpoint endpoint : routes.selectable()) {
            if (!endpoint.spec().mux()) {
                return true;
            }
        }
        PolicyRoutes.Narrower narrower = routes.narrower();
        if (narrower != null) {
            for (Endpoint endpoint : narrower.selectable()) {
                if (!endpoint.spec().mux()) {
                    return true;
                }
            }
        }
        return false;
    }

    private void begin(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to) {
        exchange.sentNanos = context.now();
        exchange.setupNanos = endpoint.setupNanos();
        observer.forwarding(exchange, endpoint, bytes, from, to);
    }

    private void sendKept(Exchange exchange, Place.Placed placed) {
        byte[] message = exchange.kept();
        begin(exchange, placed.endpoint(), message, 0, message.length);
        upstreams.sendKept(exchange, placed);
    }

    private void await(Exchange exchange) {
        if (!waiting.offer(exchange)) {
            ends.refuse(exchange, ErrorCode.OVERLOADED);
        }
    }

    /** Cancels a message: nobody waits for the answer any more. One that was not handed over is not sent. */
    public void cancel(Exchange exchange) {
        exchange.cancelled = true;
        Endpoint endpoint = exchange.permit.endpoint();
        EndpointConnection connection = exchange.connection;
        if (exchange.stage == Exchange.Stage.WAITING) {
            ends.cancelled(exchange);
        } else if (endpoint != null && connection != null && exchange.stage == Exchange.Stage.CONNECTING
                && connection.withdraw(exchange)) {
            exchange.giveBackTrial(endpoint, context.now());
            ends.cancelled(exchange);
        }
        // Else the endpoint's answer ends it. A connection that is being opened for one message gets it all the same: one
        // that is closed without a message kills some servers.
    }

    /** Gives a message that no endpoint has any more to another one of the newest snapshot, or lets it wait, or refuses it. */
    private void again(Exchange exchange) {
        if (exchange.givenUp) {
            ends.finish(exchange);
            return;
        }
        if (exchange.cancelled) {
            ends.cancelled(exchange);
            return;
        }
        exchange.connection = null;
        exchange.trial = false;
        exchange.stage = Exchange.Stage.NEW;
        if (exchange.permit.release()) {
            waiting.wakeAll();
        }
        PolicyRoutes routes = newestRoutes(exchange);
        Place place = place(exchange, routes);
        if (routes != null && !(place instanceof Place.Refused)) {
            routes.load().countRetry(exchange.handedOver);
        }
        switch (place) {
            case Place.Placed placed -> sendKept(exchange, placed);
            case Place.Refused refused -> ends.refuse(exchange, refused);
            case Place.Full full -> await(exchange);
        }
    }

    /** Tries a message that waits; returns whether it left the queue, this way or that. */
    private boolean goesOn(Exchange exchange) {
        switch (place(exchange, newestRoutes(exchange))) {
            case Place.Placed placed -> {
                waiting.leave(exchange);
                sendKept(exchange, placed);
            }
            case Place.Refused refused -> ends.refuse(exchange, refused);
            case Place.Full full -> {
                return false;
            }
        }
        return true;
    }

    private @Nullable PolicyRoutes newestRoutes(Exchange exchange) {
        return table.get().find(exchange.routes.policy().text());
    }

    private Place place(Exchange exchange, @Nullable PolicyRoutes routes) {
        return routes == null ? Place.Refused.NO_SERVER : placement.place(exchange, routes);
    }

    private void expired(Exchange exchange) {
        overdue.expired(exchange);
    }

    /** Lets waiting messages try again, at the end of the loop's turn. Thread-safe. */
    public void wake() {
        waiting.wake();
    }

    /** Looks at an endpoint that may have come, risen, gone, or been set up anew. Called by the switch table, on any thread. */
    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable newest) {
        wake();
        if (cutOff != null) {
            cutOff.changed(endpoint);
        }
        if (change != Change.REGISTERED && endpoint.spec().mux()) {
            context.loop().execute(() -> upstreams.changed(endpoint));
        }
    }
}
