package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.revproc.proxy.forward.ForwardBounds;
import io.revproc.proxy.forward.Forwarders;
import io.revproc.proxy.forward.KeptMessages;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.tls.HandshakeFailure;
import io.revproc.proxy.tls.ListenerTls;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.LoopContext;
import io.revproc.transport.Transport;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The raw-TCP listener. A stop is a drain: no more accepting, no more messages, all owed replies, then notices to the servers.
 */
public final class TcpListener {
    private static final Logger log = LoggerFactory.getLogger(TcpListener.class);
    /** Who comes over the Unix socket is a user of this machine. */
    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    /** So many that are over the limit may be about to be closed: each has a descriptor until then. */
    private static final int TURNED_AWAY_AT_ONCE = 16;
    /** Made before they are needed: where descriptors are short not even a class can be loaded. */
    private static final byte[] TOO_MANY = overloaded("The proxy has too many connections");
    private static final byte[] TOO_MANY_OF_ADDRESS = overloaded("Too many connections from this address");
    private static final long DRAIN_LOOK_MILLIS = 20;
    /** A message that was on its way when the drain began gets at least this long to arrive and be refused. */
    private static final long DRAIN_QUIET_MILLIS = 200;

    private final ListenerSettings properties;
    private final SwitchTable table;
    private final Registrar registrar;
    private final Forwarders forwarders;
    private final ListenerObserver observer;
    private final Entrance entrance;
    private final @Nullable AddressConnections perAddress;
    /** Accepted and not closed: those that are turned away as well. */
    private final AtomicInteger sockets = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final ListenerTally tally = new ListenerTally();
    private final HeldMemory partial;
    private final HeldMemory unsent;
    private final HeldMemory answers;
    private final KeptMessages kept;
    private final List<ListenerLoop> loops = new CopyOnWriteArrayList<>();
    /** What the settings say, or less where the kernel does not give us as many descriptors; known since the start. */
    private volatile int maxConnections;
    private @Nullable MultiThreadIoEventLoopGroup group;
    private volatile @Nullable Channel server;
    private volatile @Nullable UnixSocket unix;

    /** @param forwarders makes the forwarder of an event loop */
    public TcpListener(ListenerSettings properties, SwitchTable table, Registrar registrar,
            Forwarders forwarders, ListenerObserver observer, Entrance entrance) {
        this(properties, table, registrar, forwarders, observer, entrance, Runtime.getRuntime().maxMemory());
    }

    /**
     * @param forwarders makes the forwarder of an event loop
     * @param heap       the bytes of memory that there are: what peers make grow has shares of them
     */
    public TcpListener(ListenerSettings properties, SwitchTable table, Registrar registrar,
            Forwarders forwarders, ListenerObserver observer, Entrance entrance,
            long heap) {
        this.properties = properties;
        this.table = table;
        this.registrar = registrar;
        this.forwarders = forwarders;
        this.observer = observer;
        this.entrance = entrance;
        long share = heap / ListenerSettings.HEAP_SHARE;
        this.partial = held("partial", properties.maxPartial() == null ? share : properties.maxPartial());
        this.unsent = held("unsent", share);
        this.answers = held("answers", share);
        this.kept = new KeptMessages(share, properties.maxMessageBytes());
        this.maxConnections = properties.maxConnections();
        this.perAddress = properties.maxConnectionsPerAddress() == 0
                ? null
                : new AddressConnections(properties.maxConnectionsPerAddress());
    }

