package io.revproc.proxy.listener;

import java.net.InetSocketAddress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a {@link ClientConnection} the events of its channel. */
final class ClientHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);

    private final InetSocketAddress peer;
    private final ClientConnection connection;

    /** @param tls null for a connection in plain text */
    ClientHandler(ListenerLoop loop, Channel channel, InetSocketAddress peer, @Nullable TlsLink tls) {
        this.peer = peer;
        this.connection = new ClientConnection(loop, channel, peer, tls);
    }

    ClientConnection connection() {
        return connection;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connection.begin();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        connection.read((ByteBuf) msg);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        connection.writabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            connection.inputEnded(false);
        } else if (event instanceof SslCloseCompletionEvent) {
            connection.inputEnded(true);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // a reset by the peer is its right; anything else is ours to know, without what it sent
        log.debug("event=client_error peer={} error={}", peer, cause.getClass().getSimpleName());
        ctx.channel().close();
    }
}
