package io.revproc.server.registration;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.revproc.client.connect.Printable;
import io.revproc.server.transcript.Transcript;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageFramer.Event;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/** Turns the bytes of one registration connection into messages for its session. */
final class SessionHandler extends ChannelInboundHandlerAdapter {
    /** The longest message of a proxy on this connection; real ones are much shorter. */
    private static final int MAX_ANSWER = 16 * 1024;

    private final RegistrationSession session;
    private final int attempt;
    private final Transcript transcript;
    private final MessageFramer framer = new MessageFramer(MAX_ANSWER);
    /** Why the connection ended; null: the proxy closed it. */
    private @Nullable String reason;

    SessionHandler(RegistrationSession session, int attempt, Transcript transcript) {
        this.session = session;
        this.attempt = attempt;
        this.transcript = transcript;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf buffer = (ByteBuf) msg;
        try {
            byte[] bytes = ByteBufUtil.getBytes(buffer);
            framer.offer(bytes, 0, bytes.length);
        } finally {
            buffer.release();
        }
        Event event = framer.poll();
        while (event == Event.MESSAGE || event == Event.BAD_MESSAGE) {
            if (event == Event.MESSAGE) {
                message();
            } else {
                session.unreadable(attempt);
            }
            event = framer.poll();
        }
        if (event == Event.NEED_MORE) {
            framer.park();
        } else {
            reason = "what answers there does not speak the protocol";
            session.unreadable(attempt);
            ctx.close();
        }
    }

    private void message() {
        try {
            session.received(attempt, MessageCodec.read(framer.array(), framer.start(), framer.end()), framer.array(),
                    framer.start(), framer.end());
        } catch (WireException e) {
            if (transcript.on()) {
                transcript.answered(framer.array(), framer.start(), framer.end());
            }
            session.unreadable(attempt);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (reason == null) {
            session.closedByProxy(attempt);
        } else {
            session.closed(attempt, reason);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        reason = Printable.reason(cause);
        ctx.close();
    }
}
