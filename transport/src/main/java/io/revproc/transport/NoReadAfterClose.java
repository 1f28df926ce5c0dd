package io.revproc.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * The first handler of a connection with TLS. Netty's io_uring (4.2.18) closes a channel only when its last write is done, an alert for
 * example; if it is asked to read in the meantime, it asks the kernel to wait for bytes, and never takes that back: the kernel keeps the
 * socket open for ever, and its peer waits. One of this class per channel.
 */
public final class NoReadAfterClose extends ChannelOutboundHandlerAdapter {
    private boolean closing;

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        closing = true;
        ctx.close(promise);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (!closing) {
            ctx.read();
        }
    }
}
