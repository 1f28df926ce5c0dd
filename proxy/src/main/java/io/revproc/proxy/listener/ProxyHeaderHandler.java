package io.revproc.proxy.listener;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.ScheduledFuture;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of a connection from a load balancer: reads the PROXY protocol's header, then makes room for the handlers of
 * a connection from the address that it names.
 */
final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {
    private final InetSocketAddress balancer;
    private final long timeoutMillis;
    private final Consumer<InetSocketAddress> next;
    private byte[] header = new byte[128];
    private int length;
    private boolean over;
    private @Nullable ScheduledFuture<?> timeout;

    /**
     * @param balancer      where the connection comes from itself
     * @param timeoutMillis how long the header may take
     * @param next          adds the handlers of a connection from the address
     */
    ProxyHeaderHandler(InetSocketAddress balancer, long timeoutMillis, Consumer<InetSocketAddress> next) {
        this.balancer = balancer;
        this.timeoutMillis = timeoutMillis;
        this.next = next;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // not passed on: the connection begins for the others when it is known whose it is
        timeout = ctx.executor().schedule(
                () -> refuse(ctx, "The PROXY protocol header was not complete within " + timeoutMillis + " ms"),
                timeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf buffer = (ByteBuf) msg;
        if (over) {
            buffer.release();
            return;
        }
        int before = length;
        int more = Math.min(buffer.readableBytes(), ProxyHeader.MAX_LENGTH - length);
        if (header.length < length + more) {
            header = Arrays.copyOf(header, length + more);
        }
        buffer.getBytes(buffer.readerIndex(), header, length, more);
        length += more;
        try {
            ProxyHeader found = ProxyHeader.parse(header, length);
            if (found == null) {
                buffer.release();
                return;
            }
            buffer.skipBytes(found.length() - before);
            begin(ctx, found.source() == null ? balancer : found.source(), buffer);
        } catch (ProxyHeader.Malformed e) {
            buffer.release();
            refuse(ctx, String.valueOf(e.getMessage()));
        }
    }

    private void begin(ChannelHandlerContext ctx, InetSocketAddress source, ByteBuf rest) {
        over();
        next.accept(source);
        ctx.fireChannelActive();
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
        } else {
            rest.release();
        }
        ctx.pipeline().remove(this);
    }

    private void over() {
        over = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    private void refuse(ChannelHandlerContext ctx, String sentence) {
        over();
        ctx.writeAndFlush(Unpooled.wrappedBuffer(
                Refusals.of(ErrorCode.BAD_MESSAGE, sentence, new byte[0], new byte[0])))
                .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            over();
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
