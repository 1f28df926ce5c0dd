package io.revproc.proxy.forward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.Standstill;
import io.revproc.proxy.route.TableObserver;
import io.revproc.proxy.tls.ForwardTls;
import io.revproc.proxy.transcript.Transcript;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.LoopContext;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the messages of one event loop to the endpoints of exactly their policy and completes them, each once: with the
 * endpoint's answer, or with a named refusal. A message goes to another endpoint only if none of its bytes were handed over,
 * or its client called it idempotent. All methods are for the loop's thread, but for {@link #changed} and {@link #wake()}.
 */
public final class Forwarder implements TableObserver {
    private static final Logger log = LoggerFactory.getLogger(Forwarder.class);
    private static final int ANSWER_SLACK = 64 * 1024;
    /** So many servers may refuse a message before its client hears of it. */
    private static final int MAX_REFUSALS = 3;
    private static final long SHORT_OF_SOCKETS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String CROWDED = "Too many large messages wait for their servers; try again later";
    private static final String UNRECORDED = "The delivery record can't be written now, so nothing is delivered; try again later";
    private static final String OUT_OF_DATE = "The reverse proxy stood still and has yet to hear whether its servers are the same; "
            + "send the message again";

    private final LoopContext context;
    private final Supplier<RouteTable> table;
    private final ForwardObserver observer;
    private final @Nullable Transcript transcript;
    private final long deadlineNanos;
    private final long maxDeadlineNanos;
    private final long queueNanos;
    private final long part1MaxSize;
    private final int maxAnswerSize;
    private final int retryBudget;
    private final Connector connector;
    private final Upstreams upstreams = new Upstreams();
    private final Placement placement;
    private KeptMessages kept;
    private @Nullable HeldMemory answers;
    private final LineLimit lines = new LineLimit(System::nanoTime);
    private final DeadlineWheel wheel;
    private final WaitQueues waiting = new WaitQueues();
    /** Each goes with its policy. */
    private final Map<PolicyLoad, RetryBudget> budgets = new WeakHashMap<>();
    private final MessageScanner keptScanner = new MessageScanner();
    private final AtomicBoolean wakeAsked = new AtomicBoolean();
    private volatile boolean anyWaiting;
    private boolean ticking;
    /** Tells the other loops that a place became free; null if there are none. */
    private @Nullable Runnable othersWake;
    private DeliveryLog deliveries = DeliveryLog.NONE;
    private @Nullable MessageLog messages;

    /**
     * @param table          the newest snapshot
     * @param maxMessageSize the largest message of a client, in bytes
     */
    public Forwarder(LoopContext context, Supplier<RouteTable> table, ForwardSettings properties, int maxMessageSize,
            ForwardObserver observer, @Nullable Transcript transcript) {
        this.context = context;
        this.table = table;
        this.observer = observer;
        this.transcript = transcript;
        this.deadlineNanos = properties.deadline().toNanos();
        this.maxDeadlineNanos = properties.maxDeadline().toNanos();
        this.queueNanos = properties.queueTimeout().toNanos();
        this.part1MaxSize = properties.part1MaxMessageSize();
        this.maxAnswerSize = maxMessageSize + ANSWER_SLACK;
        this.kept = new KeptMessages(Long.MAX_VALUE, maxMessageSize);
        this.retryBudget = properties.retryBudget();
        this.wheel = new DeadlineWheel(System.nanoTime());
        this.connector = new Connector(context, properties);
        this.placement = new Placement(context, upstreams, deadlineNanos, this::wakeAll);
    }

    /** What tells the other loops that a place became free. */
    public void othersWake(Runnable wakeOthers) {
        othersWake = wakeOthers;
    }

    /**
     * Sets the bounds that the loops share; call before the first message.
     *
     * @param messages what is kept of messages
     * @param halves   what is held of servers' answers that are not complete
     */
    public Forwarder boundedBy(KeptMessages messages, HeldMemory halves) {
        kept = messages;
        answers = halves;
        return this;
    }

