package io.revproc.proxy.listener;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.EventExecutor;
import io.revproc.proxy.tls.ListenerTls;
import org.jspecify.annotations.Nullable;

/** Takes each accepted connection through the steps to its handler. Thread-safe. */
final class ConnectionAdmission extends ChannelInitializer<Channel> {
    private final AtomicInteger sockets;
    private final Map<EventExecutor, ListenerLoop> byThread;
    private final ListenerTally tally;
    private final ListenerMemory memory;
    private final @Nullable ListenerTls tls;
    private final Consumer<Accepted> steps;

    /**
     * @param sockets        counts what was accepted and is not closed, which {@link AcceptGuard} adds to
     * @param connections    counts what was let in and is not closed
     * @param maxConnections how many of these there may be
     * @param byThread       not changed afterwards
     * @param tls            of connections over TCP; null: they are plain text
     */
    ConnectionAdmission(ListenerSettings settings, AtomicInteger sockets, AtomicInteger connections, int maxConnections,
            Map<EventExecutor, ListenerLoop> byThread, ListenerTally tally, ListenerMemory memory,
            @Nullable ListenerTls tls) {
        this.sockets = sockets;
        this.byThread = byThread;
        this.tally = tally;
        this.memory = memory;
        this.tls = tls;
        this.steps = AdmissionStep.chain(List.of(new ConnectionLimit(connections, maxConnections, tally),
                ConnectionAdmission::shareReadBuffer, new BalancerHeader(settings),
                new AddressConnections(settings.maxConnectionsPerAddress(), tally)), this::begin);
    }

    @Override
    protected void initChannel(Channel channel) {
        ListenerLoop loop = byThread.get(channel.eventLoop());
        if (loop == null) {
            throw new IllegalStateException("a connection belongs to one of the listener's loops");
        }
        channel.closeFuture().addListener(closed -> sockets.decrementAndGet());
        steps.accept(Accepted.of(channel, loop, tls != null));
    }

    private static void shareReadBuffer(Accepted connection, Consumer<Accepted> next) {
        connection.loop().context.adopt(connection.channel());
        next.accept(connection);
    }

    private void begin(Accepted connection) {
        tally.accepted();
        Channel channel = connection.channel();
        if (tls != null && connection.secured()) {
            HandshakeHandler.secure(channel, tls, connection.peer(), memory.partial(),
                    link -> new ClientHandler(connection.loop(), channel, connection.peer(), link));
        } else {
            channel.pipeline().addLast(new ClientHandler(connection.loop(), channel, connection.peer(), null));
        }
    }
}
