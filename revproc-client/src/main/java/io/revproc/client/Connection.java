package io.revproc.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.revproc.client.connect.Printable;
import io.revproc.client.connect.Tls;
import io.revproc.wire.JsonEscapes;
import io.revproc.wire.Message;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageFramer.Event;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;

/** One connection to a proxy and the messages on it. Runs on its event loop only. */
final class Connection extends ChannelInboundHandlerAdapter {
    /** The most bytes that one reply may have. */
    private static final int MAX_REPLY = 64 << 20;

    private final Dispatcher dispatcher;
    private final MessageFramer framer = new MessageFramer(MAX_REPLY);
    private final LongObjectHashMap<Call> pending = new LongObjectHashMap<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf out;
    private final ShownEvidence evidence = new ShownEvidence();
    private long lastId;
    private long heardAt;
    private long usedAt;
    private boolean answered;
    private boolean leaving;
    private boolean over;
    /** Why it ended; null: the other end closed it. */
    private @Nullable String reason;

    Connection(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        heardAt = System.nanoTime();
        usedAt = heardAt;
    }

    /** Returns how many messages have no reply yet. */
    int pending() {
        return pending.size();
    }

    /** Returns whether more may be written; what can't leave stays with the dispatcher, which may give it to another. */
    boolean writable() {
        return !over && Objects.requireNonNull(context).channel().isWritable();
    }

    /** Returns whether the other end has ever replied to a message. */
    boolean answered() {
        return answered;
    }

    /** Returns since when nothing has been sent, nor anything awaited; never if something is. */
    boolean idleSince(long time) {
        return pending.isEmpty() && usedAt - time < 0;
    }

    /** Hands a message over. It leaves with {@link #flush}. */
    void send(Call call, long now) {
        ByteBuf buffer = out;
        if (buffer == null) {
            buffer = Objects.requireNonNull(context).alloc().directBuffer(call.body.length + Encoder.AROUND);
            out = buffer;
        }
        byte[] introduction = evidence.show(dispatcher.evidence(), now);
        if (introduction != null) {
            buffer.writeBytes(introduction);
        }
        long id = ++lastId;
        call.attempts++;
        call.sentAt = now;
        usedAt = now;
        pending.put(id, call);
        Encoder.write(buffer, id, call.body,
                call.ownDeadline ? Math.max(1, (call.deadlineNanos - (now - call.givenAt)) / 1_000_000) : 0);
    }

    void flush() {
        ByteBuf buffer = out;
        if (buffer != null) {
            out = null;
            ChannelHandlerContext ctx = Objects.requireNonNull(context);
            ctx.writeAndFlush(buffer, ctx.voidPromise());
        }
    }

    /** Takes out the messages whose time has passed. */
    List<Call> expired(long now) {
        List<Call> expired = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        for (LongObjectMap.PrimitiveEntry<Call> entry : pending.entries()) {
            if (dispatcher.overdue(entry.value(), now)) {
                expired.add(entry.value());
                ids.add(entry.key());
            }
        }
        if (!expired.isEmpty()) {
            ids.forEach(pending::remove);
            if (expired.stream().anyMatch(call -> CallRules.deadAfterSilence(call.sentAt, heardAt))) {
                close("the proxy has not said anything for too long");
            } else if (leaving) {
                closeOnceAnswered();
            }
        }
        return expired;
    }

    /** Takes no more messages, and ends the connection once none is without a reply. */
    void closeOnceAnswered() {
        leaving = true;
        if (pending.isEmpty()) {
            close("the proxy is shutting down");
        }
    }