    /** Opens the account of a connection to a server; null if there is no bound. */
    HeldMemory.@Nullable Account account(HeldMemory.Holder holder) {
        HeldMemory bound = answers;
        return bound == null ? null : bound.open(context.loop(), null, holder);
    }

    /** What takes down the deliveries; said before the first message. */
    public Forwarder recordedBy(DeliveryLog log) {
        deliveries = log;
        return this;
    }

    /** How servers are reached that want TLS; said before the first message. @param tls null: not at all */
    public Forwarder securedBy(@Nullable ForwardTls tls) {
        connector.secure(tls);
        return this;
    }

    /** Sets what knows whether the table may be out of date; said before the first message. @param check null: it never is */
    public Forwarder checkedBy(@Nullable Standstill check) {
        placement.checkedBy(check);
        return this;
    }

    /** Whether the endpoint may be another server's place by now. */
    boolean outOfDate(Endpoint endpoint) {
        return endpoint.spec().proto() == 1 && placement.outOfDate();
    }

    /** What is told of every message from now on; on this loop, or before the first message. */
    public Forwarder loggedBy(@Nullable MessageLog log) {
        messages = log;
        return this;
    }

    /** What is told of every message; null if nothing is. */
    public @Nullable MessageLog messages() {
        return messages;
    }

    LoopContext context() {
        return context;
    }

    int maxAnswerSize() {
        return maxAnswerSize;
    }

    /** The proxy's own deadline. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    /**
     * Sends a message on.
     *
     * @param bytes          holds the message from {@code from} to {@code to}; valid for the call
     * @param deadlineMillis how long the client waits; 0 if it did not say
     */
    public void forward(Exchange exchange, byte[] bytes, int from, int to, MessageFields fields, int deadlineMillis) {
        long wanted = deadlineMillis == 0
                ? deadlineNanos
                : Math.min(TimeUnit.MILLISECONDS.toNanos(deadlineMillis), maxDeadlineNanos);
        exchange.clientsDeadline = wanted < deadlineNanos;
        exchange.deadlineNanos = exchange.arrivedNanos + wanted;
        exchange.tooLarge = Part1Message.isOver(part1MaxSize, bytes, from, to, fields);
        arm(exchange);
        if (messages != null) {
            messages.arrived(exchange, bytes, fields);
        }
        if (!deliveries.admit(exchange, bytes, from, to, fields.receipt())) {
            refuse(exchange, ErrorCode.OVERLOADED, UNRECORDED);
            return;
        }
        PolicyRoutes routes = exchange.routes;
        boolean room = kept.hasRoom(routes.load(), exchange.size);
        if (!room && mayBeKept(exchange, routes)) {
            refuseForMemory(exchange);
            return;
        }
        if (exchange.idempotent) {
            keep(exchange, bytes, from, to);
            budget(exchange).earn();
        }
        if (routes.onTrial().length > 0) {
            routes.load().trials().passed();
        }
        // Those that wait come first.
        Endpoint endpoint = waiting.hasWaiting(routes.load()) ? null : placement.acquire(exchange, routes);
        if (endpoint != null) {
            send(exchange, endpoint, bytes, from, to, fields);
        } else if (placement.unavailable(exchange, routes)) {
            refuseUnavailable(exchange);
        } else if (!room) {
            refuseForMemory(exchange);
        } else {
            keep(exchange, bytes, from, to);
            await(exchange);
        }
    }

    /** Nobody waits for the answer any more. A message that was not handed over is not sent. */
    public void cancel(Exchange exchange) {
        exchange.cancelled = true;
        Endpoint endpoint = exchange.permit.endpoint();
        EndpointConnection connection = exchange.connection;
        if (exchange.stage == Exchange.Stage.WAITING) {
            cancelled(exchange);
        } else if (endpoint != null && connection != null && exchange.stage == Exchange.Stage.CONNECTING
                && connection.withdraw(exchange)) {
            placement.giveBackTrial(exchange, endpoint, context.now());
            cancelled(exchange);
        }
        // Else the endpoint's answer ends it. A connection that is being opened for one message gets it all the same: one
        // that is closed without a message kills some servers.
    }

