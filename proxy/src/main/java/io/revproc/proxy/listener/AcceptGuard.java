package io.revproc.proxy.listener;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.revproc.proxy.access.LineLimit;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first handler of a listening socket. While there are more connections than there may be, since those that are turned away are not
 * closed yet, or when the kernel can't give us one, it accepts no more for a moment, twice as long each time. Those who connect wait in the
 * kernel meanwhile. What the kernel refuses is said once in a while.
 */
final class AcceptGuard extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(AcceptGuard.class);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long MAX_PAUSE_MILLIS = 1_000;
    private static final Duration LINE_PERIOD = Duration.ofSeconds(30);

    private final AtomicInteger sockets;
    private final int max;
    private final LineLimit lines = new LineLimit(System::nanoTime, 1, LINE_PERIOD);
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private boolean paused;

    /**
     * @param sockets counts those that were accepted; who closes one takes it off again
     * @param max     how many there may be at once
     */
    AcceptGuard(AtomicInteger sockets, int max) {
        this.sockets = sockets;
        this.max = max;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (sockets.incrementAndGet() >= max) {
            pause(ctx);
        } else {
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
        ctx.fireChannelRead(msg);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Not passed on: Netty would write a line with a stack trace for each, and pause for its own time.
        long others = lines.next();
        if (others >= 0) {
            log.error(
                    "event=accept_failed error={} unlogged={} hint=\"is the limit of open files too low? ulimit -n\"",
                    LogValue.of(String.valueOf(cause.getMessage())), others);
        }
        pause(ctx);
    }

    private void pause(ChannelHandlerContext ctx) {
        if (paused) {
            return;
        }
        paused = true;
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> {
            paused = false;
            ctx.channel().config().setAutoRead(true);
        }, pauseMillis, TimeUnit.MILLISECONDS);
        pauseMillis = Math.min(2 * pauseMillis, MAX_PAUSE_MILLIS);
    }
}
