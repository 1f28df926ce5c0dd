package io.revproc.proxy.forward;

import io.revproc.proxy.route.Endpoint;
import io.revproc.transport.LoopContext;
import io.revproc.wire.ErrorCode;

/** Ends the messages of one event loop, each once, and gives back all that they hold. Used on that loop only. */
final class MessageEnds {
    private static final String CROWDED = "Too many large messages wait for their servers; try again later";

    private final LoopContext context;
    private final ForwardObserver observer;
    private final KeptMessages kept;
    private final Deadlines deadlines;
    private final Waiting waiting;

    MessageEnds(LoopContext context, ForwardObserver observer, KeptMessages kept, Deadlines deadlines,
            Waiting waiting) {
        this.context = context;
        this.observer = observer;
        this.kept = kept;
        this.deadlines = deadlines;
        this.waiting = waiting;
    }

    /** Ends a message that nobody waits for and that was not handed over. */
    void cancelled(Exchange exchange) {
        observer.cancelled(exchange, context.now());
        finish(exchange);
    }

    void refuse(Exchange exchange, Place.Refused refusal) {
        refuse(exchange, refusal.code(), refusal.sentence());
    }

    void refuse(Exchange exchange, ErrorCode code) {
        refuse(exchange, code, code.sentence());
    }

    /** Refuses a message that would have to be kept and for whose bytes there is no room. */
    void refuseForMemory(Exchange exchange) {
        kept.countRefused();
        refuse(exchange, ErrorCode.OVERLOADED, CROWDED);
    }

    /**
     * Refuses a message. If a server refused it before, or had it and said nothing, its client may have to hear of that instead.
     *
     * @param wanted what there is to say of its last attempt
     */
    void refuse(Exchange exchange, ErrorCode wanted, String wantedSentence) {
        Exchange.Refusal last = exchange.refusal;
        ErrorCode code = OutcomeRules.toClient(wanted, last == null ? null : last.code(), exchange.handedOver);
        Exchange.Refusal byServer = last != null && code == last.code() ? last : null;
        String ours = code == wanted ? wantedSentence : code.sentence();
        String sentence = byServer == null ? ours : byServer.sentence();
        observer.refused(exchange, exchange.permit.endpoint(), code, sentence, context.now());
        finish(exchange);
        if (byServer == null) {
            exchange.refused(code, sentence);
        } else {
            exchange.refusedByServer(code, sentence, byServer.server());
        }
    }

    /**
     * Tells the client that its deadline is over. The endpoint has the message, or gets it if the attempt to connect that is under way goes
     * well, and keeps its place.
     *
     * @param held nanoseconds since it was handed over
     */
    void giveUp(Exchange exchange, Endpoint endpoint, long held) {
        if (exchange.stage == Exchange.Stage.SENT) {
            observer.delivered(exchange, endpoint, ErrorCode.TIMEOUT, held);
            observer.done(exchange);
        }
        exchange.givenUp = true;
        String sentence = ErrorCode.TIMEOUT.sentence();
        observer.refused(exchange, endpoint, ErrorCode.TIMEOUT, sentence, context.now());
        exchange.refused(ErrorCode.TIMEOUT, sentence);
    }

    /** Gives back all that the message holds. */
    void finish(Exchange exchange) {
        if (exchange.stage == Exchange.Stage.WAITING) {
            waiting.leave(exchange);
            // one that could not go may have hidden those behind it
            waiting.wake();
        }
        exchange.stage = Exchange.Stage.DONE;
        exchange.connection = null;
        kept.drop(exchange);
        deadlines.end(exchange);
        observer.done(exchange);
        if (exchange.permit.release()) {
            waiting.wakeAll();
        }
    }
}
