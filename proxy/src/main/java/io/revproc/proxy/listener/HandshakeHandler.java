package io.revproc.proxy.listener;

import java.net.InetSocketAddress;
import java.util.function.Function;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.revproc.proxy.access.AddressKey;
import io.revproc.proxy.tls.HandshakeFailure;
import io.revproc.proxy.tls.ListenerTls;
import io.revproc.transport.BadRecords;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.NoReadAfterClose;
import io.revproc.transport.TlsRecords;

/** Waits for the handshake of one connection, then makes room for its {@link ClientHandler}. One that fails is counted and closed. */
final class HandshakeHandler extends ChannelInboundHandlerAdapter {
    private final ListenerTls tls;
    private final InetSocketAddress peer;
    private final SslHandler ssl;
    private final CloseNotifyHold hold;
    private final Function<TlsLink, ClientHandler> next;
    private boolean over;

    private HandshakeHandler(ListenerTls tls, InetSocketAddress peer, SslHandler ssl, CloseNotifyHold hold,
            Function<TlsLink, ClientHandler> next) {
        this.tls = tls;
        this.peer = peer;
        this.ssl = ssl;
        this.hold = hold;
        this.next = next;
    }

    /**
     * @param partial counts the records that are not complete
     * @param next    makes the handler of the connection, once it is known whose certificate its peer has
     */
    static void secure(Channel channel, ListenerTls tls, InetSocketAddress peer, HeldMemory partial,
            Function<TlsLink, ClientHandler> next) {
        SslHandler ssl = tls.newHandler(channel.alloc());
        CloseNotifyHold hold = new CloseNotifyHold(partial, AddressKey.of(peer.getAddress()));
        channel.pipeline().addLast(new NoReadAfterClose(), new TlsRecords(hold), hold, BadRecords.INSTANCE,
                ssl, new HandshakeHandler(tls, peer, ssl, hold, next));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // not passed on: the connection begins for its handler after the handshake
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (over) {
            return;
        }
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                begin(ctx);
            } else {
                failed(ctx, HandshakeFailure.of(handshake.cause()));
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            failed(ctx, HandshakeFailure.CLOSED);
        }
    }

    private void begin(ChannelHandlerContext ctx) {
        over = true;
        ClientHandler client = next.apply(TlsLink.of(ssl, hold));
        hold.guard(client.connection());
        ctx.pipeline().addLast(client);
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
    }

    private void failed(ChannelHandlerContext ctx, HandshakeFailure failure) {
        over = true;
        tls.failed(peer.getAddress().getHostAddress(), failure);
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!over) {
            failed(ctx, HandshakeFailure.CLOSED);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // of a handshake that fails the event says so as well
        ctx.close();
    }
}
