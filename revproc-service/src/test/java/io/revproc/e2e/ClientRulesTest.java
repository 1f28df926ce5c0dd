package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Who may send what, over real sockets. */
class ClientRulesTest {
    @Test
    void aClientSendsOnlyWhatItsAddressMay() throws IOException {
        try (TestProxy proxy = TestProxy.with("test.clients[PP_1].allowed-cidrs", "127.0.0.2/32");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1", "PP_2");
                Client client = proxy.connect()) {
            assertThat(client.send(Json.data(7, "PP_2", "open")).next().get("type").asInt()).isEqualTo(2);
            JsonNode refusal = client.send(Json.data(7, "PP_1", "closed")).next();

            assertThat(refusal.get("code").asString()).isEqualTo("NOT_ALLOWED");
            assertThat(refusal.get("destid").asInt()).isEqualTo(7);
            assertThat(client.ended()).isTrue();
            assertThat(from(proxy, "127.0.0.2", Json.data(7, "PP_1", "near"))).contains("\"type\": 2");
            assertThat(server.received()).hasSize(2);
        }
    }

    /** Its other messages may be of policies that it may use. */
    @Test
    void connectionOfMessagesWithNamesStaysWhenOneIsNotAllowed() throws IOException {
        try (TestProxy proxy = TestProxy.with("test.clients[PP_1].allowed-cidrs", "127.0.0.2/32");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1", "PP_2");
                Client client = proxy.connect()) {
            client.send(Json.data("\"msgId\": 1", 7, "PP_1", "closed"));
            client.send(Json.data("\"msgId\": 2", 7, "PP_2", "open"));
            JsonNode refusal = client.next();
            assertThat(refusal.get("code").asString()).isEqualTo("NOT_ALLOWED");
            assertThat(refusal.get("msgId").asInt()).isEqualTo(1);
            assertThat(refusal.has("srcid")).as("the proxy's words").isFalse();
            assertThat(client.next().get("msgId").asInt()).isEqualTo(2);
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void whetherAPolicyHasServersIsNobodysBusinessWhoMayNotUseIt() throws IOException {
        try (TestProxy proxy = TestProxy.with("test.clients[PP_1].allowed-cidrs", "192.0.2.0/24");
                Client client = proxy.connect()) {
            assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("code").asString())
                    .isEqualTo("NOT_ALLOWED");
        }
    }

    @Test
    void aPolicyThatWantsACertificateRefusesAClientOnPlainText() throws IOException {
        try (TestProxy proxy = TestProxy.with("test.clients[PP_1].certificates", "spiffe://revproc.dev/client");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("code").asString())
                    .isEqualTo("NOT_ALLOWED");
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void aClientOverItsRateHearsSoAndKeepsItsConnectionAndOthersAreNotHeldBack() throws IOException {
        try (TestProxy proxy = TestProxy.with("test.clients[PP_1].rate", "1", "test.clients[PP_1].burst", "3",
                "test.clients[PP_2].rate", "1", "test.clients[PP_2].burst", "3");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1", "PP_2");
                Client client = proxy.connect()) {
            StringBuilder burst = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                burst.append(Json.data(i, "PP_1", "hello"));
            }
            client.send(burst.toString());
            int answered = 0;
            for (int i = 0; i < 200; i++) {
                JsonNode answer = client.next();
                boolean ack = answer.get("type").asInt() == 2;
                answered += ack ? 1 : 0;
                assertThat(answer.get("destid").asInt()).isEqualTo(i);
                if (!ack) {
                    assertThat(answer.get("code").asString()).isEqualTo("RATE_LIMITED");
                    assertThat(answer.get("retryable").asBoolean()).isTrue();
                }
            }

            assertThat(answered).isBetween(3, 100);
            assertThat(client.send(Json.data(7, "PP_2", "hello")).next().get("type").asInt())
                    .as("another policy's rate is another").isEqualTo(2);
            assertThat(from(proxy, "127.0.0.3", Json.data(7, "PP_1", "hello"))).contains("\"type\": 2");
        }
    }

    @Test
    void anAddressHasAsManyConnectionsAsItMayAndGetsAPlaceBackWhenOneEnds() throws IOException {
        try (TestProxy proxy = TestProxy.with("revproc.listener.max-connections-per-address", "2")) {
            Client first = proxy.connect();
            Client second = proxy.connect();
            first.send(Json.data(1, "PP_1", "x")).next();
            second.send(Json.data(1, "PP_1", "x")).next();
            try (Client third = proxy.connect()) {
                assertThat(third.next().get("code").asString()).isEqualTo("OVERLOADED");
                assertThat(third.ended()).isTrue();
            }
            assertThat(from(proxy, "127.0.0.2", Json.data(1, "PP_1", "x"))).contains("NO_SERVER");

            first.close();
            await().ignoreExceptions().atMost(Duration.ofSeconds(20)).until(() -> {
                try (Client next = proxy.connect()) {
                    return next.send(Json.data(1, "PP_1", "x")).next().get("code").asString().equals("NO_SERVER");
                }
            });
            second.close();
        }
    }

    private static String from(TestProxy proxy, String address, String message) throws IOException {
        try (Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort(),
                InetAddress.ofLiteral(address), 0)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[1024];
            return new String(answer, 0, Math.max(0, socket.getInputStream().read(answer)), StandardCharsets.UTF_8);
        }
    }
}
