package io.revproc.acceptance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A run of all programs in which much goes wrong, with every log at its loudest, the access log, traces and the delivery record
 * on. Then all that came out of it is searched for pieces of the messages' payloads.
 */
class PayloadsStayInsideIT {
    private static final int TIMEOUT_MILLIS = 30_000;

    @TempDir
    Path directory;

    private final Traces payloads = new Traces();
    private final Map<String, byte[]> out = new LinkedHashMap<>();
    private final ByteArrayOutputStream spans = new ByteArrayOutputStream();
    private final List<AutoCloseable> open = new ArrayList<>();
    private int port;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void nothingThatComesOutHoldsAPieceOfAPayload() throws Exception {
        run();
        assertThat(leaks()).isEmpty();
        assertThat(out.keySet()).as("what was searched")
                .contains("output of the proxy", "output of the server", "spans",
                        "log", "/actuator/prometheus", "/admin/audit/checkpoints")
                .anyMatch(name -> name.endsWith(".audit"));
        assertThat(new String(out.get("output of the proxy"), StandardCharsets.UTF_8)).contains("DEBUG",
                "outcome=SERVER_FAILED", "outcome=TIMEOUT", "outcome=NO_SERVER", "outcome=BAD_MESSAGE");
        assertThat(spans.size()).isPositive();
    }

    @Test
    void theSearchFindsThePayloadsThatATranscriptPrints() throws Exception {
        run("--revproc.transcript=true");
        assertThat(leaks()).isNotEmpty().allMatch(leak -> leak.startsWith("output of the proxy"))
                .anyMatch(leak -> leak.contains("answered"));
    }

    private List<String> leaks() {
        return out.entrySet().stream().filter(each -> !payloads.in(each.getValue()).isEmpty())
                .map(each -> each.getKey() + ": " + payloads.in(each.getValue())).toList();
    }

