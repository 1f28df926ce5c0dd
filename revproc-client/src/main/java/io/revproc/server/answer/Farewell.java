package io.revproc.server.answer;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection: the last answers leave, then we say that nothing follows and wait a little for the peer to close
 * as well. Closing while bytes of the peer's are unread would reset the connection, and the reset may overtake our last answer.
 */
final class Farewell {
    /** How long a peer may take to read its last answers and close. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private boolean begun;
    private boolean sent;
    private boolean peerDone;
    private @Nullable ScheduledFuture<?> linger;

    /** No more messages are to be taken. */
    void begin() {
        begun = true;
    }

    /** No more messages are to be taken, and the peer need not be waited for. */
    void beginWithoutPeer() {
        begun = true;
        peerDone = true;
    }

    boolean begun() {
        return begun;
    }

    /** Every answer that is owed was written: flush and end. */
    void finish(ChannelHandlerContext ctx) {
        if (sent) {
            if (peerDone) {
                ctx.close();
            }
            return;
        }
        sent = true;
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
            if (peerDone) {
                ctx.close();
            } else {
                endOutput(ctx);
            }
        });
        if (ctx.channel().isOpen()) {
            linger = ctx.executor().schedule(() -> ctx.close(), LINGER.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void endOutput(ChannelHandlerContext ctx) {
        SocketChannel channel = (SocketChannel) ctx.channel();
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null) {
            channel.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(_ -> channel.shutdownOutput());
        }
    }

    void closed() {
        if (linger != null) {
            linger.cancel(false);
        }
    }
}
