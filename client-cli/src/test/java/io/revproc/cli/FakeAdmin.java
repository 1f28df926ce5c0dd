package io.revproc.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** The admin API on a real socket, with one fixed body per path. */
final class FakeAdmin implements AutoCloseable {
    static final String ROUTES = """
            {"policies": {"PP_1": [{"id": 1, "host": "127.0.0.1", "port": 9001, "alive": true, "state": "ACTIVE", "proto": 2, "mux": true,
             "weight": 1, "zone": null, "inFlight": 0, "forwarded": 12, "failed": 0}],
             "PP_2": [{"id": 2, "host": "127.0.0.1", "port": 9002, "alive": false, "state": "DRAINING", "proto": 1, "mux": false,
             "weight": 1, "zone": "eu-1", "inFlight": 3, "forwarded": 1200, "failed": 4}]}, "version": 17}""";

    /** Method, path, authorization and body of each request. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    private final HttpServer server;

    FakeAdmin() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
    }

    FakeAdmin answers(String path, int status, String body) {
        return answers(path, status, "application/json", body);
    }

    FakeAdmin answers(String path, int status, String type, String body) {
        server.createContext(path, exchange -> {
            try (exchange) {
                requests.add(describe(exchange));
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", type);
                exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(bytes);
                }
            }
        });
        return this;
    }

    /** One body after the other, the last one again and again. */
    FakeAdmin answersInTurn(String path, String... bodies) {
        AtomicInteger turn = new AtomicInteger();
        server.createContext(path, exchange -> {
            try (exchange) {
                requests.add(describe(exchange));
                byte[] bytes = bodies[Math.min(turn.getAndIncrement(), bodies.length - 1)]
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        return this;
    }

    /** Takes the request and closes the connection. */
    FakeAdmin breaks(String path) {
        return broken(path, Integer.MAX_VALUE, "");
    }

    /** The same with those that come first; the others get a body. HttpURLConnection asks a second time by itself. */
    FakeAdmin breaksOnce(String path, String body) {
        return broken(path, 2, body);
    }

    private FakeAdmin broken(String path, int times, String body) {
        AtomicInteger turn = new AtomicInteger();
        server.createContext(path, exchange -> {
            try (exchange) {
                requests.add(describe(exchange));
                if (turn.getAndIncrement() >= times) {
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                }
            }
        });
        return this;
    }

    /** The one as JSON, the other to whoever wants a stream of events. */
    FakeAdmin answersByType(String path, String json, String stream) {
        return answersByType(path, 200, json, stream);
    }

    /** The same; the JSON comes with this status. */
    FakeAdmin answersByType(String path, int status, String json, String stream) {
        return answersByType(path, () -> status, json, () -> 200, stream);
    }

    private FakeAdmin answersByType(String path, IntSupplier jsonStatus, String json, IntSupplier streamStatus,
            String stream) {
        server.createContext(path, exchange -> {
            try (exchange) {
                requests.add(describe(exchange));
                boolean events = "text/event-stream".equals(exchange.getRequestHeaders().getFirst("Accept"));
                byte[] bytes = (events ? stream : json).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", events ? "text/event-stream" : "application/json");
                exchange.sendResponseHeaders((events ? streamStatus : jsonStatus).getAsInt(),
                        bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        return this;
    }

    /** The same, and the first who wants a stream gets this status. */
    FakeAdmin failsOnce(String path, int status, String json, String stream) {
        AtomicInteger streams = new AtomicInteger();
        return answersByType(path, () -> 200, json, () -> streams.getAndIncrement() == 0 ? status : 200, stream);
    }

    private static String describe(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        return exchange.getRequestMethod() + " " + exchange.getRequestURI()
                + (authorization == null ? "" : " " + authorization) + (body.isEmpty() ? "" : " " + body);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
