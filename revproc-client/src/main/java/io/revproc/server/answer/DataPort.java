package io.revproc.server.answer;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.revproc.client.connect.Printable;
import io.revproc.client.connect.Tls;
import io.revproc.server.transcript.Transcript;
import io.revproc.transport.BadRecords;
import io.revproc.transport.NoReadAfterClose;
import io.revproc.transport.Transport;
import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TCP port where messages come in. {@link #open()} and {@link #close} once each, from any thread. */
public final class DataPort {
    private static final Logger log = LoggerFactory.getLogger(DataPort.class);

    private final DataPortSettings settings;
    private final Transport transport;
    private final EventLoopGroup loops;
    private final Leases leases;
    private final Transcript transcript;
    private final @Nullable Supplier<? extends SslContext> tls;
    private final Responder responder;
    private final InFlight inFlight;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Counters counters = new Counters();
    private final Complaints complaints = new Complaints(System::nanoTime);
    private final FastThreadLocal<LoopBuffers> buffers;
    private volatile @Nullable Channel listening;

    /** @param tls asked for each connection; null: in plain text */
    public DataPort(DataPortSettings settings, Transport transport, EventLoopGroup loops, Leases leases,
            Responder responder, Transcript transcript, @Nullable Supplier<? extends SslContext> tls) {
        this.responder = responder;
        inFlight = new InFlight(settings.maxInFlight(), settings.maxInFlightBytes());
        this.tls = tls;
        this.settings = settings;
        this.transport = transport;
        this.loops = loops;
        this.leases = leases;
        this.transcript = transcript;
        buffers = new FastThreadLocal<>() {
            @Override
            protected LoopBuffers initialValue() {
                return new LoopBuffers(settings.id(), settings.maxPartialPerLoop());
            }
        };
    }

    /**
     * Begins to listen, unless it does already.
     *
     * @throws PortTakenException if the address can't be had
     */
    public void open() {
        if (listening != null) {
            return;
        }
        ServerBootstrap bootstrap = new ServerBootstrap().group(loops).channel(transport.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                // a peer that closed its side still gets its answers
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(1024, 8192, 128 * 1024))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(settings.highWater() / 2, settings.highWater()))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                });
        ChannelFuture bound = bootstrap.bind(settings.address(), settings.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new PortTakenException("the data port " + HostPort.text(settings.address(), settings.port())
                    + " can't be opened " + advice(Printable.reason(bound.cause())));
        }
        listening = bound.channel();
        log.info("event=listening address={} port={} transport={}", settings.address(), port(), transport.label());
    }

    private void accept(Channel channel) {
        if (connections.size() >= settings.maxConnections()) {
            counters.turnedAway.increment();
            long count = counters.turnedAway.sum();
            if (Long.bitCount(count) == 1) {
                log.warn("event=connection_turned_away max-connections={} turned-away={}", settings.maxConnections(),
                        count);
            }
            channel.close();
            return;
        }
        connections.add(channel);
        if (tls != null) {
            channel.pipeline().addLast(new NoReadAfterClose(), BadRecords.INSTANCE,
                    Tls.accepting(tls.get(), channel.alloc()));
        }
        channel.pipeline().addLast(new DataConnection(settings, leases, responder, inFlight, transcript, buffers.get(),
                counters, complaints));
    }

    /** The port that is listened on; what was asked for, or what the kernel gave for 0. 0 before {@link #open()}. */
    public int port() {
        Channel channel = listening;
        return channel != null && channel.localAddress() instanceof InetSocketAddress address ? address.getPort() : 0;
    }

    /** Returns how many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** Returns how many messages are being worked on. */
    public int inFlight() {
        return inFlight.messages();
    }

    /** Messages answered since the start. */
    public long answered() {
        return counters.answered.sum();
    }

    /** Messages that could not be answered. */
    public long refused() {
        return counters.refused.sum();
    }

    /** Connections closed because there were too many. */
    public long turnedAway() {
        return counters.turnedAway.sum();
    }

    /**
     * Stops listening, lets every connection send the answers it owes, and closes it.
     *
     * @param limit connections that need longer are cut
     */
    public void close(Duration limit) {
        Channel channel = listening;
        if (channel == null) {
            return;
        }
        listening = null;
        channel.close().awaitUninterruptibly();
        for (Channel connection : connections) {
            connection.eventLoop().execute(() -> {
                var ctx = connection.pipeline().context(DataConnection.class);
                if (ctx != null && ctx.handler() instanceof DataConnection handler) {
                    handler.leave(ctx);
                } else {
                    connection.close();
                }
            });
        }
        connections.newCloseFuture().awaitUninterruptibly(limit.toMillis(), TimeUnit.MILLISECONDS);
        connections.close().awaitUninterruptibly();
    }

    private String advice(String reason) {
        return advice(reason, settings.addressSetting(), settings.portSetting());
    }

    static String advice(String reason, String addressSetting, String portSetting) {
        if (reason.contains("assign requested address") || reason.contains("Address family not supported")) {
            return "(no interface of this machine has this address); choose another with " + addressSetting;
        }
        if (reason.contains("UnresolvedAddress")) {
            return "(no host of this name is known); choose another with " + addressSetting;
        }
        if (reason.contains("Permission denied")) {
            return "(permission denied; a port below 1024 takes more rights); choose another with " + portSetting;
        }
        return "(" + (reason.contains("in use") ? "it is in use by another program" : reason)
                + "); choose another with " + portSetting;
    }
}