    private void cancelled(Exchange exchange) {
        exchange.routes.load().countCancelled();
        if (messages != null) {
            messages.ended(exchange, null, null, -1, context.now());
        }
        finish(exchange);
    }

    private void refuseUnavailable(Exchange exchange) {
        if (exchange.tooLargeForPart1) {
            refuse(exchange, ErrorCode.TOO_LARGE, "The message is over the size limit of this policy's servers");
        } else if (exchange.shortOfSockets) {
            refuse(exchange, ErrorCode.OVERLOADED, "The reverse proxy can't open another connection now");
        } else if (placement.outOfDate()) {
            refuse(exchange, ErrorCode.NO_LIVE_SERVER, OUT_OF_DATE);
        } else {
            refuse(exchange, ErrorCode.NO_LIVE_SERVER);
        }
    }

    private void await(Exchange exchange) {
        boolean others = waiting.hasWaiting(exchange.routes.load());
        if (!waiting.offer(exchange)) {
            refuse(exchange, ErrorCode.OVERLOADED);
            return;
        }
        anyWaiting = true;
        exchange.stage = Exchange.Stage.WAITING;
        wheel.remove(exchange);
        long deadline = exchange.deadlineNanos;
        exchange.deadlineNanos = Math.min(deadline, context.now() + queueNanos);
        exchange.finalDeadlineNanos = deadline;
        wheel.add(exchange);
        if (others || othersWake != null) {
            // a place that those before it can't use, or that another loop gave back before it could see this message wait
            wake();
        }
    }

    private void leaveQueue(Exchange exchange) {
        waiting.remove(exchange);
        anyWaiting = !waiting.isEmpty();
        exchange.stage = Exchange.Stage.NEW;
        wheel.remove(exchange);
        exchange.deadlineNanos = exchange.finalDeadlineNanos;
        wheel.add(exchange);
    }

    private void send(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to, MessageFields fields) {
        Trace trace = exchange.trace();
        if (trace != null && endpoint.spec().proto() > 1) {
            byte[] traced = TracedMessage.of(bytes, from, to, fields, trace);
            // a traceparent that is spelt with escapes stands where it is: a second one is none
            if (keptScanner.scan(traced, 0, traced.length) == traced.length) {
                handOver(exchange, endpoint, traced, 0, traced.length, keptScanner.fields());
                return;
            }
            keptScanner.scan(bytes, from, to);
            handOver(exchange, endpoint, bytes, from, to, keptScanner.fields());
            return;
        }
        handOver(exchange, endpoint, bytes, from, to, fields);
    }

    private void handOver(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to, MessageFields fields) {
        exchange.sentNanos = context.now();
        exchange.setupNanos = endpoint.setupNanos();
        if (transcript != null) {
            transcript.forwarding(endpoint, bytes, from, to);
        }
        if (!endpoint.spec().mux()) {
            keep(exchange, bytes, from, to);
            byte[] message = endpoint.spec().proto() == 1 ? Part1Message.of(bytes, from, to, fields) : exchange.kept();
            new OneMessageConnection(this, endpoint, exchange, message).connect();
            return;
        }
        MuxConnection connection = exchange.candidate;
        if (connection != null && connection.isOpen()) {
            if (mayGoElsewhere(exchange) && kept.hasRoom(exchange.routes.load(), exchange.size)) {
                keep(exchange, bytes, from, to);
            }
            connection.send(exchange, bytes, from, to, fields);
            if (transcript != null) {
                transcript.portOpen();
            }
            return;
        }
        keep(exchange, bytes, from, to);
        if (connection == null) {
            connection = new MuxConnection(this, endpoint);
            upstreams.keep(endpoint, connection);
            connection.sendLater(exchange);
            connection.connect();
        } else {
            connection.sendLater(exchange);
        }
    }

    /** Sends a message whose turn it came in is over. */
    private void sendOn(Exchange exchange, Endpoint endpoint) {
        byte[] message = exchange.kept();
        keptScanner.scan(message, 0, message.length);
        send(exchange, endpoint, message, 0, message.length, keptScanner.fields());
    }

