package io.revproc.server.answer;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.net.ssl.SSLException;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.revproc.client.connect.Tls;
import io.revproc.server.answer.Leases.Lease;
import io.revproc.server.answer.Leases.Served;
import io.revproc.server.transcript.Transcript;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.HostPort;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageFramer.Event;
import io.revproc.wire.ServerRefusal;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the data port, as long as its peer likes: messages of one policy from the proxy that said hello with the lease
 * for it, or messages in order from a proxy that speaks Part 1. A message that can't be answered is refused, and the others on its
 * connection do not notice. Runs on its event loop only.
 */
final class DataConnection extends ChannelInboundHandlerAdapter {
    private static final int HELLO = 7;
    /** Messages without a {@code msgId} that may wait for their turn; no more are read until there are fewer. */
    private static final int MAX_ORDERED = 1024;
    /** The bytes of a message over our limit that are read to get behind it: the largest limit that a proxy can have. */
    private static final long MAX_SKIPPED = 64L << 20;

    /** The most bytes of an answer besides its payload. */
    private static final int MAX_OVERHEAD = 1024;

    private final DataPortSettings settings;
    private final Transcript transcript;
    private final LoopBuffers loop;
    private final Counters counters;
    private final Complaints complaints;
    private final MessageFramer framer;
    private final Leases leases;
    private final Responder responder;
    private final InFlight inFlight;
    private final LeaseGate gate = new LeaseGate();
    private final PartialGuard partial;
    private final Farewell farewell = new Farewell();

    /** Answers that are in the loop's buffer, not yet counted. */
    private int answers;
    /** Messages that somebody works on. */
    private int open;
    /** Messages whose answers have to come in order, the oldest first, with the refusals between them. */
    private final ArrayDeque<Exchange> ordered = new ArrayDeque<>();
    /** The message that is being given to the responder: it may be answered at once. */
    private @Nullable Exchange given;
    /** Completed by other threads, to be answered on the loop. */
    private final ConcurrentLinkedQueue<Exchange> done = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean doneScheduled = new AtomicBoolean();
    private @Nullable ChannelHandlerContext context;
    /** The hello's lease; null: no hello came. */
    private @Nullable Lease lease;
    /** Whether the hello's lease is not one of ours: everything is refused, then the connection closed. */
    private boolean stranger;
    /** Whether a message without a hello has waited for the answer to our setup already. */
    private boolean waited;

