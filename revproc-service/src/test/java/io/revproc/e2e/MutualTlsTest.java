package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import io.netty.pkitesting.X509Bundle;
import io.revproc.proxy.tls.HandshakeFailure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Servers that are known by their certificates: at their registration, and on the connections that bring them messages. */
class MutualTlsTest {
    private static final TestCertificates OURS = new TestCertificates();
    private static final X509Bundle ONE = OURS.local(TestCertificates.SERVER_1);
    private static final X509Bundle TWO = OURS.local(TestCertificates.SERVER_2);
    private static final SSLContext SERVER_1 = OURS.peer(ONE);
    private static final SSLContext SERVER_2 = OURS.peer(TWO);
    private static final SSLContext CLIENT = OURS.peer(OURS.issue(TestCertificates.CLIENT));
    private static final SSLContext NOBODY = OURS.peer(null);
    private static final String TLS = ", \"tls\": true";
    private static final String[] GRANTS = {"revproc.registration.grants[0].name", "one",
            "revproc.registration.grants[0].certificate", TestCertificates.SERVER_1,
            "revproc.registration.grants[0].policies", "PP_1", "revproc.registration.grants[1].name", "two",
            "revproc.registration.grants[1].certificate", TestCertificates.SERVER_2,
            "revproc.registration.grants[1].policies", "PP_*"};

    @SuppressWarnings("NullAway.Init") // each test starts its own
    private TestProxy proxy;

    @AfterEach
    void close() {
        if (proxy != null) {
            proxy.close();
        }
    }

