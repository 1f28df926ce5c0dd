package io.revproc.transport;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import org.jspecify.annotations.Nullable;

/** The kernel's interface that the event loops use, the best first. */
public enum Transport {
    IO_URING(IoUring::isAvailable, Transport::ioUring, IoUringServerSocketChannel.class,
            IoUringSocketChannel.class, IoUringServerDomainSocketChannel.class),
    EPOLL(Epoll::isAvailable, connections -> EpollIoHandler.newFactory(), EpollServerSocketChannel.class,
            EpollSocketChannel.class,
            EpollServerDomainSocketChannel.class),
    NIO(() -> true, connections -> NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class,
            NioServerDomainSocketChannel.class);

    private static final int KEEPALIVE_IDLE_SECONDS = 10;
    private static final int KEEPALIVE_INTERVAL_SECONDS = 5;
    private static final int KEEPALIVE_PROBES = 3;
    @SuppressWarnings("UnusedVariable") // stands in the Javadoc below
    private static final int DEAD_AFTER_SECONDS = KEEPALIVE_IDLE_SECONDS
            + KEEPALIVE_INTERVAL_SECONDS * KEEPALIVE_PROBES;
    private static final short READ_BUFFERS = 0;
    private static final short READ_BUFFER_COUNT = 64;
    private static final int READ_BUFFER_SIZE = 16 * 1024;
    /** Entries of the completion queue, 16 bytes each; the kernel takes twice the largest. */
    private static final int SMALLEST_COMPLETION_QUEUE = 4 * 1024;
    private static final int LARGEST_COMPLETION_QUEUE = 32 * 1024;

    static {
        NettyDefaults.set();
    }

    /** The choices of a user. */
    public enum Choice {
        AUTO, IO_URING, EPOLL, NIO
    }

    private final BooleanSupplier available;
    private final IntFunction<IoHandlerFactory> ioHandlers;
    private final Class<? extends ServerChannel> serverChannel;
    private final Class<? extends Channel> socketChannel;
    private final Class<? extends ServerChannel> serverUnixChannel;

    Transport(BooleanSupplier available, IntFunction<IoHandlerFactory> ioHandlers,
            Class<? extends ServerChannel> serverChannel, Class<? extends Channel> socketChannel,
            Class<? extends ServerChannel> serverUnixChannel) {
        this.available = available;
        this.ioHandlers = ioHandlers;
        this.serverChannel = serverChannel;
        this.socketChannel = socketChannel;
        this.serverUnixChannel = serverUnixChannel;
    }

    /**
     * Returns the transport to use.
     *
     * @param setting the name of the setting that the choice came from, for the message
     * @throws IllegalStateException if the one that was asked for does not work on this machine; the message says what to do
     */
    public static Transport choose(Choice choice, String setting) {
        for (Transport transport : values()) {
            boolean wanted = choice == Choice.AUTO || transport.name().equals(choice.name());
            if (wanted && transport.available.getAsBoolean()) {
                return transport;
            }
        }
        throw new IllegalStateException(
                setting + "=" + choice + " is not available on this machine; use auto");
    }

    /**
     * Returns what {@code auto} stands for where a Unix-domain socket is listened on as well: epoll, if it is there. Netty's others (4.2.18) close
     * such a connection when its peer ends its own side, and the replies that it is owed would be lost.
     */
    public static Choice withUnixSocket(Choice choice) {
        return choice == Choice.AUTO && EPOLL.available.getAsBoolean() ? Choice.EPOLL : choice;
    }

    /**
     * Sets io_uring up. The kernel takes the buffer of a read from a ring of the loop's when the bytes are there: an idle connection has none,
     * and nothing is allocated for a read.
     */
    private static IoHandlerFactory ioUring(int connections) {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        if (!IoUring.isRegisterBufferRingSupported()) {
            return IoUringIoHandler.newFactory(config);
        }
        // A kernel that has these rings lets us size the queue, and move a timer, as well.
        config.setCqSize(completionQueue(connections));
        config.setBufferRingConfig(IoUringBufferRingConfig.builder().bufferGroupId(READ_BUFFERS)
                .bufferRingSize(READ_BUFFER_COUNT).batchSize(READ_BUFFER_COUNT)
                .allocator(new IoUringFixedBufferRingAllocator(READ_BUFFER_SIZE)).build());
        return RingTimer.over(IoUringIoHandler.newFactory(config));
    }

    /** Returns the ring that a connection's reads take their buffers from; null where reads allocate. */
    @Nullable
    Short readBufferGroup() {
        return this == IO_URING && IoUring.isRegisterBufferRingSupported() ? READ_BUFFERS : null;
    }

    /** Returns what makes the event loops' input and output, for a few connections each. */
    public IoHandlerFactory ioHandlers() {
        return ioHandlers(0);
    }

    /**
     * Returns what makes the event loops' input and output.
     *
     * @param connections how many a loop may have; something may complete on each of them at once, and what the queue has no room for
     *                    costs the kernel memory, and us a call for every few
     */
    public IoHandlerFactory ioHandlers(int connections) {
        return ioHandlers.apply(connections);
    }

    static int completionQueue(int connections) {
        int needed = Math.clamp(connections, SMALLEST_COMPLETION_QUEUE, LARGEST_COMPLETION_QUEUE);
        return Integer.highestOneBit(2 * needed - 1);
    }

    public Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    public Class<? extends ServerChannel> serverUnixChannel() {
        return serverUnixChannel;
    }

    /** Returns the address of a Unix-domain socket, of the kind that this transport takes. */
    public SocketAddress unixAddress(Path file) {
        return this == NIO ? UnixDomainSocketAddress.of(file) : new DomainSocketAddress(file.toFile());
    }

    public Class<? extends Channel> socketChannel() {
        return socketChannel;
    }

    /** Returns its name as a person writes it: io_uring, epoll, nio. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Lets the kernel end connections whose other end is gone without a word: idle ones after about {@value #DEAD_AFTER_SECONDS} s,
     * those with unsent or unacknowledged bytes after the time given. NIO has keep-alive alone, at the system's pace.
     *
     * @param userTimeoutMillis how long what was sent may stay unacknowledged
     */
    public void noticeDeadPeers(Bootstrap bootstrap, int userTimeoutMillis) {
        bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
        switch (this) {
            case IO_URING -> bootstrap.option(IoUringChannelOption.TCP_USER_TIMEOUT, userTimeoutMillis)
                    .option(IoUringChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
                    .option(IoUringChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
                    .option(IoUringChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
            case EPOLL -> bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, userTimeoutMillis)
                    .option(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
                    .option(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
                    .option(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
            case NIO -> {
            }
        }
    }

    /** Returns whether a read fills its buffer at once, so that one buffer serves all connections of a loop. */
    boolean readsAtOnce() {
        return this != IO_URING;
    }
}