    private void run(String... more) throws Exception {
        Proc proxy = keep(Programs.proxy(Stream.concat(Stream.of("--logging.level.root=debug",
                "--logging.level.io.revproc=trace", "--logging.file.name=" + directory.resolve("log"),
                "--revproc.access-log.enabled=true", "--revproc.tracing.enabled=true", "--revproc.tracing.share=100",
                "--revproc.tracing.endpoint=" + collector(), "--revproc.audit.directory=" + directory.resolve("record"),
                "--revproc.audit.checkpoints.directory=" + directory.resolve("kept"),
                "--revproc.store.file=" + directory.resolve("table.json"), "--revproc.forward.deadline=500ms",
                "--revproc.listener.max-message-size=64KB", "--revproc.listener.message-timeout=1s"),
                Stream.of(more)).toArray(String[]::new)));
        port = Programs.port(proxy);
        String admin = "http://127.0.0.1:" + proxy.await("event=started http=(\\d+)").group(1);
        Proc server = keep(Programs.server(1, "PP_1", port, "--logging.level.root=debug",
                "--logging.level.io.revproc=trace"));
        Programs.registered(server);
        goodMessages();
        badServers();
        badMessages();
        Proc client = keep(Programs.client("send", "--port", "" + port, "--policy", "PP_1,PP_2,PP_9", "--payload",
                payloads.payload("command line"), "--receipt"));
        client.exitCode();
        for (String path : List.of("/", "/admin/routes", "/admin/audit/checkpoints", "/actuator/health",
                "/actuator/info", "/actuator/prometheus", "/v3/api-docs", "/nothing")) {
            out.put(path, get(admin + path));
        }
        server.terminate();
        server.exitCode();
        proxy.terminate();
        proxy.exitCode();
        out.put("output of the command line", bytes(client.output()));
        out.put("output of the server", bytes(server.output()));
        out.put("output of the proxy", bytes(proxy.output()));
        out.put("spans", spans.toByteArray());
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.put(directory.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
    }

    private void goodMessages() throws IOException {
        SeedClient client = new SeedClient(port);
        assertThat(client.send(message("PP_1", payloads.payload("answered"), ""))).contains("\"type\": 2");
        assertThat(client.send(message("PP_1", payloads.payload("with a receipt"), ", \"receipt\": true")))
                .contains("receipt");
        assertThat(client.send(message("PP_1", payloads.payload("traced"),
                ", \"traceparent\": \"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\""))).contains("type");
        assertThat(client.send(message("PP_9", payloads.payload("no server"), ""))).contains("NO_SERVER");
    }

    /** Servers that break off, say nonsense, say nothing, say too much, or answer what nobody asked. */
    private void badServers() throws IOException {
        SeedClient client = new SeedClient(port);
        server("PP_2", "", said -> null);
        assertThat(client.send(message("PP_2", payloads.payload("broken off"), ""))).contains("SERVER_FAILED");
        assertThat(client.send(message("PP_2", payloads.payload("tried again"), ", \"idempotent\": true")))
                .contains("Error");
        String nonsense = payloads.payload("nonsense of a server");
        server("PP_3", "", said -> nonsense);
        assertThat(client.send(message("PP_3", payloads.payload("for nonsense"), ""))).contains("SERVER_FAILED");
        server("PP_4", "", said -> "");
        assertThat(client.send(message("PP_4", payloads.payload("never answered"), ""))).contains("TIMEOUT");
        String large = payloads.payload("much of a server").repeat(4_000);
        server("PP_5", "", said -> "{\"type\": 2, \"payload\": \"" + large + "\"}");
        assertThat(client.send(message("PP_5", payloads.payload("for much"), ""))).contains("SERVER_FAILED");
        String unasked = payloads.payload("unasked of a server");
        server("PP_6", ", \"proto\": 2, \"mux\": true",
                said -> "{\"type\": 2, \"msgId\": \"no such\", \"payload\": \"" + unasked + "\"}");
        assertThat(client.send(message("PP_6", payloads.payload("for unasked"), ""))).contains("Error");
    }

    private void badMessages() throws IOException {
        List<String> bad = List.of("{\"type\": 0,, \"payload\": \"%s\"}", "{\"type\": 0, \"payload\": \"%s\"}",
                "{\"type\": 0, \"srcid\": 1, \"privPoliId\": 7, \"payload\": \"%s\"}", "[\"%s\"]", "\"%s\"", "%s",
                "{\"type\": 7, \"payload\": \"%s\"}", "{\"type\": \"%s\"}", "{\"type\": 1, \"payload\": \"%s\"}",
                "{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_7\", \"listenport\": \"x\", \"payload\": \"%s\"}",
                "{\"type\": 3, \"payload\": \"%s\"}", "{\"type\": 0, \"payload\": \"\\%s\"}",
                "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": {\"%s\": [{}, \u0001]}}",
                "{\"type\": 0, \"type\": 1, \"payload\": \"%s\"}", "GET /%s HTTP/1.1\r\n\r\n",
                "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"deadlineMs\": \"x\", \"payload\": \"%s\"}",
                "\u0016\u0003\u0001%s", "PROXY TCP4 %s\r\n");
        for (String each : bad) {
            String payload = payloads.payload("bad message " + each);
            say(each.replace("%s", payload), true);
        }
        say("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"" + payloads.payload("left halfway"),
                false);
        say("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"" + payloads.payload("too slow"),
                true);
        say(message("PP_1", payloads.payload("too large").repeat(3_000), ""), true);
        say(message("PP_4", payloads.payload("gone before its answer"), ""), false);
    }

    private static String message(String policy, String payload, String more) {
        return "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"" + policy + "\", \"payloadsize\": " + payload.length()
                + ", \"payload\": \"" + payload + "\"" + more + "}";
    }

    private void say(String text, boolean awaitsAnswer) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(bytes(text));
            if (awaitsAnswer) {
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            }
        } catch (IOException e) {
            // the proxy closed while there was more to say
        }
    }

    /** A server that answers whatever is said to it: null breaks off, an empty text is no answer. */
    private void server(String policy, String more, UnaryOperator<@Nullable String> answer) throws IOException {
        ServerSocket listening = keep(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket proxy = listening.accept();
                    Thread.ofVirtual().start(() -> serve(proxy, answer));
                }
            } catch (IOException e) {
                // it was closed
            }
        });
        Socket session = keep(new Socket(InetAddress.getLoopbackAddress(), port));
        session.setSoTimeout(TIMEOUT_MILLIS);
        session.getOutputStream().write(bytes("{\"type\": 1, \"id\": 9, \"privPolyId\": \"" + policy
                + "\", \"listenport\": " + listening.getLocalPort() + more + "}"));
        byte[] reply = new byte[1024];
        assertThat(new String(reply, 0, session.getInputStream().read(reply), StandardCharsets.UTF_8))
                .contains("Success");
    }

    private static void serve(Socket proxy, UnaryOperator<@Nullable String> answer) {
        try (proxy; InputStream in = proxy.getInputStream()) {
            byte[] said = new byte[8192];
            for (int n = in.read(said); n > 0; n = in.read(said)) {
                String text = answer.apply(new String(said, 0, n, StandardCharsets.UTF_8));
                if (text == null) {
                    return;
                }
                proxy.getOutputStream().write(bytes(text));
            }
        } catch (IOException e) {
            // the proxy closed it
        }
    }

    private String collector() throws IOException {
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            synchronized (spans) {
                exchange.getRequestBody().transferTo(spans);
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        open.add(() -> collector.stop(0));
        return "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces";
    }

    private static byte[] get(String url) throws Exception {
        return AdminApi.get(URI.create(url));
    }

    private <T extends AutoCloseable> T keep(T each) {
        open.add(each);
        return each;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
