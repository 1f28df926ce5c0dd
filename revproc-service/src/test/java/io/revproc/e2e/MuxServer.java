package io.revproc.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

import static org.awaitility.Awaitility.await;

/** A server of proto 2 that asked for {@code mux}. Answers at once, or when the test says so. */
final class MuxServer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final int id;
    private final boolean held;
    private final ServerSocket listening;
    private final Socket reserved = new Socket();
    private final Socket registration;
    private final Messages answers;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<String> hellos = new CopyOnWriteArrayList<>();
    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Delivery> waiting = new LinkedBlockingQueue<>();

    /** A message that waits for its answer. */
    record Delivery(MuxServer server, Socket socket, JsonNode message) {
        String payload() {
            return message.get("payload").asString();
        }

        void answer() {
            say(ack());
        }

        /**
         * Refuses the message.
         *
         * @param rest the keys behind {@code Error}, each behind a comma
         */
        void refuse(String rest) {
            say("{\"msgId\": " + message.get("msgId") + ", \"Error\": \"not now\"" + rest + "}");
        }

        String ack() {
            JsonNode client = message.get("srcid");
            return "{\"msgId\": " + message.get("msgId") + ", " + Json
                    .ack(server.id, client.isString() ? client.asString() : client.asLong(), payload()).substring(1);
        }

        void say(String text) {
            try {
                OutputStream out = socket.getOutputStream();
                synchronized (socket) {
                    out.write(text.getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private MuxServer(TestProxy proxy, int id, boolean held) throws IOException {
        this(proxy, id, held, InetAddress.getLoopbackAddress());
    }

    private MuxServer(TestProxy proxy, int id, boolean held, InetAddress address) throws IOException {
        this(id, held, new ServerSocket(0, 50, address),
                new Socket(proxy.address().getAddress(), proxy.address().getPort()));
    }

    private MuxServer(int id, boolean held, ServerSocket listening, Socket registration) throws IOException {
        this.id = id;
        this.held = held;
        this.listening = listening;
        this.registration = registration;
        this.answers = new Messages(registration.getInputStream());
        Thread.ofVirtual().name("mux-server-" + id).start(this::accept);
    }

    /** A server that answers at once, registered for these policies. */
    static MuxServer answering(TestProxy proxy, int id, String... policies) throws IOException {
        return new MuxServer(proxy, id, false).register(policies);
    }

    /** A server on an address of its own. */
    static MuxServer answeringAt(InetAddress address, TestProxy proxy, int id, String policy) throws IOException {
        return new MuxServer(proxy, id, false, address).register(policy);
    }

    /** A server whose registration comes through a load balancer that says that it is of this machine. */
    static MuxServer behindBalancer(TestProxy proxy, int id, String policy) throws IOException {
        MuxServer server = new MuxServer(proxy, id, false);
        server.registration.getOutputStream()
                .write("PROXY TCP4 127.0.0.1 127.0.0.1 1 1\r\n".getBytes(StandardCharsets.US_ASCII));
        return server.register(policy);
    }

    /**
     * A server that has not registered yet.
     *
     * @param registers the TLS of its registration
     * @param serves    the TLS of its data port; null: plain text
     */
    static MuxServer secured(TestProxy proxy, int id, SSLContext registers, @Nullable SSLContext serves)
            throws IOException {
        return secured(proxy, id, false, registers, serves);
    }

    /** A server that registers by TLS, takes messages in plain text, and whose messages wait in {@link #take}. */
    static MuxServer held(TestProxy proxy, SSLContext registers, int id, String policy) throws IOException {
        return secured(proxy, id, true, registers, null).register(policy);
    }

    /** @param held whether its messages wait in {@link #take} */
    static MuxServer secured(TestProxy proxy, int id, boolean held, SSLContext registers,
            @Nullable SSLContext serves) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        return new MuxServer(id, held,
                serves == null
                        ? new ServerSocket(0, 50, here)
                        : serves.getServerSocketFactory().createServerSocket(0, 50, here),
                registers.getSocketFactory().createSocket(proxy.address().getAddress(), proxy.address().getPort()));
    }

    /** Its data port speaks these versions of TLS alone. */
    MuxServer versions(String... versions) {
        ((SSLServerSocket) listening).setEnabledProtocols(versions);
        return this;
    }

    /** A server whose messages wait in {@link #take}. */
    static MuxServer held(TestProxy proxy, int id, String... policies) throws IOException {
        return new MuxServer(proxy, id, true).register(policies);
    }

    private MuxServer register(String... policies) throws IOException {
        for (String policy : policies) {
            register(policy, "");
        }
        return this;
    }

    /** @param more further keys of the setup, each behind a comma */
    JsonNode register(String policy, String more) throws IOException {
        return register(policy, more, listening.getLocalPort());
    }

    /** The same, reached by a cable. */
    JsonNode register(String policy, Cable cable) throws IOException {
        return register(policy, "", cable.port());
    }

    JsonNode register(String policy, String more, int port) throws IOException {
        String setup = "{\"type\": 1, \"proto\": 2, \"id\": " + id + ", \"privPolyId\": \"" + policy
                + "\", \"listenport\": " + port + ", \"mux\": true" + more + "}";
        registration.getOutputStream().write(setup.getBytes(StandardCharsets.UTF_8));
        return answers.next();
    }

    /** Sends a heartbeat with new evidence. */
    JsonNode beat(String lease, String evidence) throws IOException {
        registration.getOutputStream().write(("{\"type\": 3, \"lease\": \"" + lease + "\", \"evidence\": \"" + evidence
                + "\"}").getBytes(StandardCharsets.UTF_8));
        return answers.next();
    }

    /** What the proxy says on the registration's connection. */
    JsonNode next() throws IOException {
        return answers.next();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                connections.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed by the test
        }
    }

    private void serve(Socket socket) {
        try {
            Messages messages = new Messages(socket.getInputStream());
            while (messages.hasNext()) {
                JsonNode message = messages.next();
                if (message.get("type").asInt() == 7) {
                    hellos.add(message.get("lease").asString());
                    continue;
                }
                received.add(message);
                Delivery delivery = new Delivery(this, socket, message);
                if (held) {
                    waiting.add(delivery);
                } else {
                    delivery.answer();
                }
            }
        } catch (IOException | UncheckedIOException | JacksonException e) {
            // the proxy, or the test, closed it
        }
    }

    /** The data port. */
    int port() {
        return listening.getLocalPort();
    }

    /** The next message that waits for its answer. */
    Delivery take() throws InterruptedException {
        Delivery next = waiting.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("server " + id + " got no message");
        }
        return next;
    }

    List<Delivery> take(int messages) throws InterruptedException {
        List<Delivery> taken = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            taken.add(take());
        }
        return taken;
    }

    /** One that waits now, if any. */
    @Nullable
    Delivery poll() {
        return waiting.poll();
    }

    /** Messages in the order in which they came. */
    List<JsonNode> received() {
        return received;
    }

    /** The leases that the proxy's connections opened with. */
    List<String> hellos() {
        return hellos;
    }

    /** Connections that the proxy has opened so far. */
    int connections() {
        return connections.size();
    }

    /** Breaks the data connections, and stays registered. */
    void breakConnections() throws IOException {
        for (Socket socket : connections) {
            socket.close();
        }
    }

    /** Listens no more, and stays registered. */
    MuxServer stopListening() throws IOException {
        SocketAddress address = listening.getLocalSocketAddress();
        listening.close();
        // bound and not listening: nobody else on this machine gets the port meanwhile
        reserved.setReuseAddress(true);
        // the kernel has it until the thread that accepts has let go
        await().ignoreException(BindException.class).untilAsserted(() -> reserved.bind(address));
        return this;
    }

    @Override
    public void close() throws IOException {
        registration.close();
        listening.close();
        reserved.close();
        breakConnections();
    }
}