    /** Ends the connection; {@link Dispatcher#lost} hears of it. @param why for a person */
    void close(String why) {
        if (reason == null) {
            reason = why;
        }
        Objects.requireNonNull(context).close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            heardAt = System.nanoTime();
            while (bytes.isReadable() && !over) {
                byte[] in = dispatcher.scratch();
                int length = Math.min(in.length, bytes.readableBytes());
                bytes.readBytes(in, 0, length);
                framer.offer(in, 0, length);
                read();
            }
        } finally {
            bytes.release();
        }
    }

    private void read() {
        Event event = framer.poll();
        while (event == Event.MESSAGE || event == Event.BAD_MESSAGE) {
            if (event == Event.BAD_MESSAGE || !message()) {
                nonsense();
                return;
            }
            event = framer.poll();
        }
        if (event != Event.NEED_MORE) {
            nonsense();
            return;
        }
        framer.park();
    }

    private void nonsense() {
        framer.close();
        over = true;
        close("what answers there does not speak the protocol");
    }

    /** Returns false if it is nothing that a proxy says to a client. */
    private boolean message() {
        MessageScanner scanner = framer.scanner();
        MessageFields fields = scanner.fields();
        boolean refusal = scanner.isRefusal();
        if (fields.hasMsgId() && id(fields) == ShownEvidence.MSG_ID) {
            answered = true;
            if (refusal) {
                evidence.refused(scanner.refusalCode(), fields.retryable(), scanner.refusalSentence(), heardAt);
            }
            return refusal || scanner.type() == Message.Introduction.TYPE;
        }
        if (!refusal && (scanner.type() != 2 || !fields.hasMsgId() || fields.payloadStart() < 0
                || fields.srcIdStart() < 0)) {
            return false;
        }
        // a refusal of the whole connection is no reply: whoever gets one is to come back later, and not at once
        answered |= fields.hasMsgId();
        // null: nobody waits for it any more
        Call call = fields.hasMsgId() ? pending.remove(id(fields)) : null;
        if (call != null) {
            usedAt = heardAt;
        }
        if (refusal) {
            if (call != null) {
                // with a name of its own it is a server's
                dispatcher.refused(fields.srcIdStart() < 0 ? this : null, call, scanner.refusalCode(),
                        fields.retryable(), scanner.refusalSentence());
            } else if (!fields.hasMsgId()) {
                reason = "the proxy said " + scanner.refusalCode() + ": " + Printable.text(scanner.refusalSentence());
            }
        } else if (call != null) {
            dispatcher.replied(call, reply(framer.array(), fields, call.receipt));
        }
        if (leaving) {
            closeOnceAnswered();
        }
        return true;
    }

    private long id(MessageFields fields) {
        byte[] in = framer.array();
        long id = 0;
        for (int at = fields.msgIdStart(); at < fields.msgIdEnd(); at++) {
            int digit = in[at] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            id = id * 10 + digit;
        }
        return id;
    }

    private static Reply reply(byte[] in, MessageFields fields, boolean receipt) {
        byte[] payload = Arrays.copyOfRange(in, fields.payloadStart(), fields.payloadEnd());
        if (fields.payloadEscaped()) {
            // no escape is shorter than what it stands for
            byte[] plain = new byte[payload.length];
            payload = Arrays.copyOf(plain, JsonEscapes.decode(payload, 0, payload.length, plain));
        }
        boolean quoted = in[fields.srcIdStart()] == '"';
        String server = text(in, fields.srcIdStart() + (quoted ? 1 : 0), fields.srcIdEnd() - (quoted ? 1 : 0));
        return new Reply(payload, server,
                receipt && fields.receiptStart() >= 0 ? text(in, fields.receiptStart(), fields.receiptEnd()) : null);
    }

    private static String text(byte[] in, int from, int to) {
        byte[] plain = new byte[to - from];
        return new String(plain, 0, JsonEscapes.decode(in, from, to, plain), StandardCharsets.UTF_8);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            dispatcher.dispatch();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over = true;
        framer.close();
        if (out != null) {
            out.release();
            out = null;
        }
        List<Call> left = new ArrayList<>(pending.values());
        pending.clear();
        dispatcher.lost(this, left, reason == null ? "the proxy closed the connection" : reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        close("the connection broke: " + Printable.text(Tls.reason(cause)));
    }
}
