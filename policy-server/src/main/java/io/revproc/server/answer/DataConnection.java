package io.revproc.server.answer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.revproc.server.transcript.Transcript;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageFramer.Event;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the data port, as long as its peer likes: many messages with a {@code msgId} each from a proxy that said
 * hello, or messages in order from anybody. Runs on its event loop only.
 */
final class DataConnection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(DataConnection.class);

    private static final int HELLO = 7;
    /** A hello may overtake the answer to our setup, which travels on another connection. */
    private static final int LEASE_CHECKS = 50;
    private static final Duration LEASE_CHECK = Duration.ofMillis(20);
    /** How long a peer may take to read its last answers and close. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final DataPortSettings settings;
    private final Leases leases;
    private final Transcript transcript;
    private final LoopBuffers loop;
    private final MessageFramer framer;
    private final Counters counters;

    /** Answers that are in the loop's buffer, not yet counted. */
    private int answers;
    /** Counts what was taken, to tell whether the same message is still incomplete. */
    private long taken;
    private boolean watched;
    /** Bytes of answers that wait for their delay to pass. */
    private int delayed;
    private @Nullable String unknownLease;
    private int leaseChecks;
    private @Nullable ScheduledFuture<?> linger;
    private @Nullable ScheduledFuture<?> watch;
    /** No more messages are taken. */
    private boolean closing;
    /** The last answers are on their way. */
    private boolean ending;
    private boolean peerDone;
    private boolean closed;

    DataConnection(DataPortSettings settings, Leases leases, Transcript transcript, LoopBuffers loop,
            Counters counters) {
        this.counters = counters;
        this.settings = settings;
        this.leases = leases;
        this.transcript = transcript;
        this.loop = loop;
        framer = new MessageFramer(settings.maxMessageSize(), loop.scanner);
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
            if (!closing) {
                if (bytes.hasArray()) {
                    int from = bytes.arrayOffset() + bytes.readerIndex();
                    framer.offer(bytes.array(), from, from + bytes.readableBytes());
                } else {
                    framer.offer(loop.copyOf(bytes), 0, bytes.readableBytes());
                }
                work(ctx);
            }
        } finally {
            bytes.release();
        }
    }

    /** Handles every whole message that is there; what is left is kept for the next bytes. */
    private void work(ChannelHandlerContext ctx) {
        while (unknownLease == null && !closing) {
            Event event = framer.poll();
            if (event == Event.NEED_MORE) {
                break;
            }
            taken++;
            switch (event) {
                case MESSAGE -> message(ctx);
                case BAD_MESSAGE -> refuse(ctx, ErrorCode.BAD_MESSAGE, framer.reason(), false);
                case FRAMING_LOST -> refuse(ctx, ErrorCode.BAD_MESSAGE, framer.reason(), true);
                case TOO_LARGE -> refuse(ctx, ErrorCode.TOO_LARGE,
                        "The message is over the limit of " + settings.maxMessageSize() + " bytes", true);
                case NEED_MORE -> throw new AssertionError(event);
            }
        }
        framer.park();
        handOver(ctx);
        if (framer.hasPartial() && !watched && !closing) {
            watch(ctx);
        }
        if (closing) {
            closeWhenAnswered(ctx);
        }
    }

    /** One timer at a time for a connection, set only when the beginning of a message waits for its end. */
    private void watch(ChannelHandlerContext ctx) {
        watched = true;
        long before = taken;
        watch = ctx.executor().schedule(() -> {
            watched = false;
            if (closed || closing || !framer.hasPartial()) {
                return;
            }
            if (taken != before) {
                watch(ctx);
            } else if (unknownLease == null && delayed < settings.highWater() && ctx.channel().isWritable()) {
                log.info("data connection closed peer={} reason=\"a message did not end within {} ms\"", peer(ctx),
                        settings.messageTimeout().toMillis());
                ctx.close();
            } else {
                watch(ctx);
            }
        }, settings.messageTimeout().toMillis(), TimeUnit.MILLISECONDS);
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
                    "This port answers messages of type 0 that have a srcid and a payload", false);
        }
    }

    private void hello(ChannelHandlerContext ctx) {
        try {
            if (MessageCodec.read(framer.array(), framer.start(),
                    framer.end()) instanceof Message.Hello(String lease)) {
                if (!leases.holds(lease)) {
                    unknownLease = lease;
                    leaseChecks = 0;
                    updateReading(ctx);
                    checkLeaseLater(ctx);
                }
                return;
            }
        } catch (WireException e) {
            log.debug("hello refused reason=\"{}\"", e.sentence());
        }
        refuse(ctx, ErrorCode.BAD_MESSAGE, "A message of type 7 has a lease", true);
    }

    private void checkLeaseLater(ChannelHandlerContext ctx) {
        ctx.executor().schedule(() -> checkLease(ctx), LEASE_CHECK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void checkLease(ChannelHandlerContext ctx) {
        String lease = unknownLease;
        if (lease == null || closed) {
            return;
        }
        if (leases.holds(lease)) {
            unknownLease = null;
            work(ctx);
            ctx.flush();
            updateReading(ctx);
        } else if (++leaseChecks < LEASE_CHECKS) {
            checkLeaseLater(ctx);
        } else {
            log.warn("data connection closed peer={} reason=\"its lease is not one of ours\"", peer(ctx));
            ctx.close();
        }
    }

    private void refuse(ChannelHandlerContext ctx, ErrorCode code, String sentence, boolean close) {
        log.info("message refused peer={} code={} reason=\"{}\" closing={}", peer(ctx), code, sentence, close);
        counters.refused.increment();
        loop.acks.append(MessageCodec.write(new Message.Refusal(code, sentence, null, false, null)));
        closing |= close;
    }

    private void transcribe(MessageFields fields) {
        byte[] bytes = framer.array();
        try {
            if (MessageCodec.read(bytes, framer.start(), framer.end()) instanceof Message.Data data) {
                transcript.received(data.srcId().text(), data.payload());
            }
        } catch (WireException e) {
            // a message that we answer, but that lacks what a proxy asks for
        }
        String client = new String(bytes, fields.srcIdStart(), fields.srcIdEnd() - fields.srcIdStart(),
                StandardCharsets.UTF_8);
        transcript.responding(client.replace("\"", ""), loop.acks.lastDigest());
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
        if (!closed) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(answers), ctx.voidPromise());
            updateReading(ctx);
            if (closing) {
                closeWhenAnswered(ctx);
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
        boolean reading = ctx.channel().isWritable() && delayed < settings.highWater() && unknownLease == null;
        if (ctx.channel().config().isAutoRead() != reading) {
            ctx.channel().config().setAutoRead(reading);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            leave(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** Takes no more messages and closes when the answers that are owed have left. */
    void leave(ChannelHandlerContext ctx) {
        closing = true;
        peerDone = true;
        if (ending) {
            ctx.close();
        } else {
            closeWhenAnswered(ctx);
        }
    }

    /**
     * Sends what is owed and says that nothing follows. Then waits a little for the peer to close as well: closing while
     * bytes of its are unread would reset the connection, and the reset may overtake our last answer.
     */
    private void closeWhenAnswered(ChannelHandlerContext ctx) {
        if (delayed > 0 || ending || closed) {
            return;
        }
        ending = true;
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
            if (peerDone) {
                ctx.close();
            } else {
                ((SocketChannel) ctx.channel()).shutdownOutput();
            }
        });
        if (ctx.channel().isOpen()) {
            linger = ctx.executor().schedule(() -> ctx.close(), LINGER.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        cancel(linger);
        cancel(watch);
        ctx.fireChannelInactive();
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("data connection broke peer={} reason={}", peer(ctx), cause.toString());
        ctx.close();
    }

    private static String peer(ChannelHandlerContext ctx) {
        return ctx.channel().remoteAddress() instanceof java.net.InetSocketAddress address
                ? address.getAddress().getHostAddress() + ":" + address.getPort()
                : "unknown";
    }
}
