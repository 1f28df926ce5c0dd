package io.revproc.proxy.forward;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.route.Endpoint;
import io.revproc.transport.LoopContext;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what becomes of a message by what its server made of it. Used on one event loop. */
final class ServerOutcomes implements Outcomes {
    private static final Logger log = LoggerFactory.getLogger(Forwarder.class);
    /** How many servers may refuse a message before its client gets the refusal. */
    private static final int MAX_REFUSALS = 3;
    private static final String CUT = "The server's approval ended while it had the message; it may have handled it, and its answer is dropped";
    private static final long SHORT_OF_SOCKETS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LoopContext context;
    private final ForwardObserver observer;
    private final DeliveryLog deliveries;
    private final RetryBudgets retries;
    private final MessageEnds ends;
    private final Consumer<Exchange> again;
    private final Runnable roomAgain;
    private final LineLimit lines = new LineLimit(System::nanoTime);

    /**
     * @param again     gives a message, which was kept, to another endpoint, or lets it wait, or refuses it
     * @param roomAgain wakes messages that wait
     */
    ServerOutcomes(LoopContext context, ForwardObserver observer, DeliveryLog deliveries, RetryBudgets retries,
            MessageEnds ends, Consumer<Exchange> again, Runnable roomAgain) {
        this.context = context;
        this.observer = observer;
        this.deliveries = deliveries;
        this.retries = retries;
        this.ends = ends;
        this.again = again;
        this.roomAgain = roomAgain;
    }

    @Override
    public void sent(Exchange exchange) {
        exchange.sentNanos = context.now();
        observer.sent(exchange);
        Endpoint endpoint = exchange.permit.endpoint();
        if (exchange.givenUp && endpoint != null) {
            // its client has heard that the server may have it; now it has
            observer.delivered(exchange, endpoint, ErrorCode.TIMEOUT, 0);
        }
    }

    @Override
    public void answered(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to, int cutStart,
            int cutEnd) {
        long now = context.now();
        long nanos = now - exchange.sentNanos;
        observer.answered(endpoint, nanos);
        if (exchange.givenUp) {
            ends.finish(exchange);
            return;
        }
        observer.replied(exchange, endpoint, bytes, from, to, now);
        if (exchange.receipt) {
            byte[] answer = Receipts.copyForReceipt(bytes, from, to, cutStart, cutEnd);
            deliveries.delivered(exchange, endpoint, nanos, receipt -> replied(exchange, answer, receipt));
            ends.finish(exchange);
        } else {
            observer.delivered(exchange, endpoint, null, nanos);
            ends.finish(exchange);
            exchange.replied(bytes, from, to, cutStart, cutEnd);
        }
    }

    private static void replied(Exchange exchange, byte[] answer, byte[] receipt) {
        byte[] reply = Receipts.with(answer, receipt);
        exchange.replied(reply, 0, reply.length, 0, 0);
    }

    @Override
    public void failed(Exchange exchange, Endpoint endpoint) {
        long nanos = context.now() - exchange.sentNanos;
        observer.failed(endpoint, ErrorCode.SERVER_FAILED, nanos);
        if (exchange.givenUp) {
            ends.finish(exchange);
            return;
        }
        observer.delivered(exchange, endpoint, ErrorCode.SERVER_FAILED, nanos);
        lost(exchange, endpoint, ErrorCode.SERVER_FAILED.sentence());
    }

    /** Ends the wait for a server that may not have the message any more. Whatever it still says of it is dropped by its connection. */
    void cut(Exchange exchange, Endpoint endpoint) {
        if (exchange.givenUp) {
            ends.finish(exchange);
            return;
        }
        observer.cut(exchange, endpoint, context.now() - exchange.sentNanos);
        exchange.giveBackTrial(endpoint, context.now());
        lost(exchange, endpoint, CUT);
    }

