package io.revproc.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
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
                // One address has half of it, once the connections that are given up have said so on their own loops. Until then the
                // bound over all counts, and what each of the two loops has just read comes on top.
                assertThat(most).isLessThan((1 << 20) + 2 * (64 << 10));
                assertThat(slow.send(message.substring(20_000)).next().get("payload").asString())
                        .isEqualTo(Json.sha1(payload));
                await().until(() -> proxy.memory("partial").gaveUp() > 50);
                await().until(() -> proxy.memory("partial").bytes() <= 512 << 10);
                // Whoever was read least of has cost least and is kept: that may be the first of them.
                Socket refused = await().until(() -> answered(hostile), Objects::nonNull);
                assertThat(answer(refused)).contains("\"code\": \"OVERLOADED\"", "\"retryable\": true");
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

    @Test
    void halfAnswersOfManyServersAreBoundedAndOthersAreServed() throws Exception {
        try (TestProxy proxy = small();
                MuxServer good = MuxServer.answering(proxy, 1, "GOOD");
                Client client = proxy.connect();
                Client other = proxy.connect()) {
            List<RawServer> servers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                servers.add(new RawServer(proxy, i, "BAD", "{\"type\": 2, \"payload\": \"" + "x".repeat(50_000)));
            }
            for (int i = 0; i < servers.size(); i++) {
                client.send(Json.data("\"msgId\": " + i, 1, "BAD", "p"));
            }
            assertThat(client.next().get("code").asString()).isEqualTo("SERVER_FAILED");
            assertThat(proxy.memory("answers").gaveUp()).isPositive();
            await().until(() -> proxy.memory("answers").bytes() <= proxy.memory("answers").max());
            assertThat(other.send(Json.data(1, "GOOD", "a")).next().get("payload").asString())
                    .isEqualTo(Json.sha1("a"));
            assertThat(good.received()).hasSize(1);
            for (RawServer server : servers) {
                server.close();
            }
            await().until(() -> proxy.memory("answers").bytes() == 0);
        }
    }

    @Test
    void repliesThatWaitForASlowOneAreBounded() throws Exception {
        try (TestProxy proxy = small();
                MuxServer slow = MuxServer.held(proxy, 1, "SLOW");
                RawServer large = new RawServer(proxy, 2, "LARGE",
                        "{\"type\": 2, \"srcid\": 2, \"destid\": 1, \"payload\": \"" + "x".repeat(50_000) + "\"}");
                Client client = proxy.connect();
                Client other = proxy.connect()) {
            client.send(Json.data(1, "SLOW", "a"));
            slow.take();
            StringBuilder many = new StringBuilder();
            for (int i = 0; i < 60; i++) {
                many.append(Json.data(1, "LARGE", "b"));
            }
            client.send(many.toString());
            assertThat(client.ended()).isTrue();
            assertThat(proxy.memory("unsent").gaveUp()).isEqualTo(1);
            assertThat(other.send(Json.data(1, "LARGE", "c")).next().get("payload").asString()).hasSize(50_000);
            assertThat(proxy.memory("unsent").bytes()).isZero();
        }
    }

    @Test
    void largeMessagesThatWaitAreBoundedAndAnotherPolicysAreServed() throws Exception {
        try (TestProxy proxy = small();
                SeedServer stuck = SeedServer.of(proxy, 1, SeedServer.Habit.HELD);
                MuxServer good = MuxServer.answering(proxy, 2, "GOOD");
                Client client = proxy.connect();
                Client other = proxy.connect()) {
            stuck.register("STUCK");
            String large = "x".repeat(50_000);
            for (int i = 0; i < 20; i++) {
                client.send(Json.data("\"msgId\": " + i, 1, "STUCK", large));
            }
            assertThat(client.next().get("code").asString()).isEqualTo("OVERLOADED");
            assertThat(proxy.kept().refused()).isPositive();
            assertThat(proxy.kept().bytes()).isLessThanOrEqualTo(proxy.kept().max());
            assertThat(other.send(Json.data(1, "GOOD", large)).next().get("payload").asString())
                    .isEqualTo(Json.sha1(large));
            client.close();
            stuck.let(1);
            await().until(() -> proxy.kept().bytes() == 0);
            assertThat(good.received()).hasSize(1);
        }
    }

    private static TestProxy small() {
        return TestProxy.with("test.heap", "1000000", "revproc.listener.max-message-size", "64KB",
                "revproc.forward.part1-max-message-size", "64KB");
    }

    /** A Part 1 server that sends the same bytes to each message and then waits. */
    private static final class RawServer implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> open = new CopyOnWriteArrayList<>();

        RawServer(TestProxy proxy, int id, String policy, String answer) throws IOException {
            Thread.ofVirtual().start(() -> serve(answer));
            try (Client setup = proxy.connect()) {
                setup.send("{\"type\": 1, \"id\": " + id + ", \"privPolyId\": \"" + policy + "\", \"listenport\": "
                        + listening.getLocalPort() + "}").next();
            }
        }

        private void serve(String answer) {
            try {
                while (true) {
                    Socket socket = listening.accept();
                    open.add(socket);
                    Thread.ofVirtual().start(() -> {
                        try {
                            if (socket.getInputStream().read(new byte[4096]) > 0) {
                                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                            }
                        } catch (IOException e) {
                            // the proxy has closed it
                        }
                    });
                }
            } catch (IOException e) {
                // closed
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Socket each : open) {
                each.close();
            }
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

    private static @Nullable Socket answered(List<Socket> sockets) {
        for (Socket each : sockets) {
            try {
                if (each.getInputStream().available() > 0) {
                    return each;
                }
            } catch (IOException e) {
                // it was reset while it was still sending
            }
        }
        return null;
    }

    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] answer = new byte[1024];
        int n = in.read(answer);
        return n < 0 ? "" : new String(answer, 0, n, StandardCharsets.US_ASCII);
    }
}
