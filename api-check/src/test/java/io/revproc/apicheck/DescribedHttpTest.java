package io.revproc.apicheck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Answers of a real server, by the client that judges them. */
class DescribedHttpTest {
    private static HttpServer server;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answers("/admin/thing", "application/json", "{\"id\": 1}");
        answers("/admin/other", "application/json", "{\"id\": 1, \"more\": 2}");
        answers("/admin/events", EVENTS, "data:{\"id\": 1}\n\nid: 7\ndata: {\"id\": \"x\"}\n\ndata:{\"id\": 3}\n\n");
        answers("/elsewhere", "text/html", "<html>");
        server.start();
    }

    private static final String EVENTS = "text/event-stream";

    private static void answers(String path, String type, String body) {
        server.createContext(path, exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @Test
    void answerThatIsDescribedIsHandedOnAsAsked() throws Exception {
        assertThat(http().send(request("/admin/thing"), BodyHandlers.ofString()).body()).isEqualTo("{\"id\": 1}");
        assertThat(http().send(request("/admin/thing"), BodyHandlers.ofByteArray()).body()).hasSize(9);
        assertThat(http().send(request("/admin/thing"), BodyHandlers.discarding()).statusCode()).isEqualTo(200);
        assertThat(http().send(request("/elsewhere"), BodyHandlers.ofString()).body()).isEqualTo("<html>");
    }

    @Test
    void answerThatIsNotDescribedFailsTheTest() {
        assertThatThrownBy(() -> http().send(request("/admin/other"), BodyHandlers.discarding()))
                .isInstanceOf(AssertionError.class).hasMessageContaining("GET ").hasMessageContaining("'more'");
    }

    @Test
    void eventThatIsNotDescribedEndsTheStream() throws Exception {
        List<String> seen = new java.util.ArrayList<>();
        try (Stream<String> lines = http().send(request("/admin/events"), BodyHandlers.ofLines()).body()) {
            assertThatThrownBy(() -> lines.forEach(seen::add)).isInstanceOf(UncheckedIOException.class)
                    .hasStackTraceContaining("The event data: {\"id\": \"x\"} is not as");
        }
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path)).build();
    }

    private DescribedHttp http() throws IOException {
        String thing = "{\"schema\": {\"type\": \"object\", \"properties\": {\"id\": {\"type\": \"integer\"}}}}";
        String json = "{\"get\": {\"responses\": {\"200\": {\"content\": {\"application/json\": " + thing + "}}}}}";
        return DescribedHttp.by(Files.writeString(directory.resolve("api.json"),
                "{\"components\": {\"schemas\": {}}, \"paths\": {\"/admin/thing\": " + json + ", \"/admin/other\": "
                        + json + ", \"/admin/events\": " + json.replace("application/json", EVENTS) + "}}"));
    }
}
