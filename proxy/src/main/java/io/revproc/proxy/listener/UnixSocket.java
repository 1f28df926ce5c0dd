package io.revproc.proxy.listener;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.revproc.transport.Transport;
import org.jspecify.annotations.Nullable;

/** The listener on a Unix-domain socket, beside the one on TCP. */
record UnixSocket(Channel channel, Path file) {
    /**
     * Listens. A socket's file that an ended process left behind is replaced; one that somebody listens on is not, and no other
     * file.
     *
     * @throws ListenerException if it can't be listened on
     */
    static UnixSocket listen(ServerBootstrap bootstrap, Transport transport, Path file, EventLoopGroup threads) {
        String problem = makeRoom(file);
        if (problem == null) {
            ChannelFuture bound = bootstrap.channel(transport.serverUnixChannel()).bind(transport.unixAddress(file))
                    .awaitUninterruptibly();
            if (bound.isSuccess()) {
                return new UnixSocket(bound.channel(), file);
            }
            problem = String.valueOf(bound.cause().getMessage());
        }
        threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        throw new ListenerException(file, problem);
    }

    /** @return what keeps us from listening there; null if nothing does */
    private static @Nullable String makeRoom(Path file) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(file)
                || Files.isSymbolicLink(file)) {
            return "it is there and no socket";
        }
        try (SocketChannel somebody = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            somebody.connect(UnixDomainSocketAddress.of(file));
            return "somebody listens there";
        } catch (IOException e) {
            // nobody
        }
        try {
            Files.delete(file);
            return null;
        } catch (IOException e) {
            return "it can't be replaced: " + e.getMessage();
        }
    }

    /** Waits a moment at most: see {@link Drain}. */
    void close() {
        channel.close().awaitUninterruptibly(Drain.STOP_MILLIS);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // the next start replaces it
        }
    }
}
