package io.revproc.forward;

import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.revproc.route.PolicyRoutes;
import io.revproc.route.RouteTable;
import io.revproc.route.TableObserver;
import io.revproc.tls.ForwardTls;
import io.revproc.transcript.Transcript;
import io.revproc.transport.LoopContext;
import io.revproc.upstream.Endpoint;
import io.revproc.upstream.EndpointState;
import io.revproc.upstream.PolicyLoad;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;

/**
 * Brings the messages of one event loop to the endpoints of exactly their policy and completes them, each once: with the
 * endpoint's answer, or with a named refusal. A message goes to another endpoint only if none of its bytes were handed over,
 * or its client called it idempotent. All methods are for the loop's thread, but for {@link #changed} and {@link #wake()}.
 */
public final class Forwarder implements TableObserver {
    private static final int ANSWER_SLACK = 64 * 1024;
    private static final String UNRECORDED = "The delivery record can't be written now, so nothing is delivered; try again later";

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
    private final DeadlineWheel wheel;
    private final WaitQueues waiting = new WaitQueues();
    private final Map<Endpoint, MuxConnection> connections = new IdentityHashMap<>();
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
    public Forwarder(LoopContext context, Supplier<RouteTable> table, ForwardProperties properties, int maxMessageSize,
            ForwardObserver observer, @Nullable Transcript transcript) {
        this.context = context;
        this.table = table;
        this.observer = observer;
        this.transcript = transcript;
        this.deadlineNanos = properties.deadline().toNanos();
        this.maxDeadlineNanos = properties.maxDeadline().toNanos();
        this.queueNanos = properties.queueTimeout().toNanos();
        this.part1MaxSize = properties.part1MaxMessageSize() == null
                ? Long.MAX_VALUE
                : properties.part1MaxMessageSize().toBytes();
        this.maxAnswerSize = maxMessageSize + ANSWER_SLACK;
        this.retryBudget = properties.retryBudget();
        this.wheel = new DeadlineWheel(System.nanoTime());
        this.connector = new Connector(context, properties);
    }

    /** What tells the other loops that a place became free. */
    public void othersWake(Runnable wakeOthers) {
        othersWake = wakeOthers;
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
        exchange.deadlineNanos = exchange.arrivedNanos + wanted;
        arm(exchange);
        if (messages != null) {
            messages.arrived(exchange, bytes, fields);
        }
        if (!deliveries.admit(exchange, bytes, from, to, fields.receipt())) {
            refuse(exchange, ErrorCode.OVERLOADED, UNRECORDED);
            return;
        }
        if (exchange.idempotent) {
            keep(exchange, bytes, from, to);
            budget(exchange).earn();
        }
        PolicyRoutes routes = exchange.routes;
        // Those that wait come first.
        Endpoint endpoint = waiting.hasWaiting(routes.load()) ? null : acquire(exchange, routes);
        if (endpoint != null) {
            send(exchange, endpoint, bytes, from, to, fields);
        } else if (unavailable(exchange, routes)) {
            refuseUnavailable(exchange);
        } else {
            keep(exchange, bytes, from, to);
            await(exchange);
        }
    }

