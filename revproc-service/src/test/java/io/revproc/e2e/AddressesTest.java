package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

import io.revproc.proxy.listener.ListenerException;
import io.revproc.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Where connections come from: load balancers that speak the PROXY protocol, IPv6, Unix-domain sockets. */
class AddressesTest {
    private static final String SETUP = "{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_1\", \"listenport\": 9001}";
    private static final String[] BALANCED = {"revproc.listener.proxy-protocol", "true",
            "revproc.listener.proxy-protocol-from", "127.0.0.0/8", "revproc.registration.allowed-cidrs",
            "192.0.2.0/24,127.0.0.0/8"};

    @TempDir
    private Path directory;

    @Test
    void setupBehindALoadBalancerIsOfTheAddressThatTheHeaderNames() throws Exception {
        try (TestProxy proxy = TestProxy.with(BALANCED);
                Client line = proxy.connect();
                Client binary = proxy.connect();
                Client stranger = proxy.connect()) {
            assertThat(line.send("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n" + SETUP).next().has("Status"))
                    .isTrue();
            assertThat(proxy.entry("PP_1", 1).spec().host()).isEqualTo("192.0.2.7");
            binary.send(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc0000208c6336401dc0401bb"));
            assertThat(binary.send(SETUP).next().has("Status")).isTrue();
            assertThat(proxy.entry("PP_1", 1).spec().host()).isEqualTo("192.0.2.8");
            JsonNode refusal = stranger.send("PROXY TCP4 203.0.113.9 198.51.100.1 1 1\r\n" + SETUP).next();
            assertThat(refusal.get("code").asString()).isEqualTo("NOT_ALLOWED");
        }
    }

    @Test
    void headerInPiecesAndMessagesBehindItAreTakenApart() throws Exception {
        try (TestProxy proxy = TestProxy.with(BALANCED);
                MuxServer server = MuxServer.behindBalancer(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.drip("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n" + Json.data(1, "PP_1", "a"));
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("a"));
            assertThat(client.send(Json.data(1, "PP_1", "b")).next().get("payload").asString())
                    .isEqualTo(Json.sha1("b"));
            assertThat(server.received()).hasSize(2);
        }
    }

    @Test
    void balancersOwnChecksAreNoneOfAnybody() throws Exception {
        try (TestProxy proxy = TestProxy.with(BALANCED); Client check = proxy.connect()) {
            check.send(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000"));
            assertThat(check.send(SETUP).next().has("Status")).isTrue();
            assertThat(proxy.entry("PP_1", 1).spec().host()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void connectionFromABalancerWithoutAHeaderIsRefused() throws Exception {
        try (TestProxy proxy = TestProxy.with(BALANCED);
                Client client = proxy.connect();
                Client gone = proxy.connect()) {
            JsonNode refusal = client.send(Json.data(1, "PP_1", "a")).next();
            assertThat(refusal.get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(refusal.get("Error").asString()).contains("PROXY protocol header");
            assertThat(client.ended()).isTrue();
            gone.send("PROXY TCP4").endOutput();
            assertThat(gone.ended()).isTrue();
            await().until(() -> proxy.connections() == 0);
        }
    }

    @Test
    void headerThatDoesNotComeToAnEndIsRefusedInTime() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.proxy-protocol", "true",
                "revproc.listener.proxy-protocol-from", "127.0.0.0/8", "revproc.listener.message-timeout", "300ms");
                Client client = proxy.connect()) {
            assertThat(client.send("PROXY ").next().get("Error").asString()).contains("300 ms");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void headerOfAnybodyElseIsNotBelieved() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.proxy-protocol", "true",
                "revproc.listener.proxy-protocol-from", "192.0.2.0/24"); Client client = proxy.connect()) {
            JsonNode refusal = client.send("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n" + SETUP).next();
            assertThat(refusal.get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void connectionsBehindABalancerCountForTheirOwnAddress() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.proxy-protocol", "true",
                "revproc.listener.proxy-protocol-from", "127.0.0.0/8",
                "revproc.listener.max-connections-per-address", "1");
                Client one = proxy.connect();
                Client same = proxy.connect();
                Client other = proxy.connect()) {
            String bad = "{\"type\": 0, \"srcid\": 1}";
            assertThat(one.send("PROXY TCP4 192.0.2.7 192.0.2.1 1 1\r\n" + bad).next().get("code").asString())
                    .isEqualTo("BAD_MESSAGE");
            assertThat(same.send("PROXY TCP4 192.0.2.7 192.0.2.1 2 1\r\n" + bad).next().get("code").asString())
                    .isEqualTo("OVERLOADED");
            assertThat(other.send("PROXY TCP4 192.0.2.8 192.0.2.1 1 1\r\n" + bad).next().get("code").asString())
                    .isEqualTo("BAD_MESSAGE");
        }
    }

    @Test
    void proxyProtocolFromNobodyIsAMistake() {
        assertThatThrownBy(() -> TestProxy.with("revproc.listener.proxy-protocol", "true").close())
                .hasMessage("revproc.listener.proxy-protocol needs revproc.listener.proxy-protocol-from, the "
                        + "networks of the load balancers");
    }

    @Test
    void ipv6ListenerServesBothEnds() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")) && !Files.readString(Path.of("/proc/net/if_inet6"))
                .isBlank(), "no IPv6 on this machine");
        try (TestProxy proxy = TestProxy.with("revproc.listener.address", "::1");
                MuxServer server = MuxServer.answeringAt(InetAddress.ofLiteral("::1"), proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("payload").asString())
                    .isEqualTo(Json.sha1("a"));
            assertThat(server.received()).hasSize(1);
            assertThat(proxy.entry("PP_1", 1).spec().host()).isEqualTo("0:0:0:0:0:0:0:1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"IO_URING", "EPOLL", "NIO"})
    void unixSocketServesTheUsersOfThisMachine(String transport) throws Exception {
        assumeTrue(available(transport), transport + " is not available here");
        Path file = directory.resolve("revproc.sock");
        try (TestProxy proxy = TestProxy.with("revproc.listener.transport", transport, "revproc.listener.unix-socket",
                file.toString());
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                SocketChannel client = connect(file)) {
            client.write(utf8(Json.data(1, "PP_1", "a") + Json.data(1, "PP_1", "b")));
            Messages messages = new Messages(Channels.newInputStream(client));
            assertThat(messages.next().get("payload").asString()).isEqualTo(Json.sha1("a"));
            assertThat(messages.next().get("payload").asString()).isEqualTo(Json.sha1("b"));
            client.shutdownOutput();
            assertThat(messages.hasNext()).isFalse();
            assertThat(server.received()).hasSize(2);
            try (SocketChannel setup = connect(file)) {
                setup.write(utf8(SETUP.replace("\"id\": 1", "\"id\": 2")));
                assertThat(new Messages(Channels.newInputStream(setup)).next().has("Status")).isTrue();
                assertThat(proxy.entry("PP_1", 2).spec().host()).isEqualTo("127.0.0.1");
            }
            proxy.stop().await();
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void unixSocketAnswersAClientThatHasEndedItsSide() throws Exception {
        assumeTrue(available("EPOLL"), "epoll is not available here");
        try (TestProxy proxy = with(directory.resolve("revproc.sock"));
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                SocketChannel client = connect(directory.resolve("revproc.sock"))) {
            client.write(utf8(Json.data(1, "PP_1", "a") + Json.data(1, "PP_1", "b") + Json.data(1, "PP_1", "c")));
            client.shutdownOutput();
            for (int i = 0; i < 3; i++) {
                server.take().answer();
            }
            Messages messages = new Messages(Channels.newInputStream(client));
            for (String payload : List.of("a", "b", "c")) {
                assertThat(messages.next().get("payload").asString()).isEqualTo(Json.sha1(payload));
            }
            assertThat(messages.hasNext()).isFalse();
        }
    }

    @Test
    void onlyASocketThatNobodyListensOnIsReplaced() throws Exception {
        Path file = directory.resolve("revproc.sock");
        Files.writeString(file, "precious");
        assertThatThrownBy(() -> with(file).close()).isInstanceOf(ListenerException.class)
                .hasMessageContaining("no socket");
        assertThat(file).hasContent("precious");
        Files.delete(file);
        try (TestProxy first = with(file)) {
            assertThatThrownBy(() -> with(file).close()).isInstanceOf(ListenerException.class)
                    .hasMessageContaining("somebody listens");
            first.stop().await();
        }
        // left behind by one that was killed
        try (ServerSocketChannel left = ServerSocketChannel
                .open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();
        try (TestProxy second = with(file); SocketChannel client = connect(file)) {
            client.write(utf8("{}"));
            assertThat(new Messages(Channels.newInputStream(client)).next().get("code").asString())
                    .isEqualTo("BAD_MESSAGE");
            assertThat(second.connections()).isEqualTo(1);
        }
    }

    private static TestProxy with(Path file) {
        return TestProxy.with("revproc.listener.unix-socket", file.toString());
    }

    private static boolean available(String transport) {
        try {
            Transport.choose(Transport.Choice.valueOf(transport), "transport");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static SocketChannel connect(Path file) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(file));
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
