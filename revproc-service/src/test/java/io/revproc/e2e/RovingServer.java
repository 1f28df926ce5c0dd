package io.revproc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A server that goes from proxy to proxy with the same data port. Answers at once; keeps what must never happen: a message of a
 * policy that it does not serve, a connection that shows a lease that is not one of its own.
 */
final class RovingServer implements AutoCloseable {
    private final int id;
    private final ServerSocket listening;
    private final Set<String> policies = ConcurrentHashMap.newKeySet();
    private final Set<String> leases = ConcurrentHashMap.newKeySet();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    /** A session that nobody holds would be closed by the garbage collector. */
    private final List<Session> sessions = new CopyOnWriteArrayList<>();

    /** A registration at one proxy. */
    static final class Session implements AutoCloseable {
        private final Socket socket;
        private final Messages answers;
        private final String lease;

        private Session(Socket socket, Messages answers, String lease) {
            this.socket = socket;
            this.answers = answers;
            this.lease = lease;
        }

        String lease() {
            return lease;
        }

        /** Says a message of this type; answers the proxy's answer. */
        JsonNode say(int type) throws IOException {
            socket.getOutputStream()
                    .write(("{\"type\": " + type + ", \"lease\": \"" + lease + "\"}").getBytes(StandardCharsets.UTF_8));
            return answers.next();
        }

        /** What the proxy says unasked. */
        JsonNode next() {
            return answers.next();
        }

        /** Ends as a process that is killed ends. */
        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    RovingServer(int id) throws IOException {
        this.id = id;
        this.listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("roving-server-" + id).start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    Session join(TestProxy proxy, String policy) throws IOException {
        return join(proxy, policy, id);
    }

    /** Registers under another id than its own. */
    Session join(TestProxy proxy, String policy, int as) throws IOException {
        policies.add(policy);
        Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        Messages answers = new Messages(socket.getInputStream());
        socket.getOutputStream()
                .write(("{\"type\": 1, \"proto\": 2, \"id\": " + as + ", \"privPolyId\": \"" + policy
                        + "\", \"listenport\": " + port() + ", \"mux\": true}").getBytes(StandardCharsets.UTF_8));
        JsonNode answer = answers.next();
        String lease = answer.path("lease").asString("");
        if (lease.isEmpty()) {
            throw new AssertionError("not accepted: " + answer);
        }
        leases.add(lease);
        Session session = new Session(socket, answers, lease);
        sessions.add(session);
        return session;
    }

    /** Registers by the seed's protocol. */
    void joinAsSeed(TestProxy proxy, String policy) throws IOException {
        policies.add(policy);
        try (Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            socket.getOutputStream().write(("{\"type\": 1, \"id\": " + id + ", \"privPolyId\": \"" + policy
                    + "\", \"listenport\": " + port() + "}").getBytes(StandardCharsets.UTF_8));
            new Messages(socket.getInputStream()).next();
        }
    }

    /** From now on, a message of this policy is a wrong one. */
    void serveNoMore(String policy) {
        policies.remove(policy);
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
            socket.setTcpNoDelay(true);
            Messages messages = new Messages(socket.getInputStream());
            while (messages.hasNext()) {
                JsonNode message = messages.next();
                if (message.get("type").asInt() == 7) {
                    if (!leases.contains(message.get("lease").asString())) {
                        wrong.add("lease");
                    }
                    continue;
                }
                if (!policies.contains(message.get("privPoliId").asString())) {
                    wrong.add("server " + id + " got " + message);
                }
                answered.incrementAndGet();
                String ack = Json.ack(id, message.get("srcid").asLong(), message.get("payload").asString());
                JsonNode msgId = message.get("msgId");
                socket.getOutputStream()
                        .write((msgId == null ? ack : "{\"msgId\": " + msgId + ", " + ack.substring(1))
                                .getBytes(StandardCharsets.UTF_8));
                if (msgId == null) {
                    socket.close();
                    return;
                }
            }
        } catch (IOException | UncheckedIOException | JacksonException e) {
            // the proxy, or the test, closed it
        }
    }

    /** What must not have happened. */
    List<String> wrong() {
        return wrong;
    }

    int answered() {
        return answered.get();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Session session : sessions) {
            session.close();
        }
        for (Socket socket : connections) {
            socket.close();
        }
    }

    static void closeAll(@Nullable AutoCloseable... all) throws Exception {
        for (AutoCloseable one : all) {
            if (one != null) {
                one.close();
            }
        }
    }
}
