package io.revproc.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A proxy that is short of what peers can take from it, descriptors and memory: others are served all the same. */
class ResourcesIT {
    private static final String MESSAGE = "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payloadsize\": 1, \"payload\": \"a\"}";

    private final List<Socket> peers = new ArrayList<>();

    @AfterEach
    void closePeers() {
        for (Socket peer : peers) {
            close(peer);
        }
    }

    private static void close(Socket peer) {
        try {
            peer.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    private static List<String> withDescriptors(int limit) {
        return List.of("bash", "-c", "ulimit -n " + limit + "; exec \"$@\"", "-");
    }

    private static List<String> withHeap(String heap) {
        return List.of("env", "JAVA_TOOL_OPTIONS=-Xmx" + heap + " -XX:+ExitOnOutOfMemoryError");
    }

    private Socket connect(int port) throws IOException {
        Socket peer = new Socket(InetAddress.getLoopbackAddress(), port);
        peers.add(peer);
        return peer;
    }

    private static int http(Proc proxy) throws InterruptedException {
        return Integer.parseInt(proxy.await("event=started http=(\\d+)").group(1));
    }

    private static int status(int http) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client
                    .send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + "/actuator/health/liveness"))
                            .timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void withoutDescriptorsClientsWaitAndServersAndHttpGoOn() throws Exception {
        try (Proc proxy = Programs.proxyBy(withDescriptors(300)); SlowServer server = server(proxy)) {
            int port = Programs.port(proxy);
            Socket first = connect(port);
            proxy.await("event=connections_limited connections=\\d+ wanted=50000 open-files=300");
            for (int i = 0; i < 500; i++) {
                connect(port);
            }
            for (int i = 0; i < 3; i++) {
                first.getOutputStream().write(MESSAGE.getBytes(StandardCharsets.UTF_8));
                server.take().answer();
                assertThat(first.getInputStream().read(new byte[1024])).isPositive();
                assertThat(status(http(proxy))).isEqualTo(200);
            }
            closePeers();
            await().ignoreExceptions().until(() -> new SeedClient(port).send("{}").contains("BAD_MESSAGE"));
            assertThat(proxy.output().lines().filter(line -> line.matches(".*(WARN|ERROR).*")).count())
                    .isLessThan(5);
            assertThat(proxy.output()).doesNotContain("event=fell", "event=ejected", "Exception");
        }
    }

    private static SlowServer server(Proc proxy) throws IOException, InterruptedException {
        return new SlowServer(Programs.port(proxy), 1, "PP_1");
    }

    @Test
    void halfMessagesThatAreLargerThanTheHeapEndNobodyElse() throws Exception {
        try (Proc proxy = Programs.proxyBy(withHeap("96m")); SlowServer server = server(proxy)) {
            int port = Programs.port(proxy);
            byte[] half = ("{\"type\": 0, \"payload\": \"" + "x".repeat(900_000)).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 200; i++) {
                try {
                    connect(port).getOutputStream().write(half);
                } catch (IOException e) {
                    // refused meanwhile
                }
                if (i % 50 == 49) {
                    Socket client = connect(port);
                    client.getOutputStream().write(MESSAGE.getBytes(StandardCharsets.UTF_8));
                    server.take().answer();
                    assertThat(client.getInputStream().read(new byte[1024])).isPositive();
                }
            }
            assertThat(status(http(proxy))).isEqualTo(200);
            proxy.await("event=memory_limit kind=partial");
            assertThat(proxy.isAlive()).isTrue();
            assertThat(proxy.output().lines().filter(line -> line.contains("event=memory_limit")).count())
                    .isLessThan(10);
        }
    }

    @Test
    void halfHttpRequestsTakeNoMoreThanTheirBound() throws Exception {
        try (Proc proxy = Programs.proxyBy(withHeap("96m")); SlowServer server = server(proxy)) {
            int port = Programs.port(proxy);
            int http = http(proxy);
            byte[] half = ("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(7_000))
                    .getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 300; i++) {
                connect(http).getOutputStream().write(half);
            }
            Socket client = connect(port);
            client.getOutputStream().write(MESSAGE.getBytes(StandardCharsets.UTF_8));
            server.take().answer();
            assertThat(client.getInputStream().read(new byte[1024])).isPositive();
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> status(http) == 200);
            assertThat(proxy.isAlive()).isTrue();
        }
    }
}