    /** Sends a message that waited for its connection. */
    void sendKept(Exchange exchange, MuxConnection connection) {
        byte[] message = exchange.kept();
        keptScanner.scan(message, 0, message.length);
        connection.send(exchange, message, 0, message.length, keptScanner.fields());
        if (!exchange.idempotent && !mayGoElsewhere(exchange)) {
            drop(exchange);
        }
        portOpen(exchange);
    }

    void portOpen(Exchange exchange) {
        exchange.sentNanos = context.now();
        if (transcript != null) {
            transcript.portOpen();
        }
    }

    /**
     * Whether another server could get the message if its first one refuses it. The copy that this takes is made only where a server
     * has refused so before: nearly none ever does.
     */
    private static boolean mayGoElsewhere(Exchange exchange) {
        return exchange.routes.load().isRefusing() && exchange.routes.size() > 1;
    }

    private void keep(Exchange exchange, byte[] bytes, int from, int to) {
        if (exchange.message == null) {
            exchange.message = Arrays.copyOfRange(bytes, from, to);
            kept.add(exchange.routes.load(), exchange.size);
        }
    }

    private void drop(Exchange exchange) {
        if (exchange.message != null) {
            exchange.message = null;
            kept.remove(exchange.routes.load(), exchange.size);
        }
    }

    /** Whether the message has to be kept whichever server gets it, or may have to be. */
    private static boolean mayBeKept(Exchange exchange, PolicyRoutes routes) {
        if (exchange.idempotent) {
            return true;
        }
        for (Endpoint endpoint : routes.selectable()) {
            if (!endpoint.spec().mux()) {
                return true;
            }
        }
        return false;
    }

    private void refuseForMemory(Exchange exchange) {
        kept.countRefused();
        refuse(exchange, ErrorCode.OVERLOADED, CROWDED);
    }

    /** Opens a connection; {@link Connector#connect}. */
    void connect(Endpoint endpoint, ChannelHandler handler, Consumer<Channel> connected,
            Consumer<ConnectFailure> failed) {
        connector.connect(endpoint, handler, connected, failed);
    }

    /** No new messages go on this connection any more. */
    void closed(MuxConnection connection, Endpoint endpoint) {
        upstreams.remove(endpoint, connection);
    }

    void answered(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to, int cutStart, int cutEnd) {
        long now = context.now();
        long nanos = now - exchange.sentNanos;
        observer.answered(endpoint, nanos);
        if (exchange.givenUp) {
            finish(exchange);
            return;
        }
        endpoint.tally(context.index()).answered(nanos, exchange.size, to - from);
        exchange.routes.load().durations(context.index()).record(now - exchange.arrivedNanos);
        if (messages != null) {
            messages.ended(exchange, endpoint, null, to - from, now);
        }
        boolean receipted = exchange.receiptDigest != null;
        if (receipted) {
            byte[] answer = Receipts.copyForReceipt(bytes, from, to, cutStart, cutEnd);
            deliveries.delivered(exchange, endpoint, nanos, receipt -> replied(exchange, answer, receipt));
        } else {
            deliveries.delivered(exchange, endpoint, null, nanos);
        }
        finish(exchange);
        if (transcript != null) {
            transcript.answered(bytes, from, to);
        }
        if (!receipted) {
            exchange.replied(bytes, from, to, cutStart, cutEnd);
        }
        if (transcript != null) {
            transcript.table(table.get());
        }
    }

    private static void replied(Exchange exchange, byte[] answer, byte @Nullable [] receipt) {
        byte[] reply = Receipts.with(answer, receipt);
        exchange.replied(reply, 0, reply.length, 0, 0);
    }

    /** The endpoint had the message and did not answer it. */
    void failed(Exchange exchange, Endpoint endpoint, ErrorCode code) {
        long nanos = context.now() - exchange.sentNanos;
        endpoint.tally(context.index()).failed(code);
        observer.failed(endpoint, code, nanos);
        if (exchange.givenUp) {
            finish(exchange);
            return;
        }
        exchange.handedOver = true;
        deliveries.delivered(exchange, endpoint, code, nanos);
        if (exchange.idempotent && deliveries.admitAgain(exchange) && budget(exchange).spend()) {
            exchange.addTried(endpoint);
            redispatch(exchange);
        } else {
            refuse(exchange, code);
        }
    }

