package io.revproc.proxy.forward;

import java.net.InetSocketAddress;
import java.util.function.Consumer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.tls.ForwardTls;
import io.revproc.proxy.tls.HandshakeFailure;
import io.revproc.transport.BadRecords;
import io.revproc.transport.NoReadAfterClose;
import io.revproc.transport.TlsRecords;

/**
 * The handshake of one connection to a server. Only once it is done, and the server is the one that registered, anybody learns that
 * the connection is open: until then there is nothing to send on it.
 */
final class ServerHandshake extends ChannelInboundHandlerAdapter {
    private final ForwardTls tls;
    private final Endpoint endpoint;
    private final SslHandler ssl;
    private final ChannelHandler handler;
    private final Consumer<Channel> connected;
    private final Runnable unreachable;
    private boolean over;

    private ServerHandshake(ForwardTls tls, Endpoint endpoint, SslHandler ssl, ChannelHandler handler,
            Consumer<Channel> connected, Runnable unreachable) {
        this.tls = tls;
        this.endpoint = endpoint;
        this.ssl = ssl;
        this.handler = handler;
        this.connected = connected;
        this.unreachable = unreachable;
    }

    /**
     * Begins on a channel that has just been connected.
     *
     * @param handler gets the channel's events from the end of the handshake on
     */
    static void start(Channel channel, ForwardTls tls, Endpoint endpoint, long timeoutMillis, ChannelHandler handler,
            Consumer<Channel> connected, Runnable unreachable) {
        EndpointSpec spec = endpoint.spec();
        SslHandler ssl = tls.newHandler(channel.alloc(), new InetSocketAddress(spec.address(), spec.port()),
                spec.certificate(), timeoutMillis);
        // The handshake begins when its handler is added: whoever waits for its end is there before.
        channel.pipeline().addLast(new ServerHandshake(tls, endpoint, ssl, handler, connected, unreachable));
        // The beginning of a record is at most 18 KiB, and there are few connections to a server: nobody has to count it.
        channel.pipeline().addFirst(new NoReadAfterClose(), new TlsRecords(bytes -> {}), BadRecords.INSTANCE,
                ssl);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !over) {
            if (!handshake.isSuccess()) {
                failed(ctx, HandshakeFailure.of(handshake.cause()));
            } else if (ForwardTls.isPeer(ssl, endpoint.spec().certificate())) {
                over = true;
                ctx.pipeline().addLast(handler);
                connected.accept(ctx.channel());
            } else {
                failed(ctx, HandshakeFailure.CERTIFICATE_REFUSED);
            }
        } else if (event instanceof SslCloseCompletionEvent) {
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void failed(ChannelHandlerContext ctx, HandshakeFailure failure) {
        over = true;
        tls.failed(endpoint.toString(), failure);
        ctx.close();
        unreachable.run();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (over) {
            ctx.fireChannelInactive();
        } else {
            failed(ctx, HandshakeFailure.CLOSED);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (ctx.pipeline().last() == handler) {
            ctx.fireExceptionCaught(cause);
        } else {
            // of a handshake that fails the event says so as well
            ctx.close();
        }
    }
}