    /** @throws ListenerException if the address can't be listened on; its message is one sentence for a person */
    public void start() {
        Transport transport = Transport.choose(properties.transport(), "revproc.listener.transport");
        Descriptors descriptors = Descriptors.now();
        maxConnections = descriptors.connections(properties.maxConnections());
        if (maxConnections < properties.maxConnections()) {
            log.warn(
                    "event=connections_limited connections={} wanted={} open-files={} hint=\"more needs a higher limit of open "
                            + "files, ulimit -n\"",
                    maxConnections, properties.maxConnections(), descriptors.limit());
        }
        MultiThreadIoEventLoopGroup threads = new MultiThreadIoEventLoopGroup(properties.loops(),
                transport.ioHandlers(maxConnections / properties.loops()));
        group = threads;
        Map<EventExecutor, ListenerLoop> byThread = new IdentityHashMap<>();
        for (EventExecutor thread : threads) {
            LoopContext context = new LoopContext(byThread.size(), (EventLoop) thread, transport);
            Runnable wakeOthers = threads.executorCount() > 1 ? () -> wakeOthers(context) : null;
            byThread.put(thread,
                    new ListenerLoop(context, forwarders.make(context, new ForwardBounds(kept, answers), wakeOthers),
                            table, registrar, properties, observer, tally, partial, unsent, entrance));
        }
        loops.clear();
        loops.addAll(byThread.values().stream()
                .sorted(Comparator.comparingInt(loop -> loop.context.index())).toList());
        for (ListenerLoop loop : loops) {
            table.observe(loop.forwarder);
            loop.start();
        }
        ServerBootstrap bootstrap = new ServerBootstrap().group(threads).option(ChannelOption.SO_BACKLOG, 4096)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel listening) {
                        listening.pipeline().addLast(new AcceptGuard(sockets, maxConnections + TURNED_AWAY_AT_ONCE));
                    }
                })
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, byThread);
                    }
                });
        if (properties.unixSocket() != null) {
            unix = UnixSocket.listen(bootstrap.clone(), transport, properties.unixSocket(), threads);
        }
        ChannelFuture bound = bootstrap.channel(transport.serverChannel()).option(ChannelOption.SO_REUSEADDR, true)
                // TCP_NODELAY is what every transport of Netty sets by itself: once more would be one more system call.
                .bind(properties.address(), properties.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            if (unix != null) {
                unix.close();
            }
            threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new ListenerException(properties.address(), properties.port(), bound.cause());
        }
        server = bound.channel();
        InetSocketAddress local = (InetSocketAddress) bound.channel().localAddress();
        registrar.listensAt(local);
        log.info("event=listening address={} port={} transport={} loops={} tls={}", local.getAddress().getHostAddress(),
                local.getPort(), transport.label(), loops.size(), entrance.tls() != null);
        if (unix != null) {
            log.info("event=listening unix-socket={}", LogValue.of(unix.file().toString()));
        }
        observer.listening(local);
    }

    private void accept(Channel channel, Map<EventExecutor, ListenerLoop> byThread) {
        ListenerLoop loop = byThread.get(channel.eventLoop());
        if (loop == null) {
            throw new IllegalStateException("a connection belongs to one of the listener's loops");
        }
        channel.closeFuture().addListener(closed -> sockets.decrementAndGet());
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            turnAway(channel, TOO_MANY);
            return;
        }
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        InetSocketAddress peer = channel.remoteAddress() instanceof InetSocketAddress remote ? remote : LOCAL;
        if (!secured(channel)) {
            // TLS keeps the beginning of a record until its rest comes: it must not keep what all connections read into.
            loop.context.adopt(channel);
        }
        if (peer != LOCAL && properties.believes(peer.getAddress())) {
            channel.pipeline().addLast(new ProxyHeaderHandler(peer, properties.messageTimeout().toMillis(),
                    (same, source) -> admit(same, loop, source)));
        } else {
            admit(channel, loop, peer);
        }
    }

    /** @param peer whose connection it is */
    private void admit(Channel channel, ListenerLoop loop, InetSocketAddress peer) {
        if (perAddress != null && peer != LOCAL && !perAddress.enter(channel, peer)) {
            turnAway(channel, TOO_MANY_OF_ADDRESS);
            return;
        }
        tally.accepted();
        ListenerTls tls = entrance.tls();
        if (tls != null && peer != LOCAL) {
            HandshakeHandler.secure(channel, tls, peer, partial, link -> new ClientHandler(loop, channel, peer, link));
        } else {
            channel.pipeline().addLast(new ClientHandler(loop, channel, peer, null));
        }
    }

    private HeldMemory held(String kind, long max) {
        return new HeldMemory(kind, max, 2L * (properties.maxMessageBytes() + LoopContext.LARGEST_READ),
                new MemoryLog(System::nanoTime));
    }

    private boolean secured(Channel channel) {
        return entrance.tls() != null && channel.remoteAddress() instanceof InetSocketAddress;
    }

    private static byte[] overloaded(String sentence) {
        return Refusals.of(ErrorCode.OVERLOADED, sentence, new byte[0], new byte[0]);
    }

    private void turnAway(Channel channel, byte[] refusal) {
        tally.turnedAway();
        if (secured(channel)) {
            // a sentence would cost a handshake
            channel.close();
            return;
        }
        channel.writeAndFlush(Unpooled.wrappedBuffer(refusal)).addListener(ChannelFutureListener.CLOSE);
    }

    private void wakeOthers(LoopContext one) {
        for (ListenerLoop other : loops) {
            if (other.context != one) {
                other.forwarder.wake();
            }
        }
    }

    /** Where it listens; null while it does not. */
    public @Nullable InetSocketAddress localAddress() {
        Channel open = server;
        return open == null ? null : (InetSocketAddress) open.localAddress();
    }

    /** Connections of clients and registered servers. */
    public int connections() {
        return connections.get();
    }

    /** What peers can make grow, one of each kind. */
    public List<HeldMemory> memory() {
        return List.of(partial, unsent, answers);
    }

    /** The messages that are kept until their servers have them. */
    public KeptMessages kept() {
        return kept;
    }

    /** The most of them. */
    public int maxConnections() {
        return maxConnections;
    }

    /** Connections accepted since the start. */
    public long accepted() {
        return tally.accepts();
    }

    /** Connections refused since there were too many. */
    public long turnedAway() {
        return tally.turnAways();
    }

    /** Handshakes that failed so, since the start. */
    public long handshakeFailures(HandshakeFailure failure) {
        ListenerTls tls = entrance.tls();
        return tls == null ? 0 : tls.failures(failure);
    }

    /** Messages that were refused with this code before they were given to a policy. */
    public long refused(ErrorCode code) {
        return tally.refusals(code);
    }

    /**
     * How late the event loop of this number is, in nanoseconds: the worst of the last 15 to 30 seconds; 0 if there is no such
     * loop.
     */
    public long lagNanos(int loop) {
        return loop < loops.size() ? loops.get(loop).lag().nanos(System.nanoTime()) : 0;
    }

    /** Returns whether it listens. */
    public boolean isRunning() {
        return server != null;
    }

    /** Begins the drain and returns at once; {@code stopped} is called when it is over. */
    public void stop(Runnable stopped) {
        Thread.ofVirtual().name("drain").start(() -> {
            try {
                drain();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                server = null;
                stopped.run();
            }
        });
    }

    private void drain() throws InterruptedException {
        log.info("event=draining connections={}", connections.get());
        Thread.sleep(properties.shutdownWait());
        Channel open = server;
        if (open != null) {
            open.close().await();
        }
        UnixSocket local = unix;
        if (local != null) {
            local.close();
        }
        loops.forEach(loop -> loop.context.loop().execute(loop::drain));
        long start = System.nanoTime();
        long end = start + properties.shutdownGrace().toNanos();
        long quiet = Math.min(end, start + TimeUnit.MILLISECONDS.toNanos(DRAIN_QUIET_MILLIS));
        int owed = owed();
        while (owed > 0 && System.nanoTime() - end < 0 || System.nanoTime() - quiet < 0) {
            Thread.sleep(DRAIN_LOOK_MILLIS);
            owed = owed();
        }
        registrar.notices(Message.Notice.Event.SHUTDOWN);
        loops.forEach(loop -> loop.context.loop().execute(loop::closeAll));
        MultiThreadIoEventLoopGroup threads = group;
        if (threads != null) {
            threads.shutdownGracefully(DRAIN_QUIET_MILLIS, 2_000, TimeUnit.MILLISECONDS).await();
        }
        log.info("event=stopped unanswered={}", owed);
    }

    private int owed() {
        int owed = 0;
        for (ListenerLoop loop : loops) {
            owed += loop.context.loop().submit(loop::owed).syncUninterruptibly().getNow();
        }
        return owed;
    }
}