    /**
     * The endpoint refused this one message. It lives, and nothing else at it is touched.
     *
     * @param code      that it named
     * @param retryable whether it said that it has handled nothing of the message
     * @param present   whether the connection is of the endpoint's present lease; what is said on another one tells nothing about it
     */
    void refusedByServer(Exchange exchange, Endpoint endpoint, ErrorCode code, boolean retryable, String sentence,
            boolean present) {
        long nanos = context.now() - exchange.sentNanos;
        if (code == ErrorCode.NOT_SERVED && endpoint.spec().proto() > 1) {
            notServed(endpoint, present);
        } else {
            observer.answered(endpoint, nanos);
        }
        if (exchange.givenUp) {
            finish(exchange);
            return;
        }
        deliveries.delivered(exchange, endpoint, ErrorCode.SERVER_FAILED, nanos);
        OutcomeRules.ServerRefusal refusal = OutcomeRules.refusal(code, retryable, endpoint.spec().proto());
        String told = refusal.code() == code && endpoint.spec().proto() > 1 && !sentence.isEmpty()
                ? sentence
                : refusal.code().sentence();
        exchange.refusal = new Exchange.Refusal(refusal.code(), told);
        if (refusal.elsewhere()) {
            exchange.routes.load().refusing();
        }
        if (refusal.elsewhere() && exchange.message != null && ++exchange.refusals < MAX_REFUSALS
                && deliveries.admitAgain(exchange)) {
            if (present) {
                exchange.addTried(endpoint);
            }
            redispatch(exchange);
            return;
        }
        refuse(exchange, refusal.code(), told);
    }

    /** A message came to a server that does not serve its policy. It has handled nothing, but the table was wrong. */
    private void notServed(Endpoint endpoint, boolean present) {
        endpoint.tally(context.index()).notServed();
        if (present) {
            observer.notServed(endpoint);
        }
        long unlogged = lines.next();
        if (unlogged >= 0) {
            log.warn("event=not_served policy={} server={} lease={} unlogged={}",
                    LogValue.of(endpoint.spec().policy().text()), LogValue.of(endpoint.toString()),
                    present ? "present" : "replaced", unlogged);
        }
    }

    /** What an endpoint said was no answer. */
    void breach(Endpoint endpoint, String what) {
        long unlogged = lines.next();
        if (unlogged >= 0) {
            log.warn("event=upstream_breach server={} reason={} unlogged={}", LogValue.of(endpoint.toString()),
                    LogValue.of(what), unlogged);
        }
    }

    /** No connection to the endpoint came about; none of these messages were handed over. */
    void unconnected(Endpoint endpoint, Collection<Exchange> exchanges, ConnectFailure failure) {
        if (failure == ConnectFailure.OURS) {
            long unlogged = lines.next();
            if (unlogged >= 0) {
                log.warn(
                        "event=connect_failed server={} reason=\"no descriptor or no port left in this process\" unlogged={}",
                        LogValue.of(endpoint.toString()), unlogged);
            }
        } else {
            endpoint.tally(context.index()).unreachable();
            observer.unreachable(endpoint);
        }
        for (Exchange exchange : exchanges) {
            if (failure == ConnectFailure.OURS) {
                exchange.shortOfSockets = true;
                placement.giveBackTrial(exchange, endpoint, context.now() + SHORT_OF_SOCKETS_NANOS);
            }
            exchange.addTried(endpoint);
            redispatch(exchange);
        }
    }

    /** These messages were not sent, for a reason that says nothing about the endpoint; they may go there again. */
    void unsent(Endpoint endpoint, Collection<Exchange> exchanges) {
        for (Exchange exchange : exchanges) {
            placement.giveBackTrial(exchange, endpoint, context.now());
            redispatch(exchange);
        }
    }

