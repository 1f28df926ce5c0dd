package io.revproc.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.revproc.wire.ErrorCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Peers that make the proxy's memory grow: each kind has a bound over all of them, and others are served meanwhile. */
class MemoryTest {
    private static final String BEGINNING = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"";

    /** @param piece how many bytes of their message each of them sends in one write */
    @ParameterizedTest
    @ValueSource(ints = {60_000, 7_000})
    void halfMessagesOfManyConnectionsAreBoundedAndOthersAreServed(int piece) throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.max-partial", "1MB",
                "revproc.listener.max-message-size", "64KB", "revproc.listener.message-timeout", "1m");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                Client slow = proxy.connect()) {
            String payload = "x".repeat(40_000);
            String message = Json.data(7, "PP_1", payload);
            List<Socket> hostile = new ArrayList<>();
            long most = 0;
            try {
                for (int i = 0; i < 60; i++) {
                    Socket half = from("127.0.0.2", proxy);
                    hostile.add(half);
                    byte[] bytes = (BEGINNING + "y".repeat(60_000 - BEGINNING.length()))
                            .getBytes(StandardCharsets.US_ASCII);
                    for (int at = 0; at < bytes.length; at += piece) {
                        write(half, bytes, at, Math.min(piece, bytes.length - at));
                    }
                    most = Math.max(most, proxy.memory("partial").bytes());
                    if (i == 30) {
                        slow.send(message.substring(0, 20_000));
                    }
                }
                // one address has half of it; the other client's and what is read at once come on top
                assertThat(most).isLessThan(1 << 20);
                assertThat(slow.send(message.substring(20_000)).next().get("payload").asString())
                        .isEqualTo(Json.sha1(payload));
                await().until(() -> proxy.memory("partial").gaveUp() > 50);
                await().until(() -> proxy.memory("partial").bytes() <= 512 << 10);
                assertThat(answer(hostile.getFirst())).contains("\"code\": \"OVERLOADED\"", "\"retryable\": true");
                assertThat(proxy.refused(ErrorCode.OVERLOADED)).isEqualTo(proxy.memory("partial").gaveUp());
            } finally {
                for (Socket each : hostile) {
                    each.close();
                }
            }
            await().until(() -> proxy.memory("partial").bytes() == 0);
            assertThat(server.received()).hasSize(1);
        }
    }

    private static void write(Socket socket, byte[] bytes, int from, int length) {
        try {
            socket.getOutputStream().write(bytes, from, length);
        } catch (IOException e) {
            // it was refused
        }
    }

    private static Socket from(String address, TestProxy proxy) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
        socket.connect(proxy.address());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] answer = new byte[1024];
        int n = in.read(answer);
        return n < 0 ? "" : new String(answer, 0, n, StandardCharsets.US_ASCII);
    }
}
