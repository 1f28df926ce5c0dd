package io.revproc.proxy.forward;

import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.transport.LoopContext;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the endpoint of a message, always one of exactly its policy or, behind those, of a narrower one that may serve it as the
 * snapshot says, and takes the message's place there. A server that failed
 * is tried again by one real message once its back-off is over; where that may cost the message, and another server is there to
 * serve it, only one message in a hundred is risked. Used on one event loop.
 */
final class Placement {
    private final LoopContext context;
    private final Function<Endpoint, @Nullable MuxConnection> connections;
    private final BooleanSupplier outOfDate;
    private final long deadlineNanos;
    private final Runnable placeFreed;

    /**
     * @param connections   finds the kept connection to an endpoint, if there is one
     * @param outOfDate     whether the table may be out of date. Part 1 servers are not to be sent anything then: theirs is the only
     *                      address that nothing tells from that of a server which came there since
     * @param deadlineNanos how long a trial may take
     * @param placeFreed    messages wait for a place that was given back here
     */
    Placement(LoopContext context, Function<Endpoint, @Nullable MuxConnection> connections, BooleanSupplier outOfDate,
            long deadlineNanos, Runnable placeFreed) {
        this.context = context;
        this.connections = connections;
        this.outOfDate = outOfDate;
        this.deadlineNanos = deadlineNanos;
        this.placeFreed = placeFreed;
    }

    /** Takes a place for the message, if there is one for it now. */
    Place place(Exchange exchange, PolicyRoutes routes) {
        Place.Placed placed = acquire(exchange, routes);
        return placed == null ? without(exchange, routes) : placed;
    }

    /** Returns what becomes of a message that gets no place now. */
    Place without(Exchange exchange, PolicyRoutes routes) {
        boolean notPart1 = exchange.tooLargeForPart1 || outOfDate.getAsBoolean();
        for (Endpoint endpoint : routes.selectable()) {
            if (!exchange.tried(endpoint) && !(notPart1 && endpoint.spec().proto() == 1)) {
                return Place.Full.FULL;
            }
        }
        PolicyRoutes.Narrower narrower = routes.narrower();
        if (narrower != null) {
            for (Endpoint endpoint : narrower.selectable()) {
                if (!exchange.tried(endpoint)) {
                    return Place.Full.FULL;
                }
            }
        }
        if (exchange.tooLargeForPart1) {
            return Place.Refused.TOO_LARGE;
        }
        if (exchange.shortOfSockets) {
            return Place.Refused.SHORT_OF_SOCKETS;
        }
        return outOfDate.getAsBoolean() ? Place.Refused.OUT_OF_DATE : Place.Refused.NO_LIVE_SERVER;
    }

    private Place.@Nullable Placed acquire(Exchange exchange, PolicyRoutes routes) {
        if (!routes.load().hasRoom()) {
            // Asked first: a message that can't go must use up neither a trial nor a server's turn.
            return null;
        }
        if (routes.onTrial().length > 0) {
            Place.Placed placed = trial(exchange, routes, routes.onTrial(), routes.selectable().length > 0);
            if (placed != null) {
                return placed;
            }
        }
        Place.Placed placed = among(exchange, routes, routes.selectable(), routes.balancer());
        PolicyRoutes.Narrower narrower = routes.narrower();
        return placed != null || narrower == null ? placed : among(exchange, routes, narrower);
    }

    private Place.@Nullable Placed among(Exchange exchange, PolicyRoutes routes, PolicyRoutes.Narrower narrower) {
        if (narrower.onTrial().length > 0) {
            Place.Placed placed = trial(exchange, routes, narrower.onTrial(),
                    routes.selectable().length + narrower.selectable().length > 0);
            if (placed != null) {
                return placed;
            }
        }
        return among(exchange, routes, narrower.selectable(), narrower.balancer());
    }

    private Place.@Nullable Placed among(Exchange exchange, PolicyRoutes routes, Endpoint[] candidates,
            LoadBalancer balancer) {
        int n = candidates.length;
        if (n == 0 || !anyHasRoom(candidates)) {
            return null;
        }
        int at = balancer.choose(candidates, exchange.key);
        for (int i = 0; i < n; i++) {
            Place.Placed candidate = candidate(exchange, candidates[at]);
            if (candidate != null && enter(exchange, candidate, routes, Endpoint::selectable)) {
                return candidate;
            }
            at = at + 1 == n ? 0 : at + 1;
        }
        return null;
    }

    private Place.@Nullable Placed trial(Exchange exchange, PolicyRoutes routes, Endpoint[] onTrial,
            boolean healthy) {
        long now = context.now();
        for (Endpoint endpoint : onTrial) {
            if (!endpoint.trialIsDue(now)) {
                continue;
            }
            Place.Placed candidate = candidate(exchange, endpoint);
            if (candidate == null || !endpoint.hasRoom()) {
                continue;
            }
            boolean budgeted = healthy && endpoint.trialIsCostly();
            if (budgeted && !routes.load().trials().spend()) {
                continue;
            }
            long end = Math.max(exchange.deadlineNanos, now + deadlineNanos);
            if (endpoint.claimTrial(now, end + deadlineNanos / 4)) {
                if (enter(exchange, candidate, routes, Endpoint::onTrial)) {
                    exchange.trial = true;
                    return candidate;
                }
                endpoint.trialAt(now);
            }
            if (budgeted) {
                routes.load().trials().refund();
            }
        }
        return null;
    }

    /**
     * Takes a place, and looks again afterwards: a server that drains has been told how many messages it still has, so a message
     * with an older snapshot must not come after that; nor may one come to a server that a rule bars by now.
     */
    private boolean enter(Exchange exchange, Place.Placed candidate, PolicyRoutes routes,
            Predicate<Endpoint> may) {
        if (!exchange.permit.tryAcquire(candidate.endpoint(), routes.load())) {
            return false;
        }
        if (may.test(candidate.endpoint())) {
            return true;
        }
        if (exchange.permit.release()) {
            placeFreed.run();
        }
        return false;
    }

    /** Returns whether any has room. Asked before the balancer: a message that nobody can take must not use up a server's turn. */
    private static boolean anyHasRoom(Endpoint[] candidates) {
        for (Endpoint endpoint : candidates) {
            if (endpoint.hasRoom()) {
                return true;
            }
        }
        return false;
    }

    /** Returns the endpoint as the message's place, which is still to be taken; null if the message may not go there now. */
    private Place.@Nullable Placed candidate(Exchange exchange, Endpoint endpoint) {
        if (exchange.tried(endpoint)) {
            return null;
        }
        if (endpoint.spec().mux()) {
            MuxConnection connection = connections.apply(endpoint);
            if (connection != null) {
                return connection.accepts() ? connection.place() : null;
            }
        } else if (endpoint.spec().proto() == 1) {
            if (exchange.tooLarge) {
                exchange.tooLargeForPart1 = true;
                return null;
            }
            if (outOfDate.getAsBoolean()) {
                return null;
            }
        }
        return new Place.Placed(endpoint, null);
    }
}
