package io.revproc.proxy.listener;

import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.revproc.proxy.forward.ForwardBounds;
import io.revproc.proxy.forward.Forwarder;
import io.revproc.proxy.forward.KeptMessages;
import io.revproc.proxy.tls.HandshakeFailure;
import io.revproc.proxy.tls.ListenerTls;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.LoopContext;
import io.revproc.transport.Transport;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The raw-TCP listener. A stop is a drain: no more accepting, no more messages, all owed replies, then notices to the servers.
 */
public final class TcpListener {
    private static final Logger log = LoggerFactory.getLogger(TcpListener.class);
    /** How many connections over the limit may be waiting to be closed: each has a descriptor until then. */
    private static final int MAX_TURNED_AWAY = 16;

    private final ListenerSettings settings;
    private final ListenerCollaborators with;
    /** Accepted and not closed: those that are turned away as well. */
    private final AtomicInteger sockets = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final ListenerTally tally = new ListenerTally();
    private final ListenerMemory memory;
    private final List<ListenerLoop> loops = new CopyOnWriteArrayList<>();
    /** The limit of connections: that of the settings, or less if the kernel gives fewer descriptors; known from the start on. */
    private volatile int maxConnections;
    private @Nullable MultiThreadIoEventLoopGroup group;
    private volatile @Nullable Channel server;
    private volatile @Nullable UnixSocket unix;

    public TcpListener(ListenerSettings settings, ListenerCollaborators with) {
        this(settings, with, Runtime.getRuntime().maxMemory());
    }

    /** @param heap the bytes of memory that there are: what peers make grow has shares of them */
    public TcpListener(ListenerSettings settings, ListenerCollaborators with, long heap) {
        this.settings = settings;
        this.with = with;
        this.memory = ListenerMemory.of(settings, heap);
        this.maxConnections = settings.maxConnections();
    }

    /**
     * Listens.
     *
     * @throws ListenerException if the address can't be listened on; its message is one sentence for a person
     */
    public void start() {
        Transport.Choice choice = settings.unixSocket() == null
                ? settings.transport()
                : Transport.withUnixSocket(settings.transport());
        Transport transport = Transport.choose(choice, "revproc.listener.transport");
        limitConnections();
        MultiThreadIoEventLoopGroup threads = new MultiThreadIoEventLoopGroup(settings.loops(),
                transport.ioHandlers(maxConnections / settings.loops()));
        group = threads;
        ServerBootstrap bootstrap = bootstrap(threads, makeLoops(threads, transport));
        if (settings.unixSocket() != null) {
            unix = UnixSocket.listen(bootstrap.clone(), transport, settings.unixSocket(), threads);
        }
        ChannelFuture bound = bootstrap.channel(transport.serverChannel()).option(ChannelOption.SO_REUSEADDR, true)
                // TCP_NODELAY is what every transport of Netty sets by itself: once more would be one more system call.
                .bind(settings.address(), settings.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            if (unix != null) {
                unix.close();
            }
            threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new ListenerException(settings.address(), settings.port(), bound.cause());
        }
        server = bound.channel();
        InetSocketAddress local = (InetSocketAddress) bound.channel().localAddress();
        with.registrar().listensAt(local);
        log.info("event=listening address={} port={} transport={} loops={} tls={}", local.getAddress().getHostAddress(),
                local.getPort(), transport.label(), loops.size(), with.entrance().tls() != null);
        if (unix != null) {
            log.info("event=listening unix-socket={}", LogValue.of(unix.file().toString()));
        }
        with.observer().listening(local);
    }

    private void limitConnections() {
        Descriptors descriptors = Descriptors.now();
        maxConnections = descriptors.connections(settings.maxConnections());
        if (maxConnections < settings.maxConnections()) {
            log.warn(
                    "event=connections_limited connections={} wanted={} open-files={} hint=\"more needs a higher limit of open "
                            + "files, ulimit -n\"",
                    maxConnections, settings.maxConnections(), descriptors.limit());
        }
    }

    private Map<EventExecutor, ListenerLoop> makeLoops(MultiThreadIoEventLoopGroup threads, Transport transport) {
        Map<EventExecutor, ListenerLoop> byThread = new IdentityHashMap<>();
        ForwardBounds bounds = new ForwardBounds(memory.kept(), memory.answers());
        for (EventExecutor thread : threads) {
            LoopContext context = new LoopContext(byThread.size(), (EventLoop) thread, transport);
            Runnable wakeOthers = threads.executorCount() > 1 ? () -> wakeOthers(context) : null;
            Forwarder forwarder = with.forwarders().make(context, bounds, wakeOthers);
            byThread.put(thread, new ListenerLoop(context, forwarder, settings, with, tally, memory));
        }
        loops.clear();
        loops.addAll(byThread.values().stream()
                .sorted(Comparator.comparingInt(loop -> loop.context.index())).toList());
        for (ListenerLoop loop : loops) {
            with.table().observe(loop.forwarder);
            loop.start();
        }
        return byThread;
    }

    private ServerBootstrap bootstrap(MultiThreadIoEventLoopGroup threads, Map<EventExecutor, ListenerLoop> byThread) {
        int maxSockets = maxConnections + MAX_TURNED_AWAY;
        return new ServerBootstrap().group(threads).option(ChannelOption.SO_BACKLOG, 4096)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel listening) {
                        listening.pipeline().addLast(new AcceptGuard(sockets, maxSockets));
                    }
                })
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ConnectionAdmission(settings, sockets, connections, maxConnections, byThread, tally,
                        memory, with.entrance().tls()));
    }

    private void wakeOthers(LoopContext one) {
        for (ListenerLoop other : loops) {
            if (other.context != one) {
                other.forwarder.wake();
            }
        }
    }

    /** Returns where it listens; null while it does not. */
    public @Nullable InetSocketAddress localAddress() {
        Channel open = server;
        return open == null ? null : (InetSocketAddress) open.localAddress();
    }

    /** Returns the number of connections of clients and registered servers. */
    public int connections() {
        return connections.get();
    }

    /** Returns what peers can make grow, one of each kind. */
    public List<HeldMemory> memory() {
        return memory.held();
    }

    /** Returns the messages that are kept until their servers have them. */
    public KeptMessages kept() {
        return memory.kept();
    }

    /** Returns how many connections there may be. */
    public int maxConnections() {
        return maxConnections;
    }

    /** Returns the connections accepted since the start. */
    public long accepted() {
        return tally.accepts();
    }

    /** Returns the connections refused since there were too many of them. */
    public long turnedAway() {
        return tally.turnAways();
    }

    /** Returns the handshakes that failed so, since the start. */
    public long handshakeFailures(HandshakeFailure failure) {
        ListenerTls tls = with.entrance().tls();
        return tls == null ? 0 : tls.failures(failure);
    }

    /** Returns the messages that were refused with this code before they were given to a policy. */
    public long refused(ErrorCode code) {
        return tally.refusals(code);
    }

    /**
     * Returns how late the event loop of this number is, in nanoseconds: the worst of the last 15 to 30 seconds; 0 if there is no such
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
                new Drain(settings, with.registrar(), loops).run(connections.get(), server, unix, group);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                server = null;
                stopped.run();
            }
        });
    }
}