    /** The server had the message, which may be handled now: only one that is idempotent goes to another server. */
    private void lost(Exchange exchange, Endpoint endpoint, String sentence) {
        exchange.handedOver = true;
        if (exchange.idempotent && deliveries.admitAgain(exchange) && retries.of(exchange).spend()) {
            exchange.addTried(endpoint);
            again.accept(exchange);
        } else {
            ends.refuse(exchange, ErrorCode.SERVER_FAILED, sentence);
        }
    }

    /** Refuses this one message or gives it to another server: the endpoint lives, and nothing else at it is touched. */
    @Override
    public void refused(Exchange exchange, Endpoint endpoint, ErrorCode code, boolean retryable, String sentence,
            boolean present) {
        long nanos = context.now() - exchange.sentNanos;
        int proto = endpoint.spec().proto();
        if (code == ErrorCode.NOT_SERVED && proto > 1) {
            notServed(endpoint, present);
        } else {
            observer.answered(endpoint, nanos);
        }
        if (exchange.givenUp) {
            ends.finish(exchange);
            return;
        }
        observer.delivered(exchange, endpoint, ErrorCode.SERVER_FAILED, nanos);
        OutcomeRules.ServerRefusal refusal = OutcomeRules.refusal(code, retryable, proto);
        String told = refusal.code() == code && proto > 1 && !sentence.isEmpty() ? sentence : refusal.code().sentence();
        exchange.refusal = new Exchange.Refusal(refusal.code(), told, endpoint.spec().id());
        if (refusal.elsewhere()) {
            exchange.routes.load().refusing();
        }
        if (refusal.elsewhere() && exchange.message != null && ++exchange.refusals < MAX_REFUSALS
                && deliveries.admitAgain(exchange)) {
            if (present) {
                exchange.addTried(endpoint);
            }
            again.accept(exchange);
        } else {
            ends.refuse(exchange, refusal.code(), told);
        }
    }

    /** Takes note of a message that came to a server which does not serve its policy. It has handled nothing, but the table was wrong. */
    private void notServed(Endpoint endpoint, boolean present) {
        observer.notServed(endpoint, present);
        long unlogged = lines.next();
        if (unlogged >= 0) {
            log.warn("event=not_served policy={} server={} lease={} unlogged={}",
                    LogValue.of(endpoint.spec().policy().text()), LogValue.of(endpoint.toString()),
                    present ? "present" : "replaced", unlogged);
        }
    }

    @Override
    public void breach(Endpoint endpoint, String what) {
        long unlogged = lines.next();
        if (unlogged >= 0) {
            log.warn("event=upstream_breach server={} reason={} unlogged={}", LogValue.of(endpoint.toString()),
                    LogValue.of(what), unlogged);
        }
    }

    @Override
    public void unconnected(Endpoint endpoint, Collection<Exchange> exchanges, ConnectFailure failure) {
        boolean ours = failure == ConnectFailure.OURS;
        if (ours) {
            shortOfSockets(endpoint);
        } else {
            observer.unreachable(endpoint);
        }
        for (Exchange exchange : exchanges) {
            if (ours) {
                exchange.shortOfSockets = true;
                exchange.giveBackTrial(endpoint, context.now() + SHORT_OF_SOCKETS_NANOS);
            }
            exchange.addTried(endpoint);
            again.accept(exchange);
        }
    }

    private void shortOfSockets(Endpoint endpoint) {
        long unlogged = lines.next();
        if (unlogged >= 0) {
            log.warn(
                    "event=connect_failed server={} reason=\"no descriptor or no port left in this process\" unlogged={}",
                    LogValue.of(endpoint.toString()), unlogged);
        }
    }

    @Override
    public void unsent(Endpoint endpoint, Collection<Exchange> exchanges) {
        for (Exchange exchange : exchanges) {
            exchange.giveBackTrial(endpoint, context.now());
            again.accept(exchange);
        }
    }

    @Override
    public void roomAgain() {
        roomAgain.run();
    }
}
