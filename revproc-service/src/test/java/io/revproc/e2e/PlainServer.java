package io.revproc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

import tools.jackson.databind.JsonNode;

/** A server of proto 2 without {@code mux}: a lease, and one connection for each message. Reads once, and notes what one read brought. */
final class PlainServer implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Socket registration;
    private final int id;
    private final BiFunction<PlainServer, JsonNode, String> answers;
    private final List<String> reads = new CopyOnWriteArrayList<>();
    private volatile String lease = "";

    /** @param answers what it says to a message */
    PlainServer(TestProxy proxy, int id, BiFunction<PlainServer, JsonNode, String> answers) throws IOException {
        this.id = id;
        this.answers = answers;
        this.registration = new Socket(proxy.address().getAddress(), proxy.address().getPort());
        Thread.ofVirtual().name("plain-server-" + id).start(this::serve);
    }

    PlainServer register(String policy) throws IOException {
        registration.getOutputStream()
                .write(("{\"type\": 1, \"proto\": 2, \"id\": " + id + ", \"privPolyId\": \"" + policy
                        + "\", \"listenport\": " + listening.getLocalPort() + "}").getBytes(StandardCharsets.UTF_8));
        lease = new Messages(registration.getInputStream()).next().get("lease").asString();
        return this;
    }

    private void serve() {
        try {
            while (true) {
                try (Socket socket = listening.accept()) {
                    byte[] bytes = new byte[65_536];
                    int n = socket.getInputStream().read(bytes);
                    String text = n < 0 ? "" : new String(bytes, 0, n, StandardCharsets.UTF_8);
                    reads.add(text);
                    JsonNode last = null;
                    var all = Json.stream(new java.io.ByteArrayInputStream(bytes, 0, Math.max(n, 0)));
                    while (all.hasNext()) {
                        last = all.next();
                    }
                    if (last != null) {
                        socket.getOutputStream().write(answers.apply(this, last).getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        } catch (IOException e) {
            // closed by the test
        }
    }

    String ack(JsonNode message) {
        return Json.ack(id, message.get("srcid").asLong(), message.get("payload").asString());
    }

    String lease() {
        return lease;
    }

    /** What the first read of each connection brought, in order. */
    List<String> reads() {
        return reads;
    }

    @Override
    public void close() {
        try {
            registration.close();
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