    /** Nobody waits for the answer any more. A message that was not handed over is not sent. */
    public void cancel(Exchange exchange) {
        exchange.cancelled = true;
        boolean unsent = exchange.stage == Exchange.Stage.WAITING
                || exchange.stage == Exchange.Stage.CONNECTING && exchange.connection instanceof MuxConnection mux
                        && mux.abandon(exchange);
        if (unsent) {
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

    private @Nullable Endpoint acquire(Exchange exchange, PolicyRoutes routes) {
        if (!routes.load().hasRoom()) {
            // Asked first: a message that can't go must use up neither a trial nor a server's turn.
            return null;
        }
        for (Endpoint endpoint : routes.onTrial()) {
            long now = context.now();
            if (mayTake(exchange, endpoint) && endpoint.hasRoom() && endpoint.claimTrial(now, now + deadlineNanos)) {
                if (enter(exchange, endpoint, routes, EndpointState::onTrial)) {
                    return endpoint;
                }
                endpoint.trialAt(now);
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
            wakeAll();
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
            MuxConnection connection = connections.get(endpoint);
            exchange.candidate = connection;
            return connection == null || connection.accepts();
        }
        if (endpoint.spec().proto() == 1 && exchange.size > part1MaxSize) {
            exchange.tooLargeForPart1 = true;
            return false;
        }
        return true;
    }

    /** Whether waiting is of no use: no endpoint that is alive is left for this message. */
    private static boolean unavailable(Exchange exchange, PolicyRoutes routes) {
        for (Endpoint endpoint : routes.selectable()) {
            if (!exchange.tried(endpoint) && !(exchange.tooLargeForPart1 && endpoint.spec().proto() == 1)) {
                return false;
            }
        }
        return true;
    }

    private void refuseUnavailable(Exchange exchange) {
        if (exchange.tooLargeForPart1) {
            refuse(exchange, ErrorCode.TOO_LARGE, "The message is over the size limit of this policy's servers");
        } else if (exchange.retried) {
            refuse(exchange, ErrorCode.SERVER_FAILED);
        } else {
            refuse(exchange, ErrorCode.NO_LIVE_SERVER);
        }
    }

    private void await(Exchange exchange) {
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
        if (othersWake != null) {
            // a place that another loop gave back before it could see this message wait
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
            // a traceparent that is spelt with escapes, or is no string, stands where it is: a second one is none
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
            connection.send(exchange, bytes, from, to, fields);
            if (transcript != null) {
                transcript.portOpen();
            }
            return;
        }
        keep(exchange, bytes, from, to);
        if (connection == null) {
            connection = new MuxConnection(this, endpoint);
            connections.put(endpoint, connection);
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
        if (!exchange.idempotent) {
            exchange.message = null;
        }
        portOpen(exchange);
    }

    void portOpen(Exchange exchange) {
        exchange.sentNanos = context.now();
        if (transcript != null) {
            transcript.portOpen();
        }
    }

    private static void keep(Exchange exchange, byte[] bytes, int from, int to) {
        if (exchange.message == null) {
            exchange.message = Arrays.copyOfRange(bytes, from, to);
        }
    }

    /** Opens a connection; {@link Connector#connect}. */
    void connect(Endpoint endpoint, ChannelHandler handler, Consumer<Channel> connected, Runnable unreachable) {
        connector.connect(endpoint, handler, connected, unreachable);
    }

    /** A connection is no more. */
    void closed(MuxConnection connection, Endpoint endpoint) {
        connections.remove(endpoint, connection);
    }

    void answered(Exchange exchange, Endpoint endpoint, byte[] bytes, int from, int to, int cutStart, int cutEnd) {
        long now = context.now();
        long nanos = now - exchange.sentNanos;
        endpoint.tally(context.index()).answered(nanos, exchange.size, to - from);
        exchange.routes.load().durations(context.index()).record(now - exchange.arrivedNanos);
        observer.answered(endpoint, nanos);
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
        endpoint.tally(context.index()).failed(code);
        observer.failed(endpoint, code);
        deliveries.delivered(exchange, endpoint, code, context.now() - exchange.sentNanos);
        if (exchange.idempotent && deliveries.admitAgain(exchange) && budget(exchange).spend()) {
            exchange.retried = true;
            redispatch(exchange, endpoint);
        } else {
            refuse(exchange, code);
        }
    }

    /** The endpoint could not be reached; none of these messages were handed over. */
    void unreachable(Endpoint endpoint, Collection<Exchange> exchanges) {
        endpoint.tally(context.index()).unreachable();
        observer.unreachable(endpoint);
        for (Exchange exchange : exchanges) {
            redispatch(exchange, endpoint);
        }
    }

    private void redispatch(Exchange exchange, Endpoint failed) {
        if (exchange.cancelled) {
            cancelled(exchange);
            return;
        }
        exchange.addTried(failed);
        exchange.connection = null;
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
            refuse(exchange, exchange.retried ? ErrorCode.SERVER_FAILED : ErrorCode.NO_SERVER);
            return;
        }
        Endpoint endpoint = acquire(exchange, routes);
        if (endpoint == null && unavailable(exchange, routes)) {
            refuseUnavailable(exchange);
            return;
        }
        routes.load().countRetry(exchange.retried);
        if (endpoint != null) {
            sendOn(exchange, endpoint);
        } else {
            await(exchange);
        }
    }

    private void refuse(Exchange exchange, ErrorCode code) {
        refuse(exchange, code, code.sentence());
    }

    private void refuse(Exchange exchange, ErrorCode code, String sentence) {
        Endpoint endpoint = exchange.permit.endpoint();
        if (endpoint == null) {
            exchange.routes.load().countRefused(code);
        } else {
            endpoint.tally(context.index()).refused(code);
        }
        if (messages != null) {
            messages.ended(exchange, endpoint, code, 0, context.now());
        }
        finish(exchange);
        if (transcript != null) {
            transcript.refused(sentence);
        }
        exchange.refused(code, sentence);
    }

    /** Gives back all that the message holds. */
    private void finish(Exchange exchange) {
        if (exchange.stage == Exchange.Stage.WAITING) {
            leaveQueue(exchange);
        }
        exchange.stage = Exchange.Stage.DONE;
        exchange.connection = null;
        exchange.message = null;
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
        EndpointConnection connection = exchange.connection;
        Endpoint endpoint = exchange.permit.endpoint();
        boolean unsent = connection != null && connection.abandon(exchange);
        if (unsent) {
            refuse(exchange, ErrorCode.NO_LIVE_SERVER);
            return;
        }
        if (endpoint != null) {
            endpoint.tally(context.index()).failed(ErrorCode.TIMEOUT);
            observer.failed(endpoint, ErrorCode.TIMEOUT);
            deliveries.delivered(exchange, endpoint, ErrorCode.TIMEOUT, context.now() - exchange.sentNanos);
        }
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
            Exchange exchange;
            while ((exchange = waiting.peek(load)) != null && goesOn(exchange)) {
                // the next one may go as well
            }
        }
    }

    /** Whether the message left the queue, this way or that. */
    private boolean goesOn(Exchange exchange) {
        PolicyRoutes routes = table.get().find(exchange.routes.policy().text());
        Endpoint endpoint = routes == null ? null : acquire(exchange, routes);
        if (endpoint != null) {
            leaveQueue(exchange);
            sendOn(exchange, endpoint);
            return true;
        }
        if (routes == null) {
            refuse(exchange, ErrorCode.NO_SERVER);
            return true;
        }
        if (unavailable(exchange, routes)) {
            refuseUnavailable(exchange);
            return true;
        }
        return false;
    }

    /** An endpoint may have come, risen or gone. Called by the switch table, on any thread. */
    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable newest) {
        wake();
        if (change == Change.REMOVED && endpoint.spec().mux()) {
            context.loop().execute(() -> {
                MuxConnection connection = connections.get(endpoint);
                if (connection != null) {
                    connection.retire();
                }
            });
        }
    }
}