    private void start(String[] some, String... more) {
        proxy = TestProxy.with(OURS.bundles(OURS.local()),
                Stream.of(Stream.of("revproc.listener.tls.bundle", "test", "revproc.listener.tls.client-auth", "want"),
                        Stream.of(some), Stream.of(more)).flatMap(each -> each).toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void serverGetsItsMessagesOverTlsAsTheOneThatRegistered(String engine) throws Exception {
        start(GRANTS, "revproc.forward.tls.engine", engine);
        try (MuxServer server = MuxServer.secured(proxy, 1, SERVER_1, SERVER_1);
                Client client = proxy.connect(CLIENT)) {
            JsonNode accepted = server.register("PP_1", TLS);
            for (int size : new int[]{1, 20_000, 300_000}) {
                String payload = "x".repeat(size);
                assertThat(client.send(Json.data(7, "PP_1", payload)).next().get("payload").asString())
                        .isEqualTo(Json.sha1(payload));
            }
            assertThat(server.hellos()).containsExactly(accepted.get("lease").asString());
            assertThat(proxy.entry("PP_1", 1).spec().certificate()).isEqualTo(fingerprint(ONE.getCertificate()));
            assertThat(proxy.entry("PP_1", 1).spec().owner()).isEqualTo("one");
        }
    }

    private static String fingerprint(X509Certificate certificate) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    }

    /** Each would pass for the server but for the one thing: same address, same port, same lease. */
    @ParameterizedTest
    @CsvSource({"openssl,another", "openssl,other-authority", "openssl,expired", "jdk,another", "jdk,other-authority",
            "jdk,expired"})
    void dataPortWithAnotherCertificateThanAtTheRegistrationGetsNoMessage(String engine, String shown)
            throws IOException {
        start(GRANTS, "revproc.forward.tls.engine", engine);
        X509Bundle wrong = switch (shown) {
            case "another" -> OURS.local(TestCertificates.SERVER_1);
            case "expired" -> OURS.expired("127.0.0.1", TestCertificates.SERVER_1);
            default -> new TestCertificates().local(TestCertificates.SERVER_1);
        };
        HandshakeFailure failure = shown.equals("expired")
                ? HandshakeFailure.CERTIFICATE_EXPIRED
                : HandshakeFailure.CERTIFICATE_REFUSED;
        try (MuxServer server = MuxServer.secured(proxy, 1, SERVER_1, OURS.peer(wrong));
                Client client = proxy.connect(CLIENT)) {
            assertThat(server.register("PP_1", TLS).has("lease")).isTrue();
            assertThat(client.send(Json.data(7, "PP_1", "secret")).next().get("code").asString())
                    .isEqualTo("NO_LIVE_SERVER");
            assertThat(proxy.serverHandshakeFailures(failure)).isEqualTo(1);
            assertThat(server.connections()).as("it was connected to").isEqualTo(1);
            assertThat(server.received()).isEmpty();
            assertThat(server.hellos()).as("not even the lease").isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void dataPortInPlainTextGetsNoMessageWhereTlsWasSaid(String engine) throws IOException {
        start(GRANTS, "revproc.forward.tls.engine", engine, "revproc.forward.connect-timeout", "300ms");
        try (MuxServer server = MuxServer.secured(proxy, 1, SERVER_1, null); Client client = proxy.connect(CLIENT)) {
            assertThat(server.register("PP_1", TLS).has("lease")).isTrue();
            assertThat(client.send(Json.data(7, "PP_1", "secret")).next().get("code").asString())
                    .isEqualTo("NO_LIVE_SERVER");
            assertThat(server.received()).isEmpty();
        }
    }

    /** They do not wait for their deadlines. */
    @ParameterizedTest
    @CsvSource({"openssl,TLSv1.3", "openssl,TLSv1.2", "jdk,TLSv1.3"})
    void messagesOnAConnectionWithAForgedRecordFailAtOnce(String engine, String version) throws Exception {
        start(GRANTS, "revproc.forward.tls.engine", engine, "revproc.forward.tls.allow-tls12", "true",
                "revproc.forward.deadline", "1h");
        try (MuxServer server = MuxServer.secured(proxy, 1, true, SERVER_1, SERVER_1).versions(version);
                Cable cable = new Cable(server.port());
                Client client = proxy.connect(CLIENT)) {
            server.register("PP_1", TLS, cable.port());
            client.send(Json.data(7, "PP_1", "a")).send(Json.data(7, "PP_1", "b"));
            server.take(2);
            // so that the server does not hear of it
            cable.swallow();
            cable.inject(TestCertificates.forgedRecord(64));
            for (int i = 0; i < 2; i++) {
                assertThat(client.next().get("code").asString()).isEqualTo("SERVER_FAILED");
            }
            client.send(Json.data(7, "PP_1", "c"));
            server.take().answer();
            assertThat(client.next().get("type").asInt()).isEqualTo(2);
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void messageGoesToTheOtherServerOfItsPolicyWhenOneIsNotWhoItWas() throws IOException {
        start(GRANTS);
        try (MuxServer wrong = MuxServer.secured(proxy, 1, SERVER_1, SERVER_2);
                MuxServer right = MuxServer.secured(proxy, 2, SERVER_1, SERVER_1);
                Client client = proxy.connect(CLIENT)) {
            wrong.register("PP_1", TLS);
            right.register("PP_1", TLS);
            for (int i = 0; i < 4; i++) {
                assertThat(client.send(Json.data(7, "PP_1", "m" + i)).next().get("srcid").asInt()).isEqualTo(2);
            }
            assertThat(wrong.received()).isEmpty();
            assertThat(right.received()).hasSize(4);
        }
    }

    @Test
    void certificateThatNoGrantNamesRegistersNothing() throws IOException {
        start(GRANTS);
        for (SSLContext peer : new SSLContext[]{NOBODY, CLIENT}) {
            assertRefused(peer, setup("PP_1", 1, TLS));
        }
        // its own grant is for another policy
        assertRefused(SERVER_1, setup("PP_2", 1, TLS));
        // one that would do, but whoever takes over its address would get its messages
        assertRefused(SERVER_1, setup("PP_1", 1, ""));
        assertThat(proxy.setupsRefused()).isEqualTo(4);
        assertThat(proxy.table().routes().policies()).isEmpty();
    }

    private void assertRefused(SSLContext peer, String setup) throws IOException {
        try (Client server = proxy.connect(peer)) {
            JsonNode answer = server.send(setup).next();
            assertThat(answer.get("code").asString()).isEqualTo("NOT_ALLOWED");
            assertThat(answer.get("Error").asString()).doesNotContainIgnoringCase("certificate");
            assertThat(server.ended()).isTrue();
        }
    }

    private static String setup(String policy, int id, String more) {
        return "{\"type\": 1, \"proto\": 2, \"id\": " + id + ", \"privPolyId\": \"" + policy
                + "\", \"listenport\": 9001, \"mux\": true" + more + "}";
    }

    @Test
    void idStaysWithItsCertificateWhenAnotherOneWantsIt() throws IOException {
        start(GRANTS);
        try (MuxServer server = MuxServer.secured(proxy, 1, SERVER_1, SERVER_1);
                Client client = proxy.connect(CLIENT)) {
            server.register("PP_1", TLS);
            assertRefused(SERVER_2, setup("PP_1", 1, TLS));
            assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("type").asInt()).isEqualTo(2);
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void serverWithARenewedCertificateTakesItsPlaceAgain() throws IOException {
        start(GRANTS);
        SSLContext renewed = OURS.peer(OURS.local(TestCertificates.SERVER_1));
        try (MuxServer before = MuxServer.secured(proxy, 1, SERVER_1, SERVER_1);
                MuxServer after = MuxServer.secured(proxy, 1, renewed, renewed);
                Client client = proxy.connect(CLIENT)) {
            before.register("PP_1", TLS);
            client.send(Json.data(7, "PP_1", "a")).next();
            before.close();
            await().until(() -> after.register("PP_1", TLS).has("lease"));
            assertThat(client.send(Json.data(7, "PP_1", "b")).next().get("type").asInt()).isEqualTo(2);
            assertThat(before.received()).hasSize(1);
            assertThat(after.received()).hasSize(1);
        }
    }

    @Test
    void rightCertificateFromAForeignAddressRegistersNothing() throws IOException {
        start(GRANTS, "revproc.registration.allowed-cidrs", "127.0.0.1/32");
        assertThat(from("127.0.0.2", setup("PP_1", 1, TLS))).contains("\"code\": \"NOT_ALLOWED\"");
        assertThat(proxy.table().routes().policies()).isEmpty();
        assertThat(from("127.0.0.1", setup("PP_1", 1, TLS))).contains("Successfully");
    }

    private String from(String address, String message) throws IOException {
        try (Socket socket = SERVER_1.getSocketFactory().createSocket(proxy.address().getAddress(),
                proxy.address().getPort(), InetAddress.ofLiteral(address), 0)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[1024];
            int n = Math.max(0, socket.getInputStream().read(answer));
            return new String(answer, 0, n, StandardCharsets.UTF_8);
        }
    }

    @Test
    void everyServerNeedsACertificateWhereTheSettingsSaySo() throws IOException {
        start(new String[]{"revproc.registration.mtls", "true"});
        assertRefused(NOBODY, setup("PP_1", 1, TLS));
        assertRefused(SERVER_1, setup("PP_1", 1, ""));
        try (MuxServer server = MuxServer.secured(proxy, 1, SERVER_1, SERVER_1);
                Client client = proxy.connect(NOBODY)) {
            assertThat(server.register("PP_1", TLS).has("lease")).isTrue();
            assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("type").asInt()).isEqualTo(2);
        }
    }

    @Test
    void certificateOfAServerThatShowedNoneHasToNameItsAddress() throws IOException {
        start(new String[0]);
        SSLContext elsewhere = OURS.peer(OURS.issue("server.example.org"));
        try (MuxServer here = MuxServer.secured(proxy, 1, NOBODY, SERVER_1);
                MuxServer other = MuxServer.secured(proxy, 2, NOBODY, elsewhere);
                Client client = proxy.connect(NOBODY)) {
            here.register("PP_1", TLS);
            other.register("PP_2", TLS);
            assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("type").asInt()).isEqualTo(2);
            assertThat(client.send(Json.data(7, "PP_2", "hello")).next().get("code").asString())
                    .isEqualTo("NO_LIVE_SERVER");
            assertThat(proxy.serverHandshakeFailures(HandshakeFailure.CERTIFICATE_REFUSED)).isEqualTo(1);
            assertThat(other.received()).isEmpty();
        }
        proxy.close();
        start(new String[]{"revproc.forward.tls.verify-address", "false"});
        try (MuxServer other = MuxServer.secured(proxy, 2, NOBODY, elsewhere); Client client = proxy.connect(NOBODY)) {
            other.register("PP_2", TLS);
            assertThat(client.send(Json.data(7, "PP_2", "hello")).next().get("type").asInt()).isEqualTo(2);
        }
    }

    @Test
    void serverThatWantsTlsIsRefusedWhereNothingSaysWhomToTrust() throws IOException {
        proxy = TestProxy.with();
        try (Client server = proxy.connect()) {
            assertThat(server.send(setup("PP_1", 1, TLS)).next().get("code").asString()).isEqualTo("NOT_ALLOWED");
        }
        assertThat(proxy.setupsRefused()).isEqualTo(1);
    }

    @Test
    void policyThatNamesItsClientsTakesMessagesOfTheirCertificatesAlone() throws IOException {
        start(new String[]{"test.clients.PP_1.certificates", "spiffe://test/clients/*"});
        try (MuxServer server = MuxServer.secured(proxy, 1, SERVER_1, SERVER_1);
                Client right = proxy.connect(CLIENT);
                Client wrong = proxy.connect(SERVER_2);
                Client none = proxy.connect(NOBODY)) {
            server.register("PP_1", TLS);
            for (Client client : new Client[]{wrong, none}) {
                assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("code").asString())
                        .isEqualTo("NOT_ALLOWED");
                assertThat(client.ended()).isTrue();
            }
            assertThat(right.send(Json.data(7, "PP_1", "hello")).next().get("type").asInt()).isEqualTo(2);
            assertThat(server.received()).hasSize(1);
        }
        await().until(() -> proxy.connections() == 0);
    }
}
