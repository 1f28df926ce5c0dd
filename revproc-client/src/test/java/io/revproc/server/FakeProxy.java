package io.revproc.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

import io.revproc.wire.Message;
import io.revproc.wire.Message.SetupAccepted;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/** The registration side of a proxy, over real sockets. What it answers is up to the test. */
public final class FakeProxy implements AutoCloseable {
    public static final Duration HEARTBEAT = Duration.ofMillis(50);
    public static final Duration TTL = Duration.ofSeconds(2);

    private final AtomicInteger leases = new AtomicInteger();
    private final Map<String, String> byPolicy = new ConcurrentHashMap<>();
    private final AtomicInteger connected = new AtomicInteger();
    private final List<Socket> sessions = new CopyOnWriteArrayList<>();
    /** Every message that came, in order of arrival. */
    public final List<Message> received = new CopyOnWriteArrayList<>();
    /** How many messages the proxy says are in flight when a server drains. */
    public volatile int inFlight;
    public volatile boolean answersHeartbeats = true;
    public volatile boolean hangsUpAfterSetup;
    public volatile Function<Message.Setup, Message> setupAnswer = this::accept;
    private final @Nullable SSLContext tls;
    /** The certificates that servers showed, one for each message that came. */
    public final List<Certificate> shown = new CopyOnWriteArrayList<>();
    private final int port;
    private volatile @Nullable ServerSocket listening;

    public FakeProxy() {
        this(null);
    }

    /** @param tls by which servers register, with a certificate; null: in plain text */
    public FakeProxy(@Nullable SSLContext tls) {
        this.tls = tls;
        port = open(0);
    }

    public int port() {
        return port;
    }

    /** Listens again where it did before {@link #stop()}. */
    public void restart() {
        open(port);
    }

    private int open(int at) {
        try {
            ServerSocket socket = tls == null ? new ServerSocket() : tls.getServerSocketFactory().createServerSocket();
            if (socket instanceof SSLServerSocket secured) {
                secured.setNeedClientAuth(true);
            }
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
            listening = socket;
            Thread.startVirtualThread(() -> accept(socket));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket socket) {
        try {
            while (true) {
                Socket session = socket.accept();
                sessions.add(session);
                connected.incrementAndGet();
                Thread.startVirtualThread(() -> serve(session));
            }
        } catch (IOException e) {
            // stopped
        }
    }

    private void serve(Socket session) {
        MessageFramer framer = new MessageFramer(10_000);
        byte[] buffer = new byte[10_000];
        try (session; InputStream in = session.getInputStream()) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                framer.offer(buffer, 0, n);
                while (framer.poll() == MessageFramer.Event.MESSAGE) {
                    answer(session, MessageCodec.read(framer.array(), framer.start(), framer.end()));
                }
                framer.park();
            }
        } catch (IOException e) {
            // the server went, or the test cut it
        } catch (WireException e) {
            throw new AssertionError(e.sentence());
        } finally {
            sessions.remove(session);
        }
    }

    private void answer(Socket session, Message message) throws IOException {
        if (session instanceof SSLSocket secured) {
            shown.add(secured.getSession().getPeerCertificates()[0]);
        }
        received.add(message);
        switch (message) {
            case Message.Setup setup -> {
                send(session, setupAnswer.apply(setup));
                if (hangsUpAfterSetup) {
                    session.close();
                }
            }
            case Message.Heartbeat _ when answersHeartbeats -> send(session, new Message.HeartbeatSeen());
            case Message.Drain _ -> {
                send(session, new Message.Draining(inFlight));
                if (inFlight > 0) {
                    send(session, new Message.Draining(0));
                }
            }
            case Message.Deregister _ -> send(session, new Message.Deregistered());
            default -> {
            }
        }
    }

    private Message accept(Message.Setup setup) {
        if (setup.proto() == 1) {
            return new SetupAccepted(null);
        }
        String lease = "lease-" + leases.incrementAndGet();
        byPolicy.put(setup.policy().text(), lease);
        return new SetupAccepted(new SetupAccepted.Session(lease, HEARTBEAT, TTL));
    }

    /** Returns the newest lease of the policy. Policies register at the same time: which comes first is not known. */
    public String lease(String policy) {
        return Objects.requireNonNull(byPolicy.get(policy), policy);
    }

    private static void send(Socket session, Message message) throws IOException {
        session.getOutputStream().write(MessageCodec.write(message));
    }

    /** Sends the message to every server that is here. */
    public void tellAll(Message message) {
        sessions.forEach(session -> {
            try {
                send(session, message);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The messages of one kind that came so far. */
    public <M extends Message> List<M> received(Class<M> kind) {
        return received.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** How many connections came since the start. */
    public int connected() {
        return connected.get();
    }

    public int sessions() {
        return sessions.size();
    }

    /** Cuts every session; new ones are taken. */
    public void cut() {
        sessions.forEach(FakeProxy::closeQuietly);
    }

    /** As a proxy that died: nothing listens, every session is cut. */
    public void stop() {
        ServerSocket socket = listening;
        if (socket != null) {
            closeQuietly(socket);
        }
        cut();
    }

    @Override
    public void close() {
        stop();
    }

    private static void closeQuietly(java.io.Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
