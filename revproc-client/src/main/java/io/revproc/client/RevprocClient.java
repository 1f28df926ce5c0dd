package io.revproc.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import io.micrometer.observation.ObservationRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.revproc.client.connect.Backoff;
import io.revproc.client.connect.Bounds;
import io.revproc.client.connect.Dialer;
import io.revproc.client.connect.ProxyAddress;
import io.revproc.client.connect.SafeEvidence;
import io.revproc.transport.Transport;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages to the servers of privacy policies, by way of a proxy.
 *
 * <pre>{@code
 * try (RevprocClient client = RevprocClient.builder().proxies("proxy-1:8123,proxy-2:8123").build()) {
 *     Reply reply = client.send("PP_2", "hello").join();
 * }
 * }</pre>
 *
 * <p>Every message comes to one end: a {@link Reply}, or a {@link RevprocException} that says whether it may be sent again. A message
 * goes to another proxy by itself only if no byte of it was handed over, if a proxy said that no server was, since it goes down, or if it
 * is {@linkplain Request#idempotent idempotent}.
 *
 * <p>A few connections are kept, made when there is something to send; messages share them and may be answered in any order. A proxy
 * that can't be reached is tried again after a while that grows, the next one at once.
 *
 * <p>Thread-safe; make one and share it. Its threads do not keep the JVM alive.
 */
public final class RevprocClient implements AutoCloseable {
    /** A message of more bytes than this takes several places of those in flight, so that their bytes are bounded as well. */
    private static final int BYTES_PER_PLACE = 64 * 1024;

    private static final Logger log = LoggerFactory.getLogger(RevprocClient.class);

    private final Ident id;
    private final int maxInFlight;
    private final boolean waitWhenFull;
    private final int maxMessageSize;
    private final Duration deadline;
    private final Duration closeTimeout;
    private final Executor executor;
    private final @Nullable CallObserver observer;
    private final Semaphore places;
    private final EventLoopGroup loops;
    private final Dispatcher dispatcher;
    private volatile boolean closed;

    private RevprocClient(Builder settings) {
        id = settings.id;
        maxInFlight = settings.maxInFlight;
        waitWhenFull = settings.waitWhenFull;
        maxMessageSize = settings.maxMessageSize;
        deadline = settings.deadline;
        closeTimeout = settings.closeTimeout;
        executor = settings.executor;
        observer = settings.observer;
        places = new Semaphore(maxInFlight);
        Transport transport = settings.transport == null
                ? Transport.choose(Transport.Choice.AUTO, "transport")
                : settings.transport;
        loops = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("revproc-client", true),
                transport.ioHandlers());
        EventLoop loop = loops.next();
        Duration attempt = settings.connectTimeout.compareTo(Builder.MAX_ATTEMPT) < 0
                ? settings.connectTimeout
                : Builder.MAX_ATTEMPT;
        Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofMillis(1500),
                () -> ThreadLocalRandom.current().nextDouble());
        dispatcher = new Dispatcher(new ConnectionPool.Settings(settings.proxies, settings.connections,
                settings.idleTimeout, backoff), settings.connectTimeout, loop,
                new Dialer(transport, loop, attempt, settings.tls), places, settings.evidence);
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Sends a text. As {@link #send(Request)}. */
    public CompletableFuture<Reply> send(String policy, String payload) {
        return send(Request.to(policy).payload(payload));
    }

    /**
     * Sends a message. Does not block, unless the client is full and was told to
     * {@linkplain Builder#waitWhenFull wait then}.
     *
     * @return completed with the reply, or with a {@link RevprocException}, on the {@linkplain Builder#executor client's executor}, so that
     *         what hangs on it may block. Cancelling it does not take the message back
     */
    public CompletableFuture<Reply> send(Request request) {
        CompletableFuture<Reply> future = new CompletableFuture<>();
        start(request, future, executor);
        return future;
    }

    /** Sends a text and waits for the reply. As {@link #call(Request)}. */
    public Reply call(String policy, String payload) {
        return call(Request.to(policy).payload(payload));
    }

    /**
     * Sends a message and waits for the reply. Made for virtual threads, which it does not pin.
     *
     * @throws RevprocException      if there is no reply
     * @throws CancellationException if the thread is interrupted, which it still is then; the message may be handled
     */
    public Reply call(Request request) {
        CompletableFuture<Reply> future = new CompletableFuture<>();
        start(request, future, observer == null ? null : executor);
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RevprocException failure
                    ? failure.here()
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for the reply");
        }
    }

    /** @param completes what completes the future; null: nobody's code hangs on it */
    private void start(Request request, CompletableFuture<Reply> future, @Nullable Executor completes) {
        CallObserver.Seen seen = observer == null ? null : observer.begun(request);
        if (seen != null) {
            future.whenComplete((reply, failure) -> seen.ended(failure));
        }
        Request sent = seen == null ? request : seen.request();
        long now = System.nanoTime();
        byte[] body = Encoder.body(sent, id);
        int size = body.length + Encoder.AROUND;
        if (size > maxMessageSize) {
            future.completeExceptionally(new InvalidRequestException(ErrorCode.TOO_LARGE, "the message has " + size
                    + " bytes, and this client sends at most " + maxMessageSize));
            return;
        }
        Duration own = sent.ownDeadline();
        long patience = (own == null ? deadline : own).toNanos();
        int needed = Math.min(maxInFlight, 1 + body.length / BYTES_PER_PLACE);
        RevprocException refusal = enter(needed, patience);
        if (refusal != null) {
            future.completeExceptionally(refusal);
            return;
        }
        dispatcher.submit(new Call(body, sent, needed, now, patience, future, completes));
    }

    private @Nullable RevprocException enter(int needed, long patience) {
        if (closed) {
            return new ClientClosedException(false);
        }
        try {
            if (!(waitWhenFull
                    ? places.tryAcquire(needed, patience, TimeUnit.NANOSECONDS)
                    : places.tryAcquire(needed))) {
                return closed
                        ? new ClientClosedException(false)
                        : new OverloadedException(ErrorCode.OVERLOADED, true,
                                "this client has as many messages in flight"
                                        + " as it may, " + maxInFlight);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for a place");
        }
        return null;
    }

    /**
     * Connects now, instead of with the first message.
     *
     * @return completed with the first connection, or with a {@link ProxyUnreachableException} after the
     *         {@linkplain Builder#connectTimeout connect timeout}; the client goes on all the same
     */
    public CompletableFuture<Void> connect() {
        return dispatcher.connect();
    }

    /** Returns the state of the kept connections. */
    public List<ProxyConnection> connections() {
        return dispatcher.proxies();
    }

    /** Returns whether a connection to a proxy stands. Where nothing was sent, nor {@link #connect} called, none does. */
    public boolean connected() {
        return dispatcher.proxies().stream().anyMatch(ProxyConnection::connected);
    }

    /** Returns how many places of those in flight are taken: one for a message, several for a large one. */
    public int inFlight() {
        return maxInFlight - places.availablePermits();
    }

    /**
     * Takes no more messages, waits for the replies of those in flight, at most for the {@linkplain Builder#closeTimeout close timeout},
     * fails the others and closes the connections. Does nothing the second time.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            // whoever has all places knows that there is no message in flight
            if (!places.tryAcquire(maxInFlight, closeTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
                log.warn("event=client_closed_early in-flight={}", inFlight());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dispatcher.close();
        loops.shutdownGracefully(20, 1000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    /** Builds a client. Not thread-safe. */
    public static final class Builder {
        private static final Duration MAX_ATTEMPT = Duration.ofSeconds(2);
        private static final Duration HOUR = Duration.ofHours(1);

        private List<ProxyAddress> proxies = List.of(new ProxyAddress("127.0.0.1", 8123));
        private Ident id = Ident.of("java-" + Integer.toHexString(ThreadLocalRandom.current().nextInt()));
        private Supplier<@Nullable String> evidence = () -> null;
        private int connections = 2;
        private int maxInFlight = 1024;
        private boolean waitWhenFull;
        private int maxMessageSize = 1 << 20;
        private Duration deadline = Duration.ofSeconds(30);
        private Duration connectTimeout = Duration.ofSeconds(3);
        private Duration idleTimeout = Duration.ofMinutes(5);
        private Duration closeTimeout = Duration.ofSeconds(5);
        private Executor executor = Thread::startVirtualThread;
        private @Nullable Supplier<? extends SslContext> tls;
        private @Nullable CallObserver observer;
        private @Nullable Transport transport;

        private Builder() {}

        /**
         * Sets where the proxies are: {@code host:port}, or a comma list of them; a port alone is one of this machine. A name with several
         * addresses stands for all of them. The connections are spread over the proxies; where one can't be reached the next one is tried.
         * Default: {@code 127.0.0.1:8123}.
         *
         * @throws IllegalArgumentException with a sentence for a person, if it can't be read
         */
        public Builder proxies(String proxies) {
            return proxies(ProxyAddress.parseAll(proxies, "127.0.0.1"));
        }

        /** Sets where the proxies are, at least one. */
        public Builder proxies(List<ProxyAddress> proxies) {
            if (proxies.isEmpty()) {
                throw new IllegalArgumentException("a client needs at least one proxy");
            }
            this.proxies = List.copyOf(proxies);
            return this;
        }

        /**
         * Sets who sends, 1 to 128 characters: servers see it, and a proxy may balance by it. Nobody checks it; TLS certificates say who a
         * client is. Default: one made by chance.
         */
        public Builder id(String id) {
            this.id = Ident.of(id);
            return this;
        }

        /** Sets TLS. The context's key manager has this client's certificate, where the proxy wants one. Default: plain text. */
        public Builder tls(SslContext context) {
            return tls(() -> context);
        }

        /** Sets TLS with a context of the JDK's. The proxy's certificate has to name its host. */
        public Builder tls(SSLContext context) {
            return tls(
                    new HostCheckingContext(new JdkSslContext(context, true, null, IdentityCipherSuiteFilter.INSTANCE,
                            ApplicationProtocolConfig.DISABLED, ClientAuth.NONE, null, false)));
        }

        /** Sets TLS with a context that changes: it is asked for with every connection. */
        public Builder tls(Supplier<? extends SslContext> context) {
            tls = context;
            return this;
        }

        /** Sets how many connections are kept, 1 to 64. Default: 2. */
        public Builder connections(int connections) {
            this.connections = Bounds.between(1, connections, 64, "the number of connections");
            return this;
        }

        /**
         * Sets the most messages in flight, 1 to 100,000; one of more than 64 KiB counts as several. What comes on top fails at once with
         * {@link OverloadedException}, or {@linkplain #waitWhenFull waits}. Default: 1,024.
         */
        public Builder maxInFlight(int messages) {
            maxInFlight = Bounds.between(1, messages, 100_000, "the most messages in flight");
            return this;
        }

        /** Makes {@code send} block while the client is full, at most for the message's deadline. Default: it fails at once. */
        public Builder waitWhenFull() {
            waitWhenFull = true;
            return this;
        }

        /** Sets the most bytes of one message as it is sent, 1 KiB to 64 MiB; not more than the proxy takes. Default: 1 MiB, as the proxy's. */
        public Builder maxMessageSize(int bytes) {
            maxMessageSize = Bounds.between(1024, bytes, 64 << 20, "the largest message");
            return this;
        }

        /**
         * Sets how long to wait for the reply of a message without a {@linkplain Request#deadline deadline of its own}, 1 ms to 1 day. The
         * proxy is not told: it has its own deadline (10 s by default), which should be shorter, so that it is known which server did not
         * answer. Default: 30 s.
         */
        public Builder deadline(Duration deadline) {
            this.deadline = Bounds.between(Duration.ofMillis(1), deadline, Request.MAX_DEADLINE, "the deadline");
            return this;
        }

        /** Sets how long a message waits for a connection where none stands, 10 ms to 1 h. Default: 3 s. */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = Bounds.between(Duration.ofMillis(10), timeout, HOUR, "the connect timeout");
            return this;
        }

        /**
         * Sets after which time without traffic a connection is closed, 1 s to 1 day. Shorter than the proxy's (10 min by default), so that no
         * message meets a connection that is being closed. Default: 5 min.
         */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = Bounds.between(Duration.ofSeconds(1), timeout, Duration.ofDays(1), "the idle timeout");
            return this;
        }

        /** Sets how long {@link RevprocClient#close} waits for replies, at most 1 h. Default: 5 s. */
        public Builder closeTimeout(Duration timeout) {
            closeTimeout = Bounds.between(Duration.ZERO, timeout, HOUR, "the close timeout");
            return this;
        }

        /**
         * Sets what completes the futures of {@code send}, and so runs what hangs on them. It must not run it on the thread that calls it,
         * unless none of that ever blocks. Default: a virtual thread for each. Not closed with the client.
         */
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * Makes an observation {@code revproc.client} of every message, and hands its trace on. Needs micrometer-observation on the class
         * path.
         */
        public Builder observations(ObservationRegistry registry) {
            observer = new ObservedCalls(registry);
            return this;
        }

        /**
         * Sets what returns the signed token (JWT) that says who this client is, for policies that ask for one, as it is now. It is shown
         * once on each connection, and again where it is another one later. Asked for on an event loop, with each message: must not block. A
         * file that changes is {@link io.revproc.server.EvidenceFile}. Default: none.
         */
        public Builder evidence(Supplier<@Nullable String> evidence) {
            this.evidence = new SafeEvidence(evidence);
            return this;
        }

        /** Sets the kernel's interface. Default: the best that works here. */
        public Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /** Makes the client. It connects with the first message. */
        public RevprocClient build() {
            return new RevprocClient(this);
        }
    }
}