    private void redispatch(Exchange exchange) {
        if (exchange.givenUp) {
            finish(exchange);
            return;
        }
        if (exchange.cancelled) {
            cancelled(exchange);
            return;
        }
        exchange.connection = null;
        exchange.trial = false;
        exchange.stage = Exchange.Stage.NEW;
        if (exchange.permit.release()) {
            wakeAll();
        }
        place(exchange);
    }

    /** Gives a kept message to an endpoint of the newest snapshot, or lets it wait, or refuses it. */
    private void place(Exchange exchange) {
        PolicyRoutes routes = table.get().find(exchange.routes.policy().text());
        if (routes == null) {
            refuse(exchange, ErrorCode.NO_SERVER);
            return;
        }
        Endpoint endpoint = placement.acquire(exchange, routes);
        if (endpoint == null && placement.unavailable(exchange, routes)) {
            refuseUnavailable(exchange);
            return;
        }
        routes.load().countRetry(exchange.handedOver);
        if (endpoint != null) {
            sendOn(exchange, endpoint);
        } else {
            await(exchange);
        }
    }

    private void refuse(Exchange exchange, ErrorCode code) {
        refuse(exchange, code, code.sentence());
    }

    private void refuse(Exchange exchange, ErrorCode wanted, String wantedSentence) {
        Exchange.Refusal last = exchange.refusal;
        ErrorCode code = OutcomeRules.toClient(wanted, last == null ? null : last.code(), exchange.handedOver);
        ended(exchange, code);
        finish(exchange);
        if (last != null && code == last.code()) {
            tell(exchange, code, last.sentence(), true);
        } else {
            tell(exchange, code, code == wanted ? wantedSentence : code.sentence(), false);
        }
    }

    private void ended(Exchange exchange, ErrorCode code) {
        Endpoint endpoint = exchange.permit.endpoint();
        if (endpoint == null) {
            exchange.routes.load().countRefused(code);
        } else {
            endpoint.tally(context.index()).refused(code);
        }
        if (messages != null) {
            messages.ended(exchange, endpoint, code, 0, context.now());
        }
    }

    private void tell(Exchange exchange, ErrorCode code, String sentence, boolean byServer) {
        if (transcript != null) {
            transcript.refused(sentence);
        }
        if (byServer) {
            exchange.refusedByServer(code, sentence);
        } else {
            exchange.refused(code, sentence);
        }
    }

    /** Gives back all that the message holds. */
    private void finish(Exchange exchange) {
        if (exchange.stage == Exchange.Stage.WAITING) {
            leaveQueue(exchange);
            // one that could not go may have hidden those behind it
            wake();
        }
        exchange.stage = Exchange.Stage.DONE;
        exchange.connection = null;
        drop(exchange);
        wheel.remove(exchange);
        deliveries.done(exchange);
        if (exchange.permit.release()) {
            wakeAll();
        }
    }

