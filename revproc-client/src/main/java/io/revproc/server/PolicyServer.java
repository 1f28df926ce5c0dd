package io.revproc.server;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.micrometer.observation.ObservationRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.revproc.client.connect.Bounds;
import io.revproc.client.connect.ProxyAddress;
import io.revproc.client.connect.SafeEvidence;
import io.revproc.server.answer.DataPort;
import io.revproc.server.answer.DataPortSettings;
import io.revproc.server.answer.Leases;
import io.revproc.server.answer.PortTakenException;
import io.revproc.server.registration.RegistrationSettings;
import io.revproc.server.registration.Registrations;
import io.revproc.server.transcript.Transcript;
import io.revproc.transport.Transport;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.SetupDialect;
import org.jspecify.annotations.Nullable;

/**
 * Serves privacy policies: registers with a proxy for each of them, keeps the registrations with heartbeats, takes messages on its data
 * port and gives each to the handler of its policy.
 *
 * <pre>{@code
 * PolicyServer server = PolicyServer.builder()
 *         .proxies("proxy-1:8123").id("7").listen(9001)
 *         .handle("PP_1", request -> Reply.of(work(request.payloadText())))
 *         .build().start();
 * }</pre>
 *
 * <p>A message is given to a handler only if it came under a lease that this server was granted for that message's policy; others are
 * refused with {@code NOT_SERVED}. A registration that is lost is made anew, with the next proxy where there are several, first after 50
 * to 100 ms, then ever more slowly, at most 1.5 s apart.
 *
 * <p>Thread-safe. {@link #start} and {@link #close} once each; a closed server can't be started again. Its threads keep the JVM
 * alive until it is closed.
 */
public final class PolicyServer implements AutoCloseable {
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    private final List<Ident> policies;
    private final Transcript transcript;
    private final Ident id;
    private final EventLoopGroup loops;
    private final DataPort port;
    private final Registrations registrations;
    private final @Nullable ExecutorService ownExecutor;
    /** Guarded by this object. */
    private boolean registering;
    private boolean closed;

    private PolicyServer(Builder settings) {
        policies = List.copyOf(settings.handlers.keySet());
        id = settings.id;
        transcript = settings.transcript;
        Leases leases = new Leases(policies);
        if (settings.dialect != null) {
            // an old proxy may never say that it knows us
            policies.forEach(leases::grantWithoutHello);
        }
        Transport transport = settings.transport == null
                ? Transport.choose(Transport.Choice.AUTO, "transport")
                : settings.transport;
        loops = new MultiThreadIoEventLoopGroup(settings.eventLoops, new DefaultThreadFactory("revproc-server", false),
                transport.ioHandlers());
        Executor executor = settings.executor;
        ExecutorService own = null;
        if (executor == null) {
            own = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("revproc-handler-", 0).factory());
            executor = own;
        }
        ownExecutor = own;
        port = new DataPort(settings.dataPort(), transport, loops, leases,
                new Handlers(settings.handlers, executor, settings.failures), transcript, settings.acceptTls);
        registrations = new Registrations(new RegistrationSettings(policies, settings.proxies,
                policy -> settings.setup(policy, port.port()), settings.dialect, settings.drain, settings.evidence),
                transport, loops,
                leases, transcript, settings.connectTls);
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Opens the data port, unless it is open, and begins to register; does not wait for a proxy, which may come later.
     *
     * @return this server
     * @throws PortTakenException if the data port can't be opened; its message is a sentence for a person
     */
    public PolicyServer start() {
        open();
        register();
        return this;
    }

    /**
     * Opens the data port alone, for programs that have more to start before messages may come.
     *
     * @throws PortTakenException if it can't be opened; its message is a sentence for a person
     */
    public void open() {
        port.open();
    }

    /** Begins to register, once {@link #open} has been called. */
    public synchronized void register() {
        if (closed || registering) {
            throw new IllegalStateException(closed ? "the server is closed" : "the server registers already");
        }
        registering = true;
        transcript.running(id);
        policies.forEach(transcript::serving);
        registrations.start();
    }

    /**
     * Registers anew, to be called when the certificate has changed: proxies send messages only to the certificate that the server
     * registered with. The registrations of before stay until the new ones stand.
     */
    public synchronized void renew() {
        if (registering && !closed) {
            registrations.renew();
        }
    }

