package io.revproc.proxy.forward;

import java.util.function.Predicate;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.Standstill;
import io.revproc.transport.LoopContext;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the endpoint of a message, always one of exactly its policy, and takes the message's place there. A server that failed
 * is tried again by one real message once its back-off is over; where that may cost the message, and another server is there to
 * serve it, only one message in a hundred is risked. Used on one event loop.
 */
final class Placement {
    private final LoopContext context;
    private final Upstreams upstreams;
    private final long deadlineNanos;
    private final Runnable placeFreed;
    private @Nullable Standstill standstill;

    /**
     * @param deadlineNanos how long a trial may take
     * @param placeFreed    messages wait for a place that was given back here
     */
    Placement(LoopContext context, Upstreams upstreams, long deadlineNanos, Runnable placeFreed) {
        this.context = context;
        this.upstreams = upstreams;
        this.deadlineNanos = deadlineNanos;
        this.placeFreed = placeFreed;
    }

    /** Sets what knows whether the table may be out of date; null: it never is. */
    void checkedBy(@Nullable Standstill check) {
        standstill = check;
    }

    /**
     * Whether the table may be out of date. Part 1 servers are not to be sent anything then: theirs is the only address that nothing
     * tells from that of a server which came there since.
     */
    boolean outOfDate() {
        Standstill check = standstill;
        // Not the time of the turn: the process may have stood still in the middle of one.
        return check != null && check.doubts(System.nanoTime());
    }

    /** Takes a place for the message; null if there is none for it now. */
    @Nullable
    Endpoint acquire(Exchange exchange, PolicyRoutes routes) {
        if (!routes.load().hasRoom()) {
            // Asked first: a message that can't go must use up neither a trial nor a server's turn.
            return null;
        }
        if (routes.onTrial().length > 0) {
            Endpoint endpoint = trial(exchange, routes);
            if (endpoint != null) {
                return endpoint;
            }
        }
        Endpoint[] candidates = routes.selectable();
        int n = candidates.length;
        if (n == 0 || !anyHasRoom(candidates)) {
            return null;
        }
        int at = routes.balancer().choose(candidates, exchange.key);
        for (int i = 0; i < n; i++) {
            Endpoint endpoint = candidates[at];
            if (mayTake(exchange, endpoint) && enter(exchange, endpoint, routes, EndpointState::selectable)) {
                return endpoint;
            }
            at = at + 1 == n ? 0 : at + 1;
        }
        return null;
    }

    private @Nullable Endpoint trial(Exchange exchange, PolicyRoutes routes) {
        boolean healthy = routes.selectable().length > 0;
        long now = context.now();
        for (Endpoint endpoint : routes.onTrial()) {
            if (!endpoint.trialIsDue(now) || !mayTake(exchange, endpoint) || !endpoint.hasRoom()) {
                continue;
            }
            boolean budgeted = healthy && endpoint.trialIsCostly();
            if (budgeted && !routes.load().trials().spend()) {
                continue;
            }
            long end = Math.max(exchange.deadlineNanos, now + deadlineNanos);
            if (endpoint.claimTrial(now, end + deadlineNanos / 4)) {
                if (enter(exchange, endpoint, routes, EndpointState::onTrial)) {
                    exchange.trial = true;
                    return endpoint;
                }
                endpoint.trialAt(now);
            }
            if (budgeted) {
                routes.load().trials().refund();
            }
        }
        return null;
    }

    /** The message is no trial after all: the next one may be. */
    void giveBackTrial(Exchange exchange, Endpoint endpoint, long next) {
        if (!exchange.trial) {
            return;
        }
        exchange.trial = false;
        if (endpoint.state().onTrial()) {
            endpoint.trialAt(next);
            exchange.routes.load().trials().refund();
        }
    }

    /**
     * Takes a place, and looks again afterwards: a server that drains has been told how many messages it still has, so a message
     * with an older snapshot must not come after that.
     */
    private boolean enter(Exchange exchange, Endpoint endpoint, PolicyRoutes routes, Predicate<EndpointState> may) {
        if (!exchange.permit.tryAcquire(endpoint, routes.load())) {
            return false;
        }
        if (may.test(endpoint.state())) {
            return true;
        }
        if (exchange.permit.release()) {
            placeFreed.run();
        }
        return false;
    }

    /** Asked before the balancer: a message that nobody can take must not use up a server's turn. */
    private static boolean anyHasRoom(Endpoint[] candidates) {
        for (Endpoint endpoint : candidates) {
            if (endpoint.hasRoom()) {
                return true;
            }
        }
        return false;
    }

    private boolean mayTake(Exchange exchange, Endpoint endpoint) {
        if (exchange.tried(endpoint)) {
            return false;
        }
        if (endpoint.spec().mux()) {
            MuxConnection connection = upstreams.find(endpoint);
            exchange.candidate = connection;
            return connection == null || connection.accepts();
        }
        if (tooLarge(exchange, endpoint)) {
            exchange.tooLargeForPart1 = true;
            return false;
        }
        return endpoint.spec().proto() > 1 || !outOfDate();
    }

    private boolean tooLarge(Exchange exchange, Endpoint endpoint) {
        return endpoint.spec().proto() == 1 && exchange.tooLarge;
    }

    /** Whether there are servers that this message may not go to although others may. */
    boolean isRestricted(Exchange exchange) {
        return exchange.failedAttempts() > 0 || exchange.tooLarge;
    }

    /** Whether both may go to the same servers. */
    boolean alike(Exchange one, Exchange other) {
        return one.tooLarge == other.tooLarge && one.triedTheSameAs(other);
    }

    /** Whether waiting is of no use: no endpoint that is alive is left for this message. */
    boolean unavailable(Exchange exchange, PolicyRoutes routes) {
        boolean notPart1 = exchange.tooLargeForPart1 || outOfDate();
        for (Endpoint endpoint : routes.selectable()) {
            if (!exchange.tried(endpoint) && !(notPart1 && endpoint.spec().proto() == 1)) {
                return false;
            }
        }
        return true;
    }
}
