package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.record.Entry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A server has registered and does not listen yet; what happens until it does decides whether it gets the message that waits. */
class TakenOutWhileConnectingTest {
    /** Ways to take a server out. */
    enum Way {
        MAINTENANCE, BARRED
    }

    @TempDir
    private Path directory;
    /** An address of its own, where no connection of others takes the port meanwhile. */
    private final InetAddress address = InetAddress.ofLiteral("127.77.7.8");
    private final int port;
    private TestProxy proxy = TestProxy.with();

    TakenOutWhileConnectingTest() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, address)) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    private void setUp() throws IOException {
        try (Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort(), address, 0)) {
            socket.getOutputStream().write(("{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_1\", \"listenport\": "
                    + port + "}").getBytes(StandardCharsets.UTF_8));
            assertThat(new Messages(socket.getInputStream()).next().has("Status")).isTrue();
        }
    }

    /** A connection that was on its way already may come about, and is closed without a byte. */
    private void nothingComes(ServerSocket server) throws IOException {
        server.setSoTimeout(200);
        assertThatThrownBy(() -> {
            while (true) {
                try (Socket late = server.accept()) {
                    assertThat(late.getInputStream().read()).as("a byte of the message").isEqualTo(-1);
                }
            }
        }).isInstanceOf(SocketTimeoutException.class);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void messageThatWasNotSentDoesNotReachIt(Way way) throws IOException {
        setUp();
        Endpoint entry = proxy.entry("PP_1", 1);
        try (Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "not for it any more"));
            await().until(() -> entry.inFlight() == 1);
            if (way == Way.MAINTENANCE) {
                proxy.table().update(entry, state -> state.withMode(Mode.MAINTENANCE));
            } else {
                proxy.table().ruledBy(spec -> "its grant has ended");
                proxy.table().reassess();
            }
            try (ServerSocket server = new ServerSocket(port, 50, address)) {
                JsonNode refusal = client.next();
                assertThat(refusal.get("code").asString()).isEqualTo("NO_LIVE_SERVER");
                assertThat(refusal.get("retryable").asBoolean()).isTrue();
                nothingComes(server);
            }
        }
        assertThat(entry.inFlight()).isZero();
    }

    /** No connection came about: nobody had the message, and the record claims no delivery. */
    @Test
    void messageWhoseTimeIsUpWasAtNoServer() throws Exception {
        proxy.close();
        proxy = TestProxy.with("revproc.audit.directory", directory.toString());
        setUp();
        try (Client client = proxy.connect()) {
            JsonNode refusal = client.send(Json.data("\"deadlineMs\": 100", 1, "PP_1", "a")).next();
            assertThat(refusal.get("code").asString()).isEqualTo("NO_LIVE_SERVER");
            assertThat(refusal.get("retryable").asBoolean()).isTrue();
            try (ServerSocket server = new ServerSocket(port, 50, address)) {
                nothingComes(server);
            }
        }
        proxy.stop().await();
        assertThat(Records.entries(directory)).noneMatch(Entry.Delivery.class::isInstance);
    }
}
