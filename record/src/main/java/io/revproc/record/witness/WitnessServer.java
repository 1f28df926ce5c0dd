package io.revproc.record.witness;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.revproc.record.tlog.AddCheckpoint;

/**
 * Serves a witness over HTTP, as C2SP tlog-witness has it. Bounded by the JDK's server: {@value #MAX_CONNECTIONS} connections at once,
 * {@value #MAX_SECONDS} s for a request, {@link AddCheckpoint#MAX_BYTES} for its body. Thread-safe.
 */
public final class WitnessServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 200;
    private static final int MAX_SECONDS = 10;
    private static final int BACKLOG = 64;

    static {
        // read once, by the first server of the process; what the user set stays
        bound("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
        bound("sun.net.httpserver.maxReqTime", MAX_SECONDS);
        bound("sun.net.httpserver.maxRspTime", MAX_SECONDS);
        bound("sun.net.httpserver.maxReqHeaderSize", 16 * 1024);
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Witness witness;
    private final Consumer<String> events;

    private static void bound(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    /**
     * Listens.
     *
     * @param events hears a line for whatever was answered
     * @throws IOException if the address can't be had
     */
    public WitnessServer(InetSocketAddress address, Witness witness, Consumer<String> events) throws IOException {
        this.witness = witness;
        this.events = events;
        server = HttpServer.create(address, BACKLOG);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Returns where it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(AddCheckpoint.PATH)) {
                send(exchange, 404, "there is nothing here but " + AddCheckpoint.PATH + "\n");
            } else if (!exchange.getRequestMethod().equals("POST")) {
                exchange.getResponseHeaders().set("Allow", "POST");
                send(exchange, 405, "a checkpoint is sent by POST\n");
            } else {
                add(exchange);
            }
        } catch (IOException e) {
            // the log has gone
        }
    }

    private void add(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(AddCheckpoint.MAX_BYTES + 1);
        if (body.length > AddCheckpoint.MAX_BYTES) {
            send(exchange, 413, "a request has at most " + AddCheckpoint.MAX_BYTES + " bytes\n");
            return;
        }
        Witness.Answer answer;
        try {
            answer = witness.add(body);
        } catch (IOException e) {
            events.accept("can't keep its state: " + e.getMessage());
            send(exchange, 500, "the witness can't keep its state\n");
            return;
        }
        switch (answer) {
            case Witness.Answer.Cosigned cosigned -> {
                send(exchange, 200, cosigned.signature().line());
                events.accept("cosigned " + cosigned.size() + " entries");
            }
            case Witness.Answer.Conflict conflict -> {
                exchange.getResponseHeaders().set("Content-Type", AddCheckpoint.SIZE_TYPE);
                send(exchange, 409, conflict.size() + "\n");
            }
            case Witness.Answer.Refused refused -> {
                send(exchange, refused.reason().status(), refused.sentence() + "\n");
                events.accept("refused with " + refused.reason().status() + ": " + refused.sentence());
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (exchange.getResponseHeaders().getFirst("Content-Type") == null) {
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        }
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
