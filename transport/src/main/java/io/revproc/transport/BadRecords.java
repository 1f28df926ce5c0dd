package io.revproc.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;

/**
 * Stands before the TLS engine, on the network's side, and ends a connection on which a bad record came after the handshake. BoringSSL's
 * engine (Netty 4.2.18) hands out its alert then, and keeps the error for the next time that it is asked: with nothing to be sent nobody
 * asks, and the connection would stay open. So whenever an alert may have left, the engine is asked once more. What it says then is the
 * connection's error, as the JDK's engine says it by itself.
 */
@Sharable
public final class BadRecords extends ChannelOutboundHandlerAdapter {
    /** The one handler for all connections: it keeps nothing of any. */
    public static final BadRecords INSTANCE = new BadRecords();

    private BadRecords() {}

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        boolean alert = msg instanceof ByteBuf bytes && TlsRecords.lastAlert(bytes) >= 0;
        ctx.write(msg, promise);
        if (alert) {
            // The engine may be at work right now.
            ctx.executor().execute(() -> ask(ctx.channel()));
        }
    }

    /** Has the engine encrypt nothing: it throws if it keeps an error. */
    private static void ask(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null && channel.isActive() && !tls.engine().isOutboundDone()) {
            channel.flush();
        }
    }
}
