package io.revproc.metrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.route.SwitchTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestConstructor;
import org.springframework.test.context.TestConstructor.AutowireMode;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole proxy, as Prometheus sees it. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {"revproc.listener.port=0",
        "revproc.store=memory"})
@TestConstructor(autowireMode = AutowireMode.ALL)
class ScrapeTest {
    private final TcpListener listener;
    private final SwitchTable table;
    private final URI uri;

    @Autowired
    ScrapeTest(TcpListener listener, SwitchTable table, @LocalServerPort int port) {
        this.listener = listener;
        this.table = table;
        this.uri = URI.create("http://127.0.0.1:" + port + "/actuator/prometheus");
    }

    @AfterEach
    void emptyTheTable() {
        table.routes().policies().forEach(routes -> routes.endpoints().forEach(table::remove));
    }

    /** What nobody asks for costs memory here and in Prometheus: a framework's series are there where a page, a panel or an alert has use for them. */
    @Test
    void seriesOfTheFrameworkThatNobodyReadsAreOff() throws Exception {
        scrape();
        assertThat(scrape().lines().filter(line -> line.startsWith("# TYPE ")).map(line -> line.split(" ")[2]))
                .isNotEmpty().allMatch(name -> name.matches(
                        "(revproc|jvm|process|ssl)_.+|system_cpu_.+|http_server_requests_seconds(_max)?"));
    }

    @Test
    void whatTheJvmDoesIsThere() throws Exception {
        System.gc();
        assertThat(scrape()).containsPattern("jvm_gc_pause_seconds_count\\{gc=\"[^\"]+\"} [1-9]")
                .containsPattern("jvm_gc_pause_seconds_sum\\{gc=\"[^\"]+\"} [0-9]")
                .contains("jvm_memory_used_bytes{area=\"heap\"", "jvm_threads_live_threads ",
                        "jvm_classes_loaded_classes ",
                        "jvm_info{");
    }

    @Test
    void whatBecameOfMessagesConnectionsAndSetupsIsThere() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerOnce(server));
            say("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_M\",\"listenport\":" + server.getLocalPort() + "}");
            say(message("PP_M"));
            for (int i = 0; i < 20; i++) {
                assertThat(say(message("INVENTED_" + i))).contains("NO_SERVER");
            }
        }

        assertThat(scrape())
                .contains("revproc_messages_total{outcome=\"answered\",policy=\"PP_M\",server=\"1\"} 1.0\n")
                .contains("revproc_message_duration_seconds_count{policy=\"PP_M\"} 1\n")
                .contains("revproc_server_duration_seconds_count{policy=\"PP_M\",server=\"1\"} 1\n")
                .containsPattern("outcome=\"NO_SERVER\",policy=\"\\(unknown\\)\",server=\"\"\\} [2-9]\\d")
                .doesNotContain("INVENTED")
                .containsPattern("\nrevproc_connections_accepted_total [2-9]\\d")
                .containsPattern("\nrevproc_registrations_total\\{outcome=\"accepted\"\\} [1-9]")
                .containsPattern("\nrevproc_event_loop_lag_seconds\\{loop=\"0\"\\} ")
                .contains("\nrevproc_lease_expirations_total ").contains("\nrevproc_connections ")
                .contains("revproc_servers{policy=\"PP_M\",state=\"up\"} 1.0\n");
    }

    private String scrape() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
        }
    }

    private static String message(String policy) {
        return "{\"type\":0,\"srcid\":7,\"privPoliId\":\"" + policy + "\",\"payloadsize\":1,\"payload\":\"x\"}";
    }

    private String say(String message) throws IOException {
        InetSocketAddress proxy = Objects.requireNonNull(listener.localAddress());
        try (Socket socket = new Socket(proxy.getAddress(), proxy.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[1024];
            return new String(answer, 0, socket.getInputStream().read(answer), StandardCharsets.UTF_8);
        }
    }

    private static void answerOnce(ServerSocket server) {
        try (Socket proxy = server.accept()) {
            proxy.getInputStream().read(new byte[1024]);
            proxy.getOutputStream().write("{\"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"ack\"}"
                    .getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
