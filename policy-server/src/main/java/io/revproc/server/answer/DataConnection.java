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
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageFramer.Event;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the data port, as long as its peer likes: many messages with a {@code msgId} each from a proxy that said
 * hello, or messages in order from anybody. Runs on its event loop only.
 */
final class DataConnection extends ChannelInboundHandlerAdapter {
    private static final int HELLO = 7;

    private final DataPortSettings settings;
    private final Transcript transcript;
    private final LoopBuffers loop;
    private final Counters counters;
    private final Complaints complaints;
    private final MessageFramer framer;
    private final LeaseGate gate;
    private final PartialGuard partial;
    private final Farewell farewell = new Farewell();

    /** Answers that are in the loop's buffer, not yet counted. */
    private int answers;
    /** Bytes of answers that wait for their delay to pass. */
    private int delayed;

    DataConnection(DataPortSettings settings, Leases leases, Transcript transcript, LoopBuffers loop,
            Counters counters, Complaints complaints) {
        this.settings = settings;
        this.transcript = transcript;
        this.loop = loop;
        this.counters = counters;
        this.complaints = complaints;
        framer = new MessageFramer(settings.maxMessageSize(), loop.scanner);
        gate = new LeaseGate(leases);
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
                case BAD_MESSAGE -> refuse(ctx, ErrorCode.BAD_MESSAGE, framer.reason(), null, false);
                case FRAMING_LOST -> refuse(ctx, ErrorCode.BAD_MESSAGE, framer.reason(), null, true);
                case TOO_LARGE -> refuse(ctx, ErrorCode.TOO_LARGE,
                        "The message is over the limit of " + settings.maxMessageSize() + " bytes", null, true);
                case NEED_MORE -> throw new AssertionError(event);
            }
        }
        framer.park();
        if (!partial.read(ctx, bytes, whole, framer.hasPartial(), () -> expired(ctx))) {
            refuse(ctx, ErrorCode.OVERLOADED, "Too many messages are incomplete at the same time", null, true);
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
        int type = framer.scanner().type();
        if (type == 0 && fields.srcIdStart() >= 0 && fields.payloadStart() >= 0) {
            loop.acks.answer(framer.array(), fields);
            answers++;
            if (transcript.on()) {
                transcribe(fields);
            }
        } else if (type == HELLO) {
            hello(ctx);
        } else {
            refuse(ctx, ErrorCode.BAD_MESSAGE,
                    "This port answers messages of type 0 that have a srcid and a payload", msgId(fields), false);
        }
    }

    private void hello(ChannelHandlerContext ctx) {
        try {
            if (MessageCodec.read(framer.array(), framer.start(),
                    framer.end()) instanceof Message.Hello(String lease)) {
                gate.hello(ctx, lease, () -> admitted(ctx), () -> cut(ctx, "its lease is not one of ours"));
                updateReading(ctx);
            }
        } catch (WireException e) {
            refuse(ctx, e.code(), e.sentence(), null, true);
        }
    }

    private void admitted(ChannelHandlerContext ctx) {
        work(ctx, 0);
        ctx.flush();
        updateReading(ctx);
    }

    private void refuse(ChannelHandlerContext ctx, ErrorCode code, String sentence, @Nullable Ident msgId,
            boolean close) {
        complaints.say("message refused", peer(ctx), sentence);
        counters.refused.increment();
        loop.acks.append(MessageCodec.write(new Message.Refusal(code, sentence, msgId, false, null)));
        if (close) {
            farewell.begin();
        }
    }

    private @Nullable Ident msgId(MessageFields fields) {
        if (!fields.hasMsgId()) {
            return null;
        }
        String json = new String(framer.array(), fields.msgIdStart(), fields.msgIdEnd() - fields.msgIdStart(),
                StandardCharsets.UTF_8);
        try {
            return json.startsWith("\"") && json.indexOf('\\') < 0
                    ? new Ident(json.substring(1, json.length() - 1), true)
                    : new Ident(json, false);
        } catch (IllegalArgumentException e) {
            return null;
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
