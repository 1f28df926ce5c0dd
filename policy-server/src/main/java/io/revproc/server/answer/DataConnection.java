package io.revproc.server.answer;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.revproc.server.secure.Tls;
import io.revproc.server.transcript.Transcript;
import io.revproc.wire.ErrorCode;
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
    /** The bytes of a message over our limit that are read to get behind it: the largest limit that a proxy can have. */
    private static final long MOST_SKIPPED = 64L << 20;

    private final DataPortSettings settings;
    private final Transcript transcript;
    private final LoopBuffers loop;
    private final Counters counters;
    private final Complaints complaints;
    private final MessageFramer framer;
    private final Leases leases;
    private final LeaseGate gate = new LeaseGate();
    private final PartialGuard partial;
    private final Farewell farewell = new Farewell();

    /** Answers that are in the loop's buffer, not yet counted. */
    private int answers;
    /** Bytes of answers that wait for their delay to pass. */
    private int delayed;
    /** The policy of the hello's lease; null: no hello came. */
    private byte @Nullable [] policy;
    /** Whether the hello's lease is not one of ours: everything is refused, then the connection closed. */
    private boolean stranger;
    /** Whether a message without a hello has waited for the answer to our setup already. */
    private boolean waited;

    DataConnection(DataPortSettings settings, Leases leases, Transcript transcript, LoopBuffers loop,
            Counters counters, Complaints complaints) {
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
        while (!gate.shut() && !farewell.begun()) {
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
        complaints.say("data connection closed", peer(ctx), reason);
        ctx.close();
    }

    private void message(ChannelHandlerContext ctx) {
        MessageFields fields = framer.scanner().fields();
        if (framer.scanner().type() == HELLO) {
            hello(ctx);
        } else if (framer.scanner().dataProblem() != null) {
            refuse(ctx, ErrorCode.BAD_MESSAGE,
                    "This port answers messages of type 0 that have a srcid, one privPoliId and a payload", false);
        } else if (!mayCome(fields)) {
            misdirected(ctx, fields);
        } else {
            loop.acks.answer(framer.array(), fields);
            answers++;
            if (transcript.on()) {
                transcribe(fields);
            }
        }
    }

    /** Whether this connection may bring messages of this policy. */
    private boolean mayCome(MessageFields fields) {
        byte[] ours = policy;
        if (ours != null) {
            return Arrays.equals(ours, 0, ours.length, fields.policyArray(), fields.policyStart(), fields.policyEnd());
        }
        return !stranger && leases.withoutHello(fields.policyArray(), fields.policyStart(), fields.policyEnd());
    }

    /** A message that its proxy should not have sent here: another server had this address before us, perhaps. */
    private void misdirected(ChannelHandlerContext ctx, MessageFields fields) {
        byte[] name = Arrays.copyOfRange(fields.policyArray(), fields.policyStart(), fields.policyEnd());
        if (stranger) {
            refuse(ctx, ErrorCode.NOT_SERVED, "The lease of this connection's hello is not one of this server's",
                    false);
        } else if (policy != null) {
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
            gate.await(ctx, () -> leases.withoutHello(name, 0, name.length), () -> goOn(ctx), () -> goOn(ctx));
            updateReading(ctx);
        }
    }

    private void hello(ChannelHandlerContext ctx) {
        try {
            if (MessageCodec.read(framer.array(), framer.start(),
                    framer.end()) instanceof Message.Hello(String lease)) {
                policy = leases.policyOf(lease);
                if (policy == null) {
                    gate.await(ctx, () -> (policy = leases.policyOf(lease)) != null, () -> goOn(ctx), () -> deny(ctx));
                    updateReading(ctx);
                }
            }
        } catch (WireException e) {
            refuse(ctx, e.code(), e.sentence(), true);
        }
    }

    /** What came with the hello is refused one by one, so that the proxy knows that nothing was done with it. */
    private void deny(ChannelHandlerContext ctx) {
        complaints.say("data connection closed", peer(ctx), "its lease is not one of ours");
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
        framer.skip(MOST_SKIPPED);
        refuse(ctx, code, sentence, ServerRefusal.msgId(framer) == null);
    }

    private void refuse(ChannelHandlerContext ctx, ErrorCode code, String sentence, boolean close) {
        complaints.say("message refused", peer(ctx), sentence);
        counters.refused.increment();
        boolean hello = policy != null || stranger;
        loop.acks.append(hello
                ? ServerRefusal.write(code, sentence, ServerRefusal.msgId(framer))
                : ServerRefusal.writePart1(code, sentence, ServerRefusal.msgId(framer), ServerRefusal.client(framer)));
        if (close) {
            farewell.begin();
        }
    }

    private void transcribe(MessageFields fields) {
        byte[] bytes = framer.array();
        String client = new String(bytes, fields.srcIdStart(), fields.srcIdEnd() - fields.srcIdStart(),
                StandardCharsets.UTF_8).replace("\"", "");
        transcript.received(client, AckBuffer.payload(bytes, fields));
        transcript.responding(client, loop.acks.lastDigest());
    }

    /** Gives this read's answers to the channel in one buffer; they leave when the turn ends. */
    private void handOver(ChannelHandlerContext ctx) {
        AckBuffer acks = loop.acks;
        int length = acks.length();
        if (length == 0) {
            return;
        }
        counters.answered.add(answers);
        answers = 0;
        if (settings.answerDelay().isZero()) {
            ctx.write(ctx.alloc().directBuffer(length).writeBytes(acks.array(), 0, length), ctx.voidPromise());
        } else {
            byte[] later = Arrays.copyOf(acks.array(), length);
            delayed += length;
            updateReading(ctx);
            ctx.executor().schedule(() -> writeDelayed(ctx, later), settings.answerDelay().toNanos(),
                    TimeUnit.NANOSECONDS);
        }
        acks.clear();
    }

    private void writeDelayed(ChannelHandlerContext ctx, byte[] answers) {
        delayed -= answers.length;
        if (ctx.channel().isActive()) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(answers), ctx.voidPromise());
            updateReading(ctx);
            if (farewell.begun()) {
                endWhenAnswered(ctx);
            }
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

    /** A peer that does not read its answers, or whose answers are held back, is not read from. */
    private void updateReading(ChannelHandlerContext ctx) {
        boolean reading = ctx.channel().isWritable() && delayed < settings.highWater() && !gate.shut();
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
        if (delayed == 0 && ctx.channel().isActive()) {
            farewell.finish(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        partial.stop();
        farewell.closed();
        ctx.fireChannelInactive();
    }

    /** What breaks a connection is the peer's or the network's; nothing is owed to it any more. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof RuntimeException) {
            complaints.say("data connection broke", peer(ctx), cause.getClass().getSimpleName());
        }
        ctx.close();
    }

    private static String peer(ChannelHandlerContext ctx) {
        return ctx.channel().remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress() + ":" + address.getPort()
                : "unknown";
    }
}