    /**
     * Tells the proxies to send nothing more, waits for the messages in flight and deregisters. The data port stays open.
     *
     * @return done when the proxies have let go of this server, or the {@linkplain Builder#drainTimeout drain timeout} and a second have
     *         passed
     */
    public CompletableFuture<Void> leave() {
        try {
            return registrations.leave();
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null);
        }
    }

    /**
     * Drains and closes: tells the proxies to send nothing more, waits for the messages in flight, deregisters, sends the answers that
     * are owed, closes the data port. Handlers that work on after that are interrupted, if they run on the server's own executor.
     * Returns at the latest 4 s after the {@linkplain Builder#drainTimeout drain timeout}. Does nothing the second time.
     */
    @Override
    public void close() {
        boolean leaving;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            leaving = registering;
        }
        if (leaving) {
            leave().join();
        }
        port.close(LAST_ANSWERS);
        if (ownExecutor != null) {
            ownExecutor.shutdownNow();
        }
        // a short quiet time: what is closing may still have something to say on its loop
        loops.shutdownGracefully(50, 1000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    /** Returns the data port's number; 0 before {@link #open}. */
    public int port() {
        return port.port();
    }

    /** Returns whether this server is registered for every policy. */
    public boolean registered() {
        return registrations.status().stream().allMatch(status -> status.registered());
    }

    /** Returns the state of the registration of each policy. */
    public List<Registration> registrations() {
        return registrations.status().stream().map(status -> new Registration(status.policy().text(),
                status.registered(), status.state(), status.proxy().toString(), status.leaseAge(), status.reason()))
                .toList();
    }

    /** Returns how many messages were answered since the start. */
    public long answered() {
        return port.answered();
    }

    /** Returns how many messages were refused since the start, by handlers or before any handler saw them. */
    public long refused() {
        return port.refused();
    }

    /** Returns how many messages handlers work on. */
    public int inFlight() {
        return port.inFlight();
    }

    /** Returns how many data connections are open. */
    public int connections() {
        return port.connections();
    }

    /** Returns how many data connections were closed at once since the start because there were too many. */
    public long turnedAway() {
        return port.turnedAway();
    }

    /** Builds a server. Not thread-safe. */
    public static final class Builder {
        /** The most bytes that the proxy may add to a client's message: a {@code msgId}. */
        private static final int SLACK = 1024;
        private static final int MIB = 1 << 20;

        private final Map<Ident, Handlers.Work> handlers = new LinkedHashMap<>();
        private List<ProxyAddress> proxies = List.of(new ProxyAddress("127.0.0.1", 8123));
        private Ident id = Ident.of("java-" + Integer.toHexString(ThreadLocalRandom.current().nextInt()));
        private String listenAddress = "127.0.0.1";
        private int listen;
        private boolean mux = true;
        private int weight = 1;
        private @Nullable String zone;
        private @Nullable String region;
        private List<String> purposes = List.of();
        private boolean wider;
        private Supplier<@Nullable String> evidence = () -> null;
        private @Nullable String token;
        private int maxInFlight;
        private @Nullable SetupDialect dialect;
        private @Nullable Supplier<? extends SslContext> connectTls;
        private @Nullable Supplier<? extends SslContext> acceptTls;
        private @Nullable Executor executor;
        private @Nullable FailureHandler failures;
        private Duration drain = Duration.ofSeconds(5);
        private Transcript transcript = Transcript.off();
        private @Nullable Transport transport;
        private int eventLoops = 1;
        private int maxMessageSize = MIB;
        private long maxPartial = 64L * MIB;
        private int maxConnections = 10_000;
        private int maxUnsent = MIB;
        private Duration messageTimeout = Duration.ofSeconds(30);
        private String addressSetting = "listenAddress";
        private String portSetting = "listen";

        private Builder() {}

        /**
         * Sets where the proxies are: {@code host:port}, or a comma list of them, tried in turn; a port alone is one of this machine. A
         * name with several addresses stands for all of them. Default: {@code 127.0.0.1:8123}.
         *
         * @throws IllegalArgumentException with a sentence for a person, if it can't be read
         */
        public Builder proxies(String proxies) {
            return proxies(ProxyAddress.parseAll(proxies, "127.0.0.1"));
        }

        /** Sets where the proxies are, at least one; tried in turn. */
        public Builder proxies(List<ProxyAddress> proxies) {
            if (proxies.isEmpty()) {
                throw new IllegalArgumentException("a server needs at least one proxy");
            }
            this.proxies = List.copyOf(proxies);
            return this;
        }

        /**
         * Sets the server's id, 1 to 128 characters. Two servers of one policy need different ones: the second is refused, and tries
         * again, until the first one's lease is lost. Default: one made by chance.
         */
        public Builder id(String id) {
            this.id = Ident.of(id);
            return this;
        }

        /**
         * Sets the data port, 0 to 65535; 0, the default: any free one.
         */
        public Builder listen(int port) {
            listen = Bounds.between(0, port, 65535, "the data port");
            return this;
        }

        /**
         * Sets the address of the data port. The proxy connects to the address that the registration came from: with a proxy on another
         * machine this is that machine's way in, or {@code 0.0.0.0}. Default: {@code 127.0.0.1}.
         */
        public Builder listenAddress(String address) {
            listenAddress = address;
            return this;
        }

        /**
         * Adds a policy and its handler, which may block: by default each message is handled on a virtual thread of its own.
         *
         * @param policy 1 to 128 characters
         */
        public Builder handle(String policy, Handler handler) {
            return handle(policy, Handlers.of(handler));
        }

        /** Adds a policy and its handler, which answers later. */
        public Builder handleAsync(String policy, AsyncHandler handler) {
            return handle(policy, Handlers.ofAsync(handler));
        }

        private Builder handle(String policy, Handlers.Work work) {
            if (handlers.putIfAbsent(Ident.of(policy), work) != null) {
                throw new IllegalArgumentException("the policy " + policy + " has a handler already");
            }
            return this;
        }

        /** Sets the handler that decides which refusal clients get when a handler fails. Default: {@code SERVER_FAILED}, and a line in the log. */
        public Builder onFailure(FailureHandler failures) {
            this.failures = failures;
            return this;
        }

        /**
         * Sets what handlers run on. Default: a virtual thread for each message. {@code Runnable::run} has them run on the event loop, which
         * is the fastest and takes handlers that never block and need some microseconds at most: one that takes longer keeps heartbeats from
         * being sent, and the proxy takes the server out. The executor is not closed with the server.
         */
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /** Sets the secret that allows the registration, 1 to 4096 characters. Default: none. */
        public Builder token(@Nullable String token) {
            this.token = token;
            return this;
        }

        /** Sets the share of messages where the proxy balances by weight, 1 to 1000. Default: 1. */
        public Builder weight(int weight) {
            this.weight = Bounds.between(1, weight, 1000, "the weight");
            return this;
        }

        /** Sets where this server runs, for proxies that prefer their own zone; at most 128 characters. Default: not said. */
        public Builder zone(@Nullable String zone) {
            this.zone = zone;
            return this;
        }

        /**
         * Sets where this server processes messages, an ISO 3166 code such as {@code DE} or another label; for policies and grants that
         * ask for it. At most 64 characters. Default: not said.
         */
        public Builder region(@Nullable String region) {
            this.region = region;
            return this;
        }

        /** Sets what this server processes messages for, for policies and grants that ask for it; at most 32. Default: not said. */
        public Builder purposes(Collection<String> purposes) {
            this.purposes = List.copyOf(purposes);
            return this;
        }

        /**
         * Sets what returns the evidence that proxies ask for, a signed token (JWT), as it is now. It is shown at each setup; where it is
         * another one later, it is shown on the session, and the lease goes on. Asked for on an event loop: must not block. A file that changes is
         * {@link EvidenceFile}. Default: none.
         */
        public Builder evidence(Supplier<@Nullable String> evidence) {
            this.evidence = new SafeEvidence(evidence);
            return this;
        }

        /**
         * Sets whether this server takes messages of wider policies that the proxy's operator lets its policies' servers serve
         * ({@code may-be-served-by}). They come to the handler of the narrower policy, and {@link ServerRequest#policy} says what they
         * are. Default: false, and none comes.
         */
        public Builder widerPolicies(boolean wider) {
            this.wider = wider;
            return this;
        }

        /**
         * Sets the most messages that are handled at once, 1 to 1,000,000. It is told to the proxy, which sends no more; those that come all
         * the same, since there are several proxies, are refused so that another server may take them. 0, the default: the proxy says how
         * many it sends, and this server takes at most 4,096.
         */
        public Builder maxInFlight(int messages) {
            maxInFlight = Bounds.between(0, messages, 1_000_000, "the most messages in flight");
            return this;
        }

        /** Sets whether proxies may send many messages over one connection; false costs a connection per message. Default: true. */
        public Builder mux(boolean mux) {
            this.mux = mux;
            return this;
        }

        /**
         * Sets TLS towards the proxies and on the data port.
         *
         * @param client for connections to proxies: its key manager has this server's certificate
         * @param server for the data port, with the same certificate: proxies compare it with the one of the registration. It should demand
         *               the proxy's certificate
         */
        public Builder tls(SslContext client, SslContext server) {
            return tls(() -> client, () -> server);
        }

        /** Sets TLS with contexts that change: each is asked for with every connection. See {@link PolicyServer#renew}. */
        public Builder tls(Supplier<? extends SslContext> client, Supplier<? extends SslContext> server) {
            connectTls = client;
            acceptTls = server;
            return this;
        }

        /** Sets how long the messages in flight may take when the server is closed, at most 1 h. Default: 5 s. */
        public Builder drainTimeout(Duration drain) {
            this.drain = Bounds.between(Duration.ZERO, drain, Duration.ofHours(1), "the drain timeout");
            return this;
        }

        /** Registers in the seed's protocol, for old proxies: no lease, no heartbeats, no mux, no TLS. */
        public Builder part1(SetupDialect dialect) {
            this.dialect = dialect;
            return this;
        }

        /** Prints the lines of the seed's server, payloads included. */
        public Builder transcript(PrintStream out) {
            transcript = Transcript.to(out);
            return this;
        }

        /** Sets the kernel's interface. Default: the best that works here. */
        public Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /** Sets how many threads carry messages, 1 to 64. One, the default, is enough unless handlers run on them. */
        public Builder eventLoops(int threads) {
            eventLoops = Bounds.between(1, threads, 64, "the number of event loops");
            return this;
        }

        /** Sets the most bytes of one message and of one answer, 1 KiB to 64 MiB. Default: 1 MiB, as the proxy's. */
        public Builder maxMessageSize(int bytes) {
            maxMessageSize = Bounds.between(1024, bytes, 64 * MIB, "the largest message");
            return this;
        }

        /** Sets the most bytes that incomplete messages may hold, all connections together, 2 MiB to 16 GiB. Default: 64 MiB. */
        public Builder maxPartial(long bytes) {
            if (bytes < 2L * MIB || bytes > 16L * 1024 * MIB) {
                throw new IllegalArgumentException("incomplete messages may hold 2 MiB to 16 GiB, not " + bytes);
            }
            maxPartial = bytes;
            return this;
        }

        /** Sets the most data connections, 1 to 1,000,000; more are closed at once. Default: 10,000. */
        public Builder maxConnections(int connections) {
            maxConnections = Bounds.between(1, connections, 1_000_000, "the most connections");
            return this;
        }

        /** Sets the bytes of unsent answers at which a peer is not read from, 1 KiB to 64 MiB. Default: 1 MiB. */
        public Builder maxUnsent(int bytes) {
            maxUnsent = Bounds.between(1024, bytes, 64 * MIB, "the most unsent bytes");
            return this;
        }

        /** Sets how long a message may take from its first byte to its last, 100 ms to 1 h. Default: 30 s. */
        public Builder messageTimeout(Duration timeout) {
            messageTimeout = Bounds.between(Duration.ofMillis(100), timeout, Duration.ofHours(1),
                    "the message timeout");
            return this;
        }

        /** Sets what error sentences call the settings of the data port, for programs that have names of their own for them. */
        public Builder settingNames(String address, String port) {
            addressSetting = address;
            portSetting = port;
            return this;
        }

        /**
         * Makes an observation {@code revproc.server} of every message, and continues the client's trace. Needs micrometer-observation on
         * the class path. Called after the handlers were added.
         */
        public Builder observations(ObservationRegistry registry) {
            handlers.replaceAll((policy, work) -> new ObservedWork(registry, work));
            return this;
        }

        /**
         * Makes the server; {@link PolicyServer#start} starts it.
         *
         * @throws IllegalStateException if there is no handler, or settings do not go together
         */
        public PolicyServer build() {
            if (handlers.isEmpty()) {
                throw new IllegalStateException("a server needs a handler for at least one policy");
            }
            if (dialect != null && connectTls != null) {
                throw new IllegalStateException(
                        "the seed's protocol has no way to say that the data port speaks TLS; leave one of both out");
            }
            return new PolicyServer(this);
        }

        private DataPortSettings dataPort() {
            return new DataPortSettings(id, listenAddress, listen, maxMessageSize + SLACK, maxPartial / eventLoops,
                    maxConnections, maxUnsent, messageTimeout, maxInFlight == 0 ? 4096 : maxInFlight,
                    Math.max(64L * MIB, 4L * maxMessageSize), addressSetting, portSetting);
        }

        private Message.Setup setup(Ident policy, int port) {
            if (dialect != null) {
                return Message.Setup.part1(id, policy, port);
            }
            Message.Setup setup = new Message.Setup(id, policy, port, 2, mux, weight, zone, maxInFlight, token,
                    acceptTls != null);
            return setup.stating(new Message.Setup.Statement(region, purposes, wider, evidence.get()));
        }
    }
}
