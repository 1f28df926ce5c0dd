package io.revproc.proxy.listener;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.revproc.proxy.access.AddressKey;
import io.revproc.proxy.forward.RefusedMessage;
import io.revproc.proxy.registration.Answer;
import io.revproc.proxy.registration.Peer;
import io.revproc.proxy.registration.RegistrationSession;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.TurnWriter;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One accepted connection: a client's, or a server's that registers. Each message goes to an endpoint of its own policy; its
 * reply is written in order. Reading stops while too much is unanswered or the client does not take its replies.
 */
final class ClientHandler extends ChannelInboundHandlerAdapter implements ReplyQueue.Listener, HeldMemory.Holder {
    /** What becomes of the connection; only forward. */
    private enum State {
        OPEN,
        /** Takes no more messages; what is owed is still written. */
        CLOSING,
        /** All was written; the peer gets time to read it. */
        LINGERING,
        CLOSED
    }

    private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);
    private static final byte[] NONE = new byte[0];
    /** How long a peer may take to read a last refusal; closing at once would take it away from a client that still sends. */
    private static final long LINGER_MILLIS = 2_000;

    private final ListenerLoop loop;
    private final Channel channel;
    private final InetSocketAddress peer;
    private final @Nullable TlsLink tls;
    private final MessageFramer framer;
    private final TurnWriter writer;
    private final ReplyQueue replies;
    private final ConnectionClocks clocks;
    private final HeldMemory.Account memory;
    private final UnsentMemory unsent;
    private final Runnable take = this::take;
    private @Nullable RegistrationSession session;
    /** Who the peer is; looked up when something depends on it. */
    private @Nullable ClientIdentity identity;
    private State state = State.OPEN;
    /** Nothing is read: too much is unanswered or unsent, or there is no room for the rest of what has begun. */
    private boolean paused;
    private boolean inputEnded;
    /** A message was refused since the proxy drains: the connection ends once every message that has come was answered or refused. */
    private boolean leaving;
    /** The answer to a setup is yet to come: nothing more is taken before it. */
    private boolean settling;

    /** @param tls null for a connection in plain text */
    ClientHandler(ListenerLoop loop, Channel channel, InetSocketAddress peer, @Nullable TlsLink tls) {
        this.loop = loop;
        this.channel = channel;
        this.peer = peer;
        this.tls = tls;
        this.framer = loop.context.framer(loop.properties.maxMessageBytes(), loop.context.clientScanner());
        this.writer = new TurnWriter(loop.context, channel);
        this.replies = new ReplyQueue(writer, this, peer, tls == null ? null : tls.fingerprint());
        this.unsent = new UnsentMemory(loop, channel);
        this.clocks = new ConnectionClocks(loop.context.now());
        this.memory = loop.partial.open(loop.context.loop(), AddressKey.of(peer.getAddress()), this);
    }

    int owed() {
        return replies.owed() + (settling ? 1 : 0);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        clocks.read(loop.context.now());
        loop.add(this);
        loop.observer.connected(peer);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        clocks.read(loop.context.now());
        if (state != State.OPEN) {
            ((ByteBuf) msg).release();
        } else {
            loop.context.offer((ByteBuf) msg, framer, take);
        }
    }

    /** Takes messages as long as the connection may have more of them in flight. */
    private void take() {
        boolean complete = false;
        while (state == State.OPEN && mayTake()) {
            MessageFramer.Event event = framer.poll();
            if (event == MessageFramer.Event.NEED_MORE) {
                break;
            }
            complete = true;
            switch (event) {
                case MESSAGE -> message(framer.array(), framer.start(), framer.end(), framer.scanner());
                case BAD_MESSAGE -> malformed(ErrorCode.BAD_MESSAGE, framer.reason());
                case TOO_LARGE -> {
                    malformed(ErrorCode.TOO_LARGE,
                            "A message has at most " + loop.properties.maxMessageBytes() + " bytes");
                    closeAfterReplies();
                }
                default -> {
                    malformed(ErrorCode.BAD_MESSAGE, framer.reason());
                    closeAfterReplies();
                }
            }
        }
        if (state != State.OPEN) {
            drop();
            return;
        }
        clocks.taken(complete, framer.hasPartial(), loop.context.now());
        memory.hold(framer.held(), clocks.begun(), loop.context.now());
        if (state == State.OPEN && !paused && !mayRead()) {
            pause();
        }
    }

    private boolean mayTake() {
        return !settling && replies.owed() < loop.properties.maxUnanswered() && channel.isWritable();
    }

    private boolean mayRead() {
        return mayTake() && memory.hasRoom();
    }

    private void pause() {
        paused = true;
        clocks.pause(loop.context.now());
        channel.config().setAutoRead(false);
        if (!memory.hasRoom()) {
            memory.awaitRoom();
        }
    }

    /** Nothing more is taken from what came. */
    private void drop() {
        framer.close();
        memory.close();
    }

    /** Ends the connection: incomplete messages take too much memory, and this one has cost the most. */
    @Override
    public void giveUp() {
        if (state == State.OPEN) {
            refuseIncomplete(ErrorCode.OVERLOADED,
                    "The proxy holds too many incomplete messages; connect again and send the message in one go");
        }
        drop();
    }

    /** Refuses what has begun and is not complete; the framing is lost with it. */
    private void refuseIncomplete(ErrorCode code, String sentence) {
        int bytes = framer.waiting();
        drop();
        loop.tally.refused(code);
        loop.forwarder.observer().refused(new RefusedMessage(peer, null, NONE, NONE, code, bytes));
        replies.answer(Refusals.of(code, sentence, NONE, NONE));
        closeAfterReplies();
    }

    private void message(byte[] bytes, int from, int to, MessageScanner scanner) {
        int type = scanner.type();
        if (type == 0) {
            data(bytes, from, to, scanner);
        } else if (type == MessageScanner.NO_TYPE) {
            refuse(ErrorCode.BAD_MESSAGE, "type is missing");
        } else {
            registration(bytes, from, to, type);
        }
    }

    private void data(byte[] bytes, int from, int to, MessageScanner scanner) {
        MessageFields fields = scanner.fields();
        String problem = scanner.dataProblem();
        if (problem != null) {
            refuse(ErrorCode.BAD_MESSAGE, problem);
            return;
        }
        loop.observer.received(bytes, from, to);
        if (loop.draining()) {
            refuse(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.sentence());
            leaveSoon();
            return;
        }
        PolicyRoutes routes = loop.table.routes().find(fields.policyArray(), fields.policyStart(), fields.policyEnd());
        if (loop.rules != null && !admitted(loop.rules, routes, fields)) {
            return;
        }
        if (routes == null) {
            refuse(unserved(fields), ErrorCode.NO_SERVER, ErrorCode.NO_SERVER.sentence());
            loop.observer.unforwarded(ErrorCode.NO_SERVER);
            return;
        }
        byte[] srcId = Arrays.copyOfRange(bytes, fields.srcIdStart(), fields.srcIdEnd());
        ClientExchange exchange = new ClientExchange(replies, routes, loop.context.now(), to - from,
                fields.idempotent(), Arrays.hashCode(srcId), msgId(bytes, fields), srcId);
        replies.add(exchange);
        loop.forwarder.forward(exchange, bytes, from, to, fields, fields.deadlineMillis());
    }

    /** Returns the message's policy if it had a server once: its refusals are counted under its name. Null for any other. */
    private @Nullable PolicyRoutes unserved(MessageFields fields) {
        return loop.table.routes().unserved(fields.policyArray(), fields.policyStart(), fields.policyEnd());
    }

    /** Whether the policy's rule lets the message in; if not, it is refused. */
    private boolean admitted(ClientRules rules, @Nullable PolicyRoutes routes, MessageFields fields) {
        String policy = routes != null
                ? routes.policy().text()
                : new String(fields.policyArray(), fields.policyStart(), fields.policyEnd() - fields.policyStart(),
                        StandardCharsets.UTF_8);
        ErrorCode refusal = rules.refusal(policy, routes != null, identity());
        if (refusal == null) {
            return true;
        }
        refuse(routes, refusal, refusal.sentence());
        loop.observer.unforwarded(refusal);
        if (refusal.closing()) {
            closeAfterReplies();
        }
        return false;
    }

    private ClientIdentity identity() {
        ClientIdentity known = identity;
        if (known == null) {
            known = new ClientIdentity(peer.getAddress(), certificates());
            identity = known;
        }
        return known;
    }

    private List<X509Certificate> certificates() {
        return tls == null ? List.of() : tls.certificates();
    }

    private void registration(byte[] bytes, int from, int to, int type) {
        RegistrationSession open = session;
        if (open == null) {
            open = loop.registrar.open(new Peer(peer.getAddress(), certificates()), new ServerLink(channel, this));
            session = open;
        }
        ListenerObserver observer = type == 1 ? loop.observer : ListenerObserver.NONE;
        observer.setup(bytes, from, to);
        Answer answer = open.receive(bytes, from, to, type);
        observer.setupHandled();
        if (answer == Answer.LATER) {
            settling = true;
        } else {
            answer(answer);
        }
    }

    /** The answer that a setup waited for. */
    void settled(Answer answer) {
        settling = false;
        answer(answer);
        resume();
        if (state != State.OPEN && owed() == 0) {
            loop.context.atEndOfTurn(this::finish);
        }
    }

    private void answer(Answer answer) {
        if (answer.bytes().length > 0) {
            replies.answer(answer.bytes());
        }
        switch (answer.close()) {
            case AFTERWARDS -> {
                if (loop.draining()) {
                    leaveSoon();
                } else {
                    closeAfterReplies();
                }
            }
            case AT_ONCE -> {
                close(State.CLOSING);
                loop.context.atEndOfTurn(channel::close);
            }
            case NO -> {
            }
        }
    }

    /** Refuses what is no whole message; a setup that went wrong is what somebody will look for in the log. */
    private void malformed(ErrorCode code, String sentence) {
        MessageScanner scanner = framer.scanner();
        if (scanner.fields().start() == framer.start() && scanner.type() == 1) {
            loop.registrar.malformed(peer.getAddress(), sentence);
        }
        refuse(code, sentence);
    }

    private void refuse(ErrorCode code, String sentence) {
        refuse(null, code, sentence);
    }

    /**
     * Refuses the message that was just polled, with what is known of it.
     *
     * @param routes its policy's, where it counts; null if it was given to none
     */
    private void refuse(@Nullable PolicyRoutes routes, ErrorCode code, String sentence) {
        if (routes == null) {
            loop.tally.refused(code);
        } else {
            routes.load().countRefused(code);
        }
        MessageFields fields = framer.scanner().fields();
        boolean known = code != ErrorCode.TOO_LARGE && fields.start() == framer.start();
        byte[] srcId = known && fields.srcIdStart() >= 0
                ? Arrays.copyOfRange(framer.array(), fields.srcIdStart(), fields.srcIdEnd())
                : NONE;
        byte[] msgId = known ? msgId(framer.array(), fields) : NONE;
        loop.forwarder.observer().refused(new RefusedMessage(peer,
                known && fields.policyStart() >= 0 ? framer.scanner().policyText() : null, srcId,
                known ? traceparent(framer.array(), fields) : NONE, code, framer.end() - framer.start()));
        byte[] refusal = Refusals.of(code, sentence, msgId, srcId);
        if (msgId.length == 0) {
            replies.answer(refusal);
        } else {
            replies.answerAtOnce(refusal);
        }
    }

    private static byte[] traceparent(byte[] bytes, MessageFields fields) {
        return fields.traceparentStart() < 0
                ? NONE
                : Arrays.copyOfRange(bytes, fields.traceparentStart(), fields.traceparentEnd());
    }

    private static byte[] msgId(byte[] bytes, MessageFields fields) {
        return fields.hasMsgId() ? Arrays.copyOfRange(bytes, fields.msgIdStart(), fields.msgIdEnd()) : NONE;
    }

    @Override
    public void replied(boolean closeAfterwards) {
        clocks.replied(loop.context.now());
        lookAtUnsent();
        if (closeAfterwards) {
            closeAfterReplies();
        } else if (paused && state == State.OPEN) {
            if (replies.owed() <= loop.properties.maxUnanswered() / 2) {
                loop.context.atEndOfTurn(this::resume);
            }
        } else if (replies.owed() == 0 && (state != State.OPEN || ended())) {
            loop.context.atEndOfTurn(this::finish);
        } else if (replies.owed() == 0 && leaving) {
            loop.context.atEndOfTurn(this::leave);
        }
    }

    /** Takes what was held back, and reads on if there is no other reason not to. */
    @Override
    public void resume() {
        if (!paused || state != State.OPEN || !mayTake()) {
            return;
        }
        paused = false;
        memory.waitNoLonger();
        clocks.resume(loop.context.now());
        take();
        framer.park();
        if (!paused) {
            channel.config().setAutoRead(true);
            if (ended() && replies.owed() == 0) {
                loop.context.atEndOfTurn(this::finish);
            } else if (leaving) {
                leave();
            }
        }
    }

    /** Whether the peer has probably said that nothing more comes. */
    private boolean ended() {
        return inputEnded || tls != null && tls.hold().holds();
    }

    /**
     * Returns whether the end of the connection has to wait. Where it has not, what this turn has for the peer leaves first: the
     * TLS engine takes nothing more once it knows of that end.
     */
    boolean waitsForReplies() {
        if (owed() > 0 || paused) {
            return true;
        }
        writer.run();
        return false;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        lookAtUnsent();
        if (channel.isWritable()) {
            resume();
        }
    }

    private void lookAtUnsent() {
        unsent.look(replies.earlyBytes() + (channel.isWritable() ? 0 : unsentBytes()));
    }

    /** Ends the connection of a draining proxy once nothing is owed any more. */
    private void leaveSoon() {
        if (!leaving) {
            leaving = true;
            loop.context.atEndOfTurn(this::leave);
        }
    }

    /** Closes, unless a reply is owed or a message is held back; what comes until then is refused like the first one. */
    private void leave() {
        if (state == State.OPEN && !paused && replies.owed() == 0) {
            closeAfterReplies();
        }
    }

    /** Takes no more messages; closes once what is owed was written. */
    void closeAfterReplies() {
        close(State.CLOSING);
        if (paused) {
            // the rest is read to be thrown away, so that the peer gets to read the refusal
            channel.config().setAutoRead(true);
        }
        if (owed() == 0) {
            loop.context.atEndOfTurn(this::finish);
        }
    }

    /** Goes on to a later state; never back. */
    private void close(State later) {
        if (state.compareTo(later) < 0) {
            state = later;
        }
    }

    private void finish() {
        if (state == State.LINGERING || !channel.isActive()) {
            return;
        }
        if (owed() > 0 || paused && state == State.OPEN) {
            // a message that was held back was taken in the meantime, or still waits to be
            return;
        }
        if (tls != null && tls.hold().holds()) {
            writer.run();
            tls.hold().release();
            if (state == State.OPEN && !inputEnded || replies.owed() > 0) {
                // it was no end but a message, or a part of one
                return;
            }
        }
        if (inputEnded && state == State.OPEN && framer.hasPartial()) {
            refuseIncomplete(ErrorCode.BAD_MESSAGE, "The input ended in the middle of a message.");
            return;
        }
        close(State.LINGERING);
        if (inputEnded && !writer.isPending() && nothingUnsent()) {
            channel.close();
            return;
        }
        // behind all that was written before
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (inputEnded || !written.isSuccess()) {
                channel.close();
            } else {
                endOutput();
                loop.context.loop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void endOutput() {
        DuplexChannel duplex = (DuplexChannel) channel;
        if (tls == null) {
            duplex.shutdownOutput();
        } else {
            tls.endOutput().addListener(said -> duplex.shutdownOutput());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE
                || event instanceof SslCloseCompletionEvent && state != State.LINGERING) {
            inputEnded = true;
            endSession();
            if (state == State.LINGERING) {
                channel.close();
            } else if (replies.owed() == 0) {
                // after what this turn still writes
                loop.context.atEndOfTurn(this::finish);
            }
        }
    }

    private boolean nothingUnsent() {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        return unsent == null || unsent.isEmpty();
    }

    private void endSession() {
        RegistrationSession open = session;
        if (open != null) {
            session = null;
            open.closed();
        }
    }

    /** Looks at the connection's clocks. */
    void sweep(long now) {
        long messageTimeout = loop.properties.messageTimeout().toNanos();
        long idleTimeout = loop.properties.idleTimeout().toNanos();
        boolean open = state == State.OPEN;
        long untaken = clocks.untakenFor(unsentBytes(), now);
        if (exceeds(untaken, open ? idleTimeout : messageTimeout)) {
            channel.close();
        } else if (open && exceeds(clocks.incompleteFor(now), messageTimeout)) {
            refuseIncomplete(ErrorCode.BAD_MESSAGE,
                    "The message was not complete within " + loop.properties.messageTimeout().toMillis() + " ms");
        } else if (open && replies.owed() == 0 && exceeds(clocks.idleFor(now), idleTimeout) && !mayStayIdle()) {
            closeAfterReplies();
        }
    }

    /** @param limit 0: none */
    private static boolean exceeds(long nanos, long limit) {
        return limit > 0 && nanos > limit;
    }

    /** Whether it is a registered server's, which may be silent for ever. */
    private boolean mayStayIdle() {
        RegistrationSession open = session;
        return open != null && open.mayStayIdle();
    }

    private long unsentBytes() {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        return unsent == null ? 0 : unsent.totalPendingWriteBytes() - unsent.currentProgress();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        close(State.CLOSED);
        loop.remove(this);
        writer.discard();
        drop();
        unsent.close();
        replies.abandon(loop.forwarder);
        endSession();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // a reset by the peer is its right; anything else is ours to know, without what it sent
        log.debug("event=client_error peer={} error={}", peer, cause.getClass().getSimpleName());
        channel.close();
    }
}