    DataConnection(DataPortSettings settings, Leases leases, Responder responder, InFlight inFlight,
            Transcript transcript, LoopBuffers loop, Counters counters, Complaints complaints) {
        this.responder = responder;
        this.inFlight = inFlight;
        this.settings = settings;
        this.transcript = transcript;
        this.loop = loop;
        this.counters = counters;
        this.complaints = complaints;
        framer = new MessageFramer(settings.maxMessageSize(), loop.scanner);
        this.leases = leases;
        partial = new PartialGuard(settings.messageTimeout(), loop);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (transcript.on()) {
            transcript.connected(peer(ctx));
        }
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            if (!farewell.begun()) {
                int length = bytes.readableBytes();
                if (bytes.hasArray()) {
                    int from = bytes.arrayOffset() + bytes.readerIndex();
                    framer.offer(bytes.array(), from, from + length);
                } else {
                    framer.offer(loop.copyOf(bytes), 0, length);
                }
                work(ctx, length);
            }
        } finally {
            bytes.release();
        }
    }

    /** Handles every whole message that is there; what is left is kept for the next bytes. */
    private void work(ChannelHandlerContext ctx, int bytes) {
        int whole = 0;
        while (!gate.shut() && !full() && !farewell.begun()) {
            Event event = framer.poll();
            if (event == Event.NEED_MORE) {
                break;
            }
            whole++;
            switch (event) {
                case MESSAGE -> message(ctx);
                case BAD_MESSAGE -> refuse(ctx, ErrorCode.BAD_MESSAGE, framer.reason(), false);
                case FRAMING_LOST -> refuse(ctx, ErrorCode.BAD_MESSAGE, framer.reason(), true);
                case TOO_LARGE -> tooLarge(ctx);
                case NEED_MORE -> throw new AssertionError(event);
            }
        }
        framer.park();
        if (!partial.read(ctx, bytes, whole, framer.hasPartial(), framer.skipping(), () -> expired(ctx))) {
            giveUp(ctx, ErrorCode.OVERLOADED, "Too many messages are incomplete at the same time");
            framer.park();
            partial.forget();
        }
        if (stranger) {
            farewell.begin();
        }
        handOver(ctx);
        if (farewell.begun()) {
            partial.stop();
            endWhenAnswered(ctx);
        }
    }

    private void expired(ChannelHandlerContext ctx) {
        cut(ctx, "a message did not end within " + settings.messageTimeout().toMillis() + " ms");
    }

    private void cut(ChannelHandlerContext ctx, String reason) {
        complaints.say("data_connection_closed", peer(ctx), reason);
        ctx.close();
    }

    private void message(ChannelHandlerContext ctx) {
        MessageFields fields = framer.scanner().fields();
        if (framer.scanner().type() == HELLO) {
            hello(ctx);
        } else if (framer.scanner().dataProblem() != null) {
            refuse(ctx, ErrorCode.BAD_MESSAGE,
                    "This port answers messages of type 0 that have a srcid, one privPoliId and a payload", false);
        } else {
            Served served = served(fields);
            if (served == null) {
                misdirected(ctx, fields);
            } else {
                give(ctx, served, fields);
            }
        }
    }

    /** The message's policy, if this connection may bring messages of it; else null. */
    private @Nullable Served served(MessageFields fields) {
        Lease ours = lease;
        if (ours != null) {
            return ours.isOver()
                    ? null
                    : ours.served(fields.policyArray(), fields.policyStart(), fields.policyEnd());
        }
        return stranger
                ? null
                : leases.withoutHello(fields.policyArray(), fields.policyStart(), fields.policyEnd());
    }

    private void give(ChannelHandlerContext ctx, Served served, MessageFields fields) {
        Exchange exchange = Exchange.of(this, served.policy(), served.handledAs(), framer.array(), fields);
        if (!inFlight.enter(exchange.payload().length)) {
            refuse(ctx, ErrorCode.OVERLOADED, "This server works on as many messages as it may", false);
            return;
        }
        if (transcript.on()) {
            transcript.received(exchange.client(), text(exchange.payload()));
        }
        open++;
        if (exchange.msgId == null) {
            ordered.add(exchange);
        }
        given = exchange;
        try {
            responder.respond(exchange);
        } catch (RuntimeException e) {
            complaints.say("message_failed", peer(ctx), e.getClass().getSimpleName());
            exchange.refuse(ErrorCode.SERVER_FAILED, "The server failed to handle the message");
        } finally {
            given = null;
        }
    }

    /** From any thread: the exchange has its answer or its refusal. */
    void completed(Exchange exchange) {
        ChannelHandlerContext ctx = Objects.requireNonNull(context);
        if (ctx.executor().inEventLoop() && exchange == given) {
            settle(exchange);
            return;
        }
        done.add(exchange);
        if (doneScheduled.compareAndSet(false, true)) {
            try {
                ctx.executor().execute(() -> drain(ctx));
            } catch (RejectedExecutionException e) {
                // the loop has ended, and the connection with it
            }
        }
    }

    private void drain(ChannelHandlerContext ctx) {
        doneScheduled.set(false);
        boolean waiting = full();
        for (Exchange exchange = done.poll(); exchange != null; exchange = done.poll()) {
            settle(exchange);
        }
        if (!ctx.channel().isActive()) {
            loop.answers.clear();
            return;
        }
        handOver(ctx);
        if (waiting && !full()) {
            work(ctx, 0);
        }
        ctx.flush();
        updateReading(ctx);
        if (farewell.begun()) {
            endWhenAnswered(ctx);
        }
    }

    /** Puts the answer where it belongs: those without a name wait until it is their turn. */
    private void settle(Exchange exchange) {
        open--;
        inFlight.leave(exchange.payload().length);
        if (exchange.msgId != null) {
            write(exchange);
            return;
        }
        for (Exchange first = ordered.peek(); first != null && first.settled(); first = ordered.peek()) {
            write(ordered.remove());
        }
    }

    private void write(Exchange exchange) {
        byte[] reply = exchange.reply;
        if (reply != null && AnswerBuffer.size(reply) + MAX_OVERHEAD <= settings.maxMessageSize()) {
            loop.answers.answer(exchange.msgId, exchange.client, reply);
            answers++;
            if (transcript.on()) {
                transcript.responding(exchange.client(), text(reply));
            }
            return;
        }
        counters.refused.increment();
        loop.answers.append(exchange.refusal != null
                ? exchange.refusal
                : refusal(exchange, ErrorCode.SERVER_FAILED,
                        "The server's answer is larger than the limit for messages"));
    }

    /** Returns whether too many answers wait for their turn. */
    private boolean full() {
        return ordered.size() >= MAX_ORDERED;
    }

    static byte[] refusal(Exchange exchange, ErrorCode code, String sentence) {
        return exchange.named()
                ? ServerRefusal.write(code, sentence, exchange.msgId())
                : ServerRefusal.writePart1(code, sentence, null, exchange.clientIdent());
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** A message that its proxy should not have sent here: another server had this address before us, perhaps. */
    private void misdirected(ChannelHandlerContext ctx, MessageFields fields) {
        byte[] name = Arrays.copyOfRange(fields.policyArray(), fields.policyStart(), fields.policyEnd());
        if (stranger) {
            refuse(ctx, ErrorCode.NOT_SERVED, "The lease of this connection's hello is not one of this server's",
                    false);
        } else if (lease != null && lease.isOver()) {
            refuse(ctx, ErrorCode.NOT_SERVED, "The lease of this connection's hello is over", false);
        } else if (lease != null) {
            refuse(ctx, ErrorCode.NOT_SERVED, "The lease of this connection's hello is for another policy", false);
        } else if (!leases.serves(name, 0, name.length)) {
            refuse(ctx, ErrorCode.NOT_SERVED, "This server does not serve this policy", false);
        } else if (waited) {
            refuse(ctx, ErrorCode.NOT_SERVED,
                    "This server takes messages only from its proxy, whose connections begin with"
                            + " a hello (type 7)",
                    false);
        } else {
            waited = true;
            framer.again();
            gate.await(ctx, () -> leases.withoutHello(name, 0, name.length) != null, () -> goOn(ctx), () -> goOn(ctx));
            updateReading(ctx);
        }
    }

    private void hello(ChannelHandlerContext ctx) {
        try {
            if (MessageCodec.read(framer.array(), framer.start(),
                    framer.end()) instanceof Message.Hello(String id)) {
                lease = leases.find(id);
                if (lease == null) {
                    gate.await(ctx, () -> (lease = leases.find(id)) != null, () -> goOn(ctx), () -> deny(ctx));
                    updateReading(ctx);
                }
            }
        } catch (WireException e) {
            refuse(ctx, e.code(), e.sentence(), true);
        }
    }

    /** Refuses each message that came with the hello, so that the proxy knows that nothing was done with it. */
    private void deny(ChannelHandlerContext ctx) {
        complaints.say("data_connection_closed", peer(ctx), "its lease is not one of ours");
        stranger = true;
        goOn(ctx);
    }

    private void goOn(ChannelHandlerContext ctx) {
        work(ctx, 0);
        ctx.flush();
        updateReading(ctx);
    }

    private void tooLarge(ChannelHandlerContext ctx) {
        giveUp(ctx, ErrorCode.TOO_LARGE, "The message is over the limit of " + settings.maxMessageSize() + " bytes");
    }

    /** Refuses the message that is incomplete. Where it has a name its answer is told from the others', and they go on behind it. */
    private void giveUp(ChannelHandlerContext ctx, ErrorCode code, String sentence) {
        framer.skip(MAX_SKIPPED);
        refuse(ctx, code, sentence, ServerRefusal.msgId(framer) == null);
    }

    private void refuse(ChannelHandlerContext ctx, ErrorCode code, String sentence, boolean close) {
        complaints.say("message_refused", peer(ctx), sentence);
        Ident msgId = ServerRefusal.msgId(framer);
        byte[] refusal = lease != null || stranger
                ? ServerRefusal.write(code, sentence, msgId)
                : ServerRefusal.writePart1(code, sentence, msgId, ServerRefusal.client(framer));
        if (msgId == null && !ordered.isEmpty()) {
            ordered.add(Exchange.refused(refusal));
        } else {
            counters.refused.increment();
            loop.answers.append(refusal);
        }
        if (close) {
            farewell.begin();
        }
    }

    /** Gives this turn's answers to the channel in one buffer. */
    private void handOver(ChannelHandlerContext ctx) {
        AnswerBuffer ready = loop.answers;
        int length = ready.length();
        counters.answered.add(answers);
        answers = 0;
        if (length > 0) {
            ctx.write(ctx.alloc().directBuffer(length).writeBytes(ready.array(), 0, length), ctx.voidPromise());
            ready.clear();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        updateReading(ctx);
    }

    /** A peer that does not read its answers, or to which too many are owed, is not read from. */
    private void updateReading(ChannelHandlerContext ctx) {
        boolean reading = ctx.channel().isWritable() && !full() && !gate.shut();
        if (ctx.channel().config().isAutoRead() != reading) {
            ctx.channel().config().setAutoRead(reading);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            cut(ctx, "no TLS: " + Tls.reason(handshake.cause()));
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            leave(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** Takes no more messages and closes when the answers that are owed have left. */
    void leave(ChannelHandlerContext ctx) {
        farewell.beginWithoutPeer();
        partial.stop();
        endWhenAnswered(ctx);
    }

    private void endWhenAnswered(ChannelHandlerContext ctx) {
        if (open == 0 && ordered.isEmpty() && ctx.channel().isActive()) {
            farewell.finish(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        partial.stop();
        farewell.closed();
        ctx.fireChannelInactive();
    }

    /** A broken connection is the peer's or the network's fault; the peer is owed nothing any more. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Netty wraps what the JDK's engine throws, and not what BoringSSL's does.
        if (cause instanceof RuntimeException || cause instanceof SSLException) {
            complaints.say("data_connection_broke", peer(ctx), cause.getClass().getSimpleName());
        }
        ctx.close();
    }

    private static String peer(ChannelHandlerContext ctx) {
        return ctx.channel().remoteAddress() instanceof InetSocketAddress address
                ? HostPort.text(address)
                : "unknown";
    }
}
