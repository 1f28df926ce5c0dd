package io.revproc.proxy.forward;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.revproc.proxy.route.Endpoint;
import io.revproc.transport.LoopContext;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages back from servers that may not have them any more: one that was sent is cut off, one that was not goes elsewhere. Looks
 * through all messages of the event loop, since that is seldom, and a message costs nothing for it. Used on that loop only, but for
 * {@link #changed}.
 */
final class CutOff {
    private static final Logger log = LoggerFactory.getLogger(CutOff.class);

    private final LoopContext context;
    private final Deadlines deadlines;
    private final DeliveryLog deliveries;
    private final ServerOutcomes outcomes;
    private final Consumer<Exchange> again;
    private final AtomicBoolean asked = new AtomicBoolean();

    /** @param again gives a message to another endpoint, or lets it wait, or refuses it */
    CutOff(LoopContext context, Deadlines deadlines, DeliveryLog deliveries, ServerOutcomes outcomes,
            Consumer<Exchange> again) {
        this.context = context;
        this.deadlines = deadlines;
        this.deliveries = deliveries;
        this.outcomes = outcomes;
        this.again = again;
    }

    /** Looks through the messages soon if some may be at this endpoint that may not be. However many change, it looks once. Thread-safe. */
    void changed(Endpoint endpoint) {
        boolean may = endpoint.bar() != null || !endpoint.spec().alsoServes().isEmpty();
        if (may && asked.compareAndSet(false, true)) {
            context.loop().execute(this::check);
        }
    }

    private static @Nullable String objection(Exchange exchange) {
        Endpoint endpoint = exchange.permit.endpoint();
        return endpoint == null
                ? null
                : OutcomeRules.overstays(endpoint.bar(), exchange.widened(endpoint), endpoint.widens());
    }

    private void check() {
        asked.set(false);
        Map<Endpoint, Integer> counts = new IdentityHashMap<>();
        Map<Endpoint, String> reasons = new IdentityHashMap<>();
        // First all of them: what becomes of one may end another one, or begin one more.
        List<Exchange> found = deadlines.all(exchange -> objection(exchange) != null);
        for (Exchange exchange : found) {
            Endpoint endpoint = exchange.permit.endpoint();
            EndpointConnection connection = exchange.connection;
            String objection = objection(exchange);
            if (endpoint == null || connection == null || objection == null) {
                continue;
            }
            if (exchange.stage == Exchange.Stage.SENT) {
                connection.abandon(exchange);
                outcomes.cut(exchange, endpoint);
                counts.merge(endpoint, 1, Integer::sum);
                reasons.putIfAbsent(endpoint, objection);
            } else if (exchange.stage == Exchange.Stage.CONNECTING && connection.withdraw(exchange)) {
                exchange.giveBackTrial(endpoint, context.now());
                again.accept(exchange);
            }
        }
        reasons.forEach((endpoint, reason) -> say(endpoint, reason, counts.getOrDefault(endpoint, 0)));
    }

    private void say(Endpoint endpoint, String reason, int cut) {
        log.warn("event=messages_cut server={} reason={} messages={}", LogValue.of(endpoint.spec().name()),
                LogValue.of(reason), cut);
        deliveries.cutOff(endpoint, reason, cut);
    }
}
