package io.revproc.server.transport;

import java.util.function.BooleanSupplier;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/** A way to the kernel's sockets. */
public enum Transport {
    IO_URING, EPOLL, NIO;

    private static final String REPEATED_POLL = "io.netty.iouring.pollAddMultishotEnabled";

    static {
        // Netty's repeated poll (4.2.18) loses the event of a reset, or of an end of the stream, that comes together with data:
        // the connection would stay for ever. Read by Netty when it first looks for io_uring, which is after this.
        if (System.getProperty(REPEATED_POLL) == null) {
            System.setProperty(REPEATED_POLL, "false");
        }
    }

    /** What a person may ask for. */
    public enum Choice {
        /** The first that works of io_uring, epoll, NIO. */
        AUTO, IO_URING, EPOLL, NIO
    }

    /**
     * @param choice what was asked for
     * @throws IllegalStateException with a sentence for a person, if this machine does not have it
     */
    public static Transport of(Choice choice) {
        return choose(choice, IoUring::isAvailable, Epoll::isAvailable);
    }

    static Transport choose(Choice choice, BooleanSupplier ioUring, BooleanSupplier epoll) {
        return switch (choice) {
            case AUTO -> ioUring.getAsBoolean() ? IO_URING : epoll.getAsBoolean() ? EPOLL : NIO;
            case IO_URING -> available(IO_URING, ioUring);
            case EPOLL -> available(EPOLL, epoll);
            case NIO -> NIO;
        };
    }

    private static Transport available(Transport transport, BooleanSupplier check) {
        if (!check.getAsBoolean()) {
            throw new IllegalStateException(
                    "this machine has no " + transport.label() + "; use policy-server.transport=auto");
        }
        return transport;
    }

    public IoHandlerFactory ioHandlers() {
        return switch (this) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    public Class<? extends ServerSocketChannel> serverChannel() {
        return switch (this) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
        };
    }

    public Class<? extends SocketChannel> clientChannel() {
        return switch (this) {
            case IO_URING -> IoUringSocketChannel.class;
            case EPOLL -> EpollSocketChannel.class;
            case NIO -> NioSocketChannel.class;
        };
    }

    /** As a person writes it: io_uring, epoll, nio. */
    public String label() {
        return switch (this) {
            case IO_URING -> "io_uring";
            case EPOLL -> "epoll";
            case NIO -> "nio";
        };
    }
}