    private void arm(Exchange exchange) {
        wheel.add(exchange);
        if (!ticking) {
            ticking = true;
            context.loop().schedule(this::tick, DeadlineWheel.TICK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void tick() {
        wheel.advance(System.nanoTime(), this::expired);
        ticking = !wheel.isEmpty();
        if (ticking) {
            context.loop().schedule(this::tick, DeadlineWheel.TICK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void expired(Exchange exchange) {
        if (exchange.stage == Exchange.Stage.WAITING) {
            refuse(exchange, ErrorCode.OVERLOADED);
            return;
        }
        Endpoint endpoint = exchange.permit.endpoint();
        EndpointConnection connection = exchange.connection;
        if (endpoint == null || connection == null) {
            refuse(exchange, ErrorCode.TIMEOUT);
            return;
        }
        if (exchange.stage == Exchange.Stage.CONNECTING && connection.withdraw(exchange)) {
            placement.giveBackTrial(exchange, endpoint, context.now());
            refuse(exchange, ErrorCode.NO_LIVE_SERVER);
            return;
        }
        long held = context.now() - exchange.sentNanos;
        if (OutcomeRules.overdue(held, exchange.clientsDeadline, deadlineNanos)) {
            timedOut(exchange, endpoint, connection, held);
        } else if (endpoint.state().liveness() == EndpointState.Liveness.REMOVED) {
            connection.abandon(exchange);
            if (!exchange.givenUp) {
                giveUp(exchange, endpoint, held);
            }
            finish(exchange);
        } else {
            // The server keeps its place until it has answered or the proxy's own deadline is over: only that says something about it.
            if (!exchange.givenUp) {
                giveUp(exchange, endpoint, held);
            }
            exchange.clientsDeadline = true;
            exchange.deadlineNanos = exchange.sentNanos + deadlineNanos;
            arm(exchange);
        }
    }

    /** The client's deadline is over. */
    private void giveUp(Exchange exchange, Endpoint endpoint, long held) {
        deliveries.delivered(exchange, endpoint, ErrorCode.TIMEOUT, held);
        deliveries.done(exchange);
        exchange.givenUp = true;
        ended(exchange, ErrorCode.TIMEOUT);
        tell(exchange, ErrorCode.TIMEOUT, ErrorCode.TIMEOUT.sentence(), false);
    }

    /** The proxy's own deadline is over. */
    private void timedOut(Exchange exchange, Endpoint endpoint, EndpointConnection connection, long held) {
        connection.abandon(exchange);
        endpoint.tally(context.index()).failed(ErrorCode.TIMEOUT);
        observer.failed(endpoint, ErrorCode.TIMEOUT, held);
        if (exchange.givenUp) {
            finish(exchange);
            return;
        }
        deliveries.delivered(exchange, endpoint, ErrorCode.TIMEOUT, held);
        refuse(exchange, ErrorCode.TIMEOUT);
    }

    private RetryBudget budget(Exchange exchange) {
        return budgets.computeIfAbsent(exchange.routes.load(), load -> new RetryBudget(retryBudget));
    }

    /** A place became free: messages that wait, here and on other loops, may go. */
    void wakeAll() {
        wake();
        if (othersWake != null) {
            othersWake.run();
        }
    }

    /** Lets waiting messages try again, at the end of the loop's turn. Thread-safe. */
    public void wake() {
        if (anyWaiting && wakeAsked.compareAndSet(false, true)) {
            context.loop().execute(this::drain);
        }
    }

    private void drain() {
        wakeAsked.set(false);
        for (PolicyLoad load : waiting.loads()) {
            drain(load);
        }
    }

    /**
     * Gives the free places to the first messages that can use them. One that may not go to every server is passed over where it
     * can't go, and so are those like it; where one that may go anywhere can't, nobody behind it can.
     */
    private void drain(PolicyLoad load) {
        List<Exchange> stuck = new ArrayList<>(0);
        Exchange next;
        for (Exchange exchange = waiting.first(load); exchange != null; exchange = next) {
            next = exchange.waitsBefore;
            if (isLike(stuck, exchange) || goesOn(exchange)) {
                continue;
            }
            if (!placement.isRestricted(exchange)) {
                return;
            }
            stuck.add(exchange);
        }
    }

    private boolean isLike(List<Exchange> stuck, Exchange exchange) {
        for (int i = 0; i < stuck.size(); i++) {
            if (placement.alike(stuck.get(i), exchange)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the message left the queue, this way or that. */
    private boolean goesOn(Exchange exchange) {
        PolicyRoutes routes = table.get().find(exchange.routes.policy().text());
        Endpoint endpoint = routes == null ? null : placement.acquire(exchange, routes);
        if (endpoint != null) {
            leaveQueue(exchange);
            sendOn(exchange, endpoint);
            return true;
        }
        if (routes == null) {
            refuse(exchange, ErrorCode.NO_SERVER);
            return true;
        }
        if (placement.unavailable(exchange, routes)) {
            refuseUnavailable(exchange);
            return true;
        }
        return false;
    }

    /** An endpoint may have come, risen, gone, or been set up anew. Called by the switch table, on any thread. */
    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable newest) {
        wake();
        if (change != Change.REGISTERED && endpoint.spec().mux()) {
            context.loop().execute(() -> upstreams.changed(endpoint));
        }
    }
}
