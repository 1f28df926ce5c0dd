package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

import com.sun.net.httpserver.HttpServer;

/** Takes spans over OTLP, HTTP with protobuf, as a collector does; reads of them what the tests ask for. */
final class OtlpReceiver implements AutoCloseable {
    private final HttpServer server;
    private final List<Received> spans = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();

    /** A span; the resource's attributes are among its own. */
    record Received(String traceId, String spanId, String parentSpanId, String name, long kind, long status, long nanos,
            Map<String, Object> attributes) {}

    OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Key")));
            request(body);
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    List<Received> spans() {
        return spans;
    }

    /** What came in the header {@code X-Key}. */
    List<String> keys() {
        return keys;
    }

    /** ExportTraceServiceRequest { ResourceSpans { 1: Resource, 2: ScopeSpans { 2: Span } } }. */
    private void request(byte[] body) {
        each(body, (field, resourceSpans) -> {
            Map<String, Object> resource = new HashMap<>();
            each(bytes(resourceSpans), (part, value) -> {
                if (part == 1) {
                    each(bytes(value), (number, attribute) -> attribute(bytes(attribute), resource));
                } else if (part == 2) {
                    each(bytes(value), (number, span) -> {
                        if (number == 2) {
                            span(bytes(span), resource);
                        }
                    });
                }
            });
        });
    }

    private void span(byte[] message, Map<String, Object> resource) {
        Map<Integer, Object> fields = new HashMap<>();
        Map<String, Object> attributes = new HashMap<>(resource);
        List<Long> status = new ArrayList<>(List.of(0L));
        each(message, (number, value) -> {
            fields.put(number, value);
            if (number == 9) {
                attribute(bytes(value), attributes);
            } else if (number == 15) {
                each(bytes(value), (part, code) -> {
                    if (part == 3) {
                        status.add((Long) code);
                    }
                });
            }
        });
        spans.add(new Received(hex(fields, 1), hex(fields, 2), hex(fields, 4), text(of(fields, 5)),
                (Long) of(fields, 6), status.getLast(), (Long) of(fields, 8) - (Long) of(fields, 7), attributes));
    }

    /** KeyValue { 1: key, 2: AnyValue { 1: string, 3: int } }. */
    private static void attribute(byte[] keyValue, Map<String, Object> into) {
        Map<Integer, Object> fields = new HashMap<>();
        each(keyValue, fields::put);
        if (fields.containsKey(2)) {
            each(bytes(of(fields, 2)),
                    (kind, value) -> into.put(text(of(fields, 1)), kind == 1 ? text(value) : value));
        }
    }

    /** Protobuf's fields: numbers, and {@code Long} or {@code byte[]}. */
    private static void each(byte[] message, BiConsumer<Integer, Object> field) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long tag = varint(in);
            int number = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case 0 -> field.accept(number, varint(in));
                case 1 -> field.accept(number, in.getLong());
                case 2 -> {
                    byte[] value = new byte[(int) varint(in)];
                    in.get(value);
                    field.accept(number, value);
                }
                case 5 -> field.accept(number, (long) in.getInt());
                default -> throw new IllegalArgumentException("wire type " + (tag & 7));
            }
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static Object of(Map<Integer, Object> fields, int number) {
        return Objects.requireNonNull(fields.get(number), "field " + number);
    }

    private static byte[] bytes(Object value) {
        return (byte[]) value;
    }

    private static String hex(Map<Integer, Object> fields, int number) {
        return HexFormat.of().formatHex((byte[]) fields.getOrDefault(number, new byte[0]));
    }

    private static String text(Object value) {
        return new String((byte[]) value, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
