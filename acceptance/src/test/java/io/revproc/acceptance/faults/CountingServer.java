package io.revproc.acceptance.faults;

import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;

import static org.awaitility.Awaitility.await;

/**
 * A server of proto 2 with {@code mux} in this process that counts what it gets under the policy it is registered for. Holds its
 * registration, heartbeats and all, until it goes away.
 */
final class CountingServer implements AutoCloseable {
    private static final int HEARTBEAT_MILLIS = 500;
    private static final int RETRY_DELAY_MILLIS = 50;

    private final int proxyPort;
    private final int id;
    private final String policy;
    private final Ledger ledger;
    private final Answers answers;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ServerSocket listening;
    private final AtomicInteger received = new AtomicInteger();
    private volatile boolean registered;

    /** How a server answers. Called on the connection's thread. */
    interface Answers {
        /** @param ack the right answer */
        void answer(Seen message, String ack, OutputStream out) throws IOException;
    }

    static final Answers AT_ONCE = (message, ack, out) -> out.write(ack.getBytes(StandardCharsets.UTF_8));
    static final Answers NEVER = (message, ack, out) -> {};

    private CountingServer(int proxyPort, int id, String policy, Ledger ledger, Answers answers) throws IOException {
        this.proxyPort = proxyPort;
        this.id = id;
        this.policy = policy;
        this.ledger = ledger;
        this.answers = answers;
        this.listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("server-" + id).start(this::accept);
    }

    /** A server that is registered. */
    static CountingServer of(int proxyPort, int id, String policy, Ledger ledger, Answers answers)
            throws IOException {
        CountingServer server = new CountingServer(proxyPort, id, policy, ledger, answers);
        return server.register(server.port());
    }

    static CountingServer of(int proxyPort, int id, String policy, Ledger ledger) throws IOException {
        return of(proxyPort, id, policy, ledger, AT_ONCE);
    }

    /** One that only listens. */
    static CountingServer unregistered(int proxyPort, int id, String policy, Ledger ledger) throws IOException {
        return new CountingServer(proxyPort, id, policy, ledger, AT_ONCE);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Messages that it got. */
    int received() {
        return received.get();
    }

    /**
     * Registers, and again whenever the registration ends, until the server is closed.
     *
     * @param dataPort where the proxy shall send the messages
     */
    CountingServer register(int dataPort) {
        keepRegistered(dataPort, () -> RETRY_DELAY_MILLIS);
        awaitRegistered();
        return this;
    }

    /**
     * Does the same without waiting for the first time.
     *
     * @param pauseMillis how long to wait before it registers again
     */
    void keepRegistered(int dataPort, IntSupplier pauseMillis) {
        Thread.ofVirtual().name("registration-" + id).start(() -> {
            try {
                while (closed.getCount() > 0) {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort)) {
                        hold(socket, dataPort);
                    } catch (IOException | JacksonException e) {
                        // the proxy is gone: again in a moment
                    }
                    registered = false;
                    closed.await(pauseMillis.getAsInt(), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    boolean isRegistered() {
        return registered;
    }

    void awaitRegistered() {
        await().atMost(Duration.ofSeconds(60)).until(() -> registered);
    }

    private void hold(Socket socket, int dataPort) throws IOException {
        sockets.add(socket);
        if (closed.getCount() == 0) {
            return;
        }
        OutputStream out = socket.getOutputStream();
        byte[] setup = ("{\"type\": 1, \"proto\": 2, \"id\": " + id + ", \"privPolyId\": \"" + policy
                + "\", \"listenport\": " + dataPort + ", \"mux\": true}").getBytes(StandardCharsets.UTF_8);
        out.write(setup);
        // only now: the parser looks at the first bytes at once
        try (InputStream in = socket.getInputStream(); JsonParser parser = Seen.parser(in)) {
            Seen accepted = Seen.next(parser);
            while (accepted != null && accepted.code().equals("ID_TAKEN") && closed.getCount() > 0) {
                // The proxy has yet to see the end of the connection that held the place.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                out.write(setup);
                accepted = Seen.next(parser);
            }
            if (accepted == null || accepted.lease().isEmpty()) {
                ledger.complain("a setup was refused: " + accepted);
                return;
            }
            String lease = accepted.lease();
            registered = true;
            // Not virtual: those that are busy with messages give way to nobody, and a lease must not end for want of a carrier.
            Thread heart = Thread.ofPlatform().daemon().name("heart-" + id).start(() -> beat(out, lease));
            try {
                Seen said;
                while ((said = Seen.next(parser)) != null && said.code().isEmpty()) {
                    // heartbeats' answers and notices, until the lease is refused
                }
            } finally {
                heart.interrupt();
            }
        } finally {
            sockets.remove(socket);
        }
    }

    private void beat(OutputStream out, String lease) {
        byte[] heartbeat = ("{\"type\": 3, \"lease\": \"" + lease + "\"}").getBytes(StandardCharsets.UTF_8);
        try {
            while (!closed.await(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS)) {
                out.write(heartbeat);
            }
        } catch (IOException | InterruptedException e) {
            // the session is over
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                sockets.add(socket);
                if (closed.getCount() == 0) {
                    socket.close();
                }
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            BufferedOutputStream out = new BufferedOutputStream(socket.getOutputStream(), 16 * 1024);
            // answers leave before the next read would wait
            InputStream in = new FilterInputStream(socket.getInputStream()) {
                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    if (in.available() == 0) {
                        out.flush();
                    }
                    return super.read(into, from, length);
                }
            };
            try (JsonParser parser = Seen.parser(in)) {
                Seen message;
                while ((message = Seen.next(parser)) != null) {
                    if (message.type() == 0) {
                        take(message, out);
                    }
                }
            }
        } catch (IOException | JacksonException e) {
            // the connection was broken, by somebody who meant it
        } finally {
            sockets.remove(socket);
        }
    }

    private void take(Seen message, OutputStream out) throws IOException {
        if (message.keys() != 1 || !message.policy().equals(policy)) {
            ledger.complain("a server of " + policy + " got a message for " + message.policy());
        }
        received.incrementAndGet();
        ledger.delivered(Shot.number(message.payload()), policy);
        answers.answer(message, ack(message), out);
    }

    private String ack(Seen message) {
        return "{\"msgId\": " + message.msgId() + ", \"type\": 2, \"srcid\": " + id + ", \"destid\": "
                + message.srcId() + ", \"payloadsize\": 40, \"payload\": \"" + Digest.sha1(message.payload())
                + "\"}";
    }

    /** Gone at once, as a process that is killed: all its connections end. */
    @Override
    public void close() {
        closed.countDown();
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            // gone is gone
        }
    }
}
