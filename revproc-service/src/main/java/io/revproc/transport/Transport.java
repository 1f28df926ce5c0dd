package io.revproc.transport;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/** The kernel's interface that the event loops use, the best first. */
public enum Transport {
    IO_URING(IoUring::isAvailable, IoUringIoHandler::newFactory, IoUringServerSocketChannel.class,
            IoUringSocketChannel.class),
    EPOLL(Epoll::isAvailable, EpollIoHandler::newFactory, EpollServerSocketChannel.class, EpollSocketChannel.class),
    NIO(() -> true, NioIoHandler::newFactory, NioServerSocketChannel.class, NioSocketChannel.class);

    /** What a user may ask for. */
    public enum Choice {
        AUTO, IO_URING, EPOLL, NIO
    }

    private final BooleanSupplier available;
    private final Supplier<IoHandlerFactory> ioHandlers;
    private final Class<? extends ServerChannel> serverChannel;
    private final Class<? extends Channel> socketChannel;

    Transport(BooleanSupplier available, Supplier<IoHandlerFactory> ioHandlers,
            Class<? extends ServerChannel> serverChannel, Class<? extends Channel> socketChannel) {
        this.available = available;
        this.ioHandlers = ioHandlers;
        this.serverChannel = serverChannel;
        this.socketChannel = socketChannel;
    }

    /**
     * The transport to use.
     *
     * @throws IllegalStateException if the one that was asked for does not work here; the message says what does
     */
    public static Transport choose(Choice choice) {
        for (Transport transport : values()) {
            boolean wanted = choice == Choice.AUTO || transport.name().equals(choice.name());
            if (wanted && transport.available.getAsBoolean()) {
                return transport;
            }
        }
        throw new IllegalStateException(
                "revproc.listener.transport=" + choice + " is not available on this machine; use auto");
    }

    public IoHandlerFactory ioHandlers() {
        return ioHandlers.get();
    }

    public Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    public Class<? extends Channel> socketChannel() {
        return socketChannel;
    }

    /** Whether a read fills its buffer at once, so that one buffer serves all connections of a loop. */
    boolean readsAtOnce() {
        return this != IO_URING;
    }
}
