package io.revproc.proxy.listener;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;

/** Ends a connection so that its peer can read all that was written before. */
final class GracefulClose {
    /** How long a peer may take to read a last refusal; closing at once would take it away from a client that still sends. */
    private static final long LINGER_MILLIS = 2_000;

    private GracefulClose() {}

    /**
     * Ends our side behind all that was written, then closes.
     *
     * @param inputEnded whether the peer has ended its side: then nothing is left to wait for
     */
    static void begin(Channel channel, @Nullable TlsLink tls, BooleanSupplier inputEnded) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (inputEnded.getAsBoolean() || !written.isSuccess()) {
                channel.close();
            } else {
                endOutput(channel, tls);
                channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private static void endOutput(Channel channel, @Nullable TlsLink tls) {
        DuplexChannel duplex = (DuplexChannel) channel;
        if (tls == null) {
            duplex.shutdownOutput();
        } else {
            tls.endOutput().addListener(said -> duplex.shutdownOutput());
        }
    }
}
