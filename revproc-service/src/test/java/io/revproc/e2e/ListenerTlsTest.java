package io.revproc.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

import io.netty.pkitesting.X509Bundle;
import io.revproc.proxy.tls.HandshakeFailure;
import io.revproc.transport.Transport;
import io.revproc.wire.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Who gets through a handshake and who does not, as both ends see it. */
class ListenerTlsTest {
    private static final TestCertificates OURS = new TestCertificates();
    private static final TestCertificates OTHERS = new TestCertificates();
    private static final X509Bundle PROXY = OURS.local();
    private static final SSLContext CLIENT = OURS.peer(OURS.issue(TestCertificates.CLIENT));
    private static final SSLContext NOBODY = OURS.peer(null);

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // each test starts its own
    private TestProxy proxy;

    @AfterEach
    void close() {
        if (proxy != null) {
            proxy.close();
        }
    }

    static Stream<Arguments> enginesAndTransports() {
        return Stream.of("openssl", "jdk").flatMap(engine -> Stream.of("io-uring", "epoll", "nio")
                .filter(ListenerTlsTest::available).map(transport -> Arguments.of(engine, transport)));
    }

    private static boolean available(String transport) {
        try {
            Transport.choose(Transport.Choice.valueOf(transport.toUpperCase(Locale.ROOT).replace('-', '_')),
                    "transport");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private TestProxy start(String engine, String transport, String... more) {
        String[] settings = Stream
                .concat(Stream.of("revproc.listener.tls.bundle", "test", "revproc.listener.tls.engine",
                        engine, "revproc.listener.transport", transport), Stream.of(more))
                .toArray(String[]::new);
        proxy = TestProxy.with(OURS.bundles(PROXY), settings);
        return proxy;
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void messagesOfAllSizesGoBothWays(String engine, String transport) throws IOException {
        start(engine, transport);
        try (MuxServer server = MuxServer.secured(proxy, 1, NOBODY, null); Client client = proxy.connect(NOBODY)) {
            assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("code").asString()).isEqualTo("NO_SERVER");
            assertThat(client.session().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(server.register("PP_1", "").has("lease")).isTrue();
            for (int size : new int[]{1, 1_000, 16_384, 300_000}) {
                String payload = "x".repeat(size);
                assertThat(client.send(Json.data(1, "PP_1", payload)).next().get("payload").asString())
                        .isEqualTo(Json.sha1(payload));
            }
            StringBuilder many = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                many.append(Json.data(i, "PP_1", "m" + i));
            }
            client.send(many.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("m" + i));
            }
        }
        await().until(() -> proxy.connections() == 0);
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void clientThatHasSaidAllGetsItsRepliesAndAnOrderlyEnd(String engine, String transport) throws Exception {
        start(engine, transport, "revproc.listener.tls.allow-tls12", "true");
        try (MuxServer server = MuxServer.held(proxy, NOBODY, 1, "PP_1")) {
            for (String version : new String[]{"TLSv1.3", "TLSv1.2"}) {
                for (int messages = 0; messages < 3; messages++) {
                    try (Client client = proxy.connect(NOBODY).versions(version)) {
                        for (int i = 0; i < messages; i++) {
                            client.send(Json.data(i, "PP_1", "m" + i));
                        }
                        client.send(" ").endOutput();
                        for (MuxServer.Delivery each : server.take(messages)) {
                            each.answer();
                        }
                        for (int i = 0; i < messages; i++) {
                            assertThat(client.ended()).as("%s, reply %d of %d", version, i, messages).isFalse();
                            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("m" + i));
                        }
                        assertThat(client.ended()).isTrue();
                    }
                }
            }
        }
        await().until(() -> proxy.connections() == 0);
    }

    /** The refusal and the client's end may be of one turn of the event loop: the TLS engine takes nothing behind that end. */
    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void refusalIsReadThoughTheClientsEndCameWithItsMessage(String engine, String transport) throws IOException {
        start(engine, transport);
        for (int i = 0; i < 20; i++) {
            try (Client client = proxy.connect(NOBODY)) {
                client.send(Json.data(i, "PP_9", "m")).endOutput();
                assertThat(client.ended()).as("connection %d", i).isFalse();
                assertThat(client.next().get("code").asString()).isEqualTo("NO_SERVER");
                assertThat(client.ended()).isTrue();
            }
        }
        await().until(() -> proxy.connections() == 0);
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void refusalThatEndsTheConnectionIsReadBeforeItsOrderlyEnd(String engine, String transport) throws IOException {
        start(engine, transport);
        try (Client client = proxy.connect(NOBODY)) {
            client.send("{\"type\": 0]");
            assertThat(client.next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(client.ended()).isTrue();
        }
        await().until(() -> proxy.connections() == 0);
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void onlyWhoHasACertificateOfTheAuthorityGetsIn(String engine, String transport) throws IOException {
        start(engine, transport, "revproc.listener.tls.client-auth", "need");
        assertShutOut(NOBODY, HandshakeFailure.NO_CERTIFICATE, "certificate");
        assertShutOut(OURS.peer(OURS.expired(TestCertificates.CLIENT)), HandshakeFailure.CERTIFICATE_EXPIRED,
                "certificate_(expired|unknown)");
        // it trusts the proxy, but its own certificate is of another authority, which has the same name
        assertShutOut(OURS.peer(OTHERS.issue(TestCertificates.CLIENT)), HandshakeFailure.CERTIFICATE_REFUSED,
                "certificate_unknown|bad_certificate|internal_error");
        try (Client client = proxy.connect(CLIENT)) {
            assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("code").asString()).isEqualTo("NO_SERVER");
        }
        await().until(() -> proxy.connections() == 0);
    }

    /** The peer hears an alert with these words, and gets no message in; the proxy counts it, and keeps no connection. */
    private void assertShutOut(SSLContext peer, HandshakeFailure failure, String alert) throws IOException {
        long before = proxy.handshakeFailures(failure);
        try (Client listens = proxy.connect(peer); Client sends = proxy.connect(peer)) {
            // Its alert is lost where this end still writes when the proxy has closed.
            assertThat(root(catchThrowable(() -> listens.handshake().next()))).isInstanceOf(IOException.class)
                    .hasMessageMatching(".*alert.*(" + alert + ").*|Broken pipe|Connection reset.*");
            assertThat(catchThrowable(() -> sends.send(Json.data(1, "PP_1", "a")).next())).isNotNull();
        }
        await().until(() -> proxy.handshakeFailures(failure) == before + 2 && proxy.connections() == 0);
        assertThat(proxy.refused(ErrorCode.NO_SERVER)).as("messages that got in").isZero();
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void whoeverSpeaksNoTlsIsShutOut(String engine, String transport) throws IOException {
        start(engine, transport);
        try (Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "a"));
            byte[] answer = client.readAll();
            // at most an alert: nothing of what the proxy would say to a message
            assertThat(answer.length).isLessThanOrEqualTo(7);
        }
        // the beginning of an SSL 2 record of 260 bytes: nobody waits for its rest
        try (Client client = proxy.connect()) {
            client.send("\u0001\u0001\u0001\u0001\u0003");
            assertThat(client.readAll().length).isLessThanOrEqualTo(7);
        }
        await().until(
                () -> proxy.handshakeFailures(HandshakeFailure.NOT_TLS) == 2 && proxy.connections() == 0);
        assertThat(proxy.refused(ErrorCode.NO_SERVER)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl", "jdk"})
    void recordThatWasForgedEndsTheConnectionAtOnce(String engine) throws IOException {
        start(engine, "auto", "revproc.listener.tls.allow-tls12", "true");
        for (String version : new String[]{"TLSv1.3", "TLSv1.2"}) {
            // the shorter one may be an alert, by its length
            for (int length : new int[]{19, 64}) {
                try (Client client = proxy.connect(NOBODY).versions(version)) {
                    assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("code").asString())
                            .isEqualTo("NO_SERVER");
                    client.sendBeneath(TestCertificates.forgedRecord(length));
                    // it has not read of it, and goes on
                    await().until(() -> proxy.connections() == 0);
                    assertThat(root(catchThrowable(client::ended))).as("%s, %d bytes", version, length)
                            .hasMessageContaining("bad_record_mac");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void tls12IsSpokenOnlyWhereItIsAllowed(String engine, String transport) throws IOException {
        start(engine, transport);
        try (Client client = proxy.connect(NOBODY).versions("TLSv1.2")) {
            assertThatThrownBy(() -> client.send(Json.data(1, "PP_1", "a"))).isInstanceOf(SSLException.class)
                    .hasMessageContaining("protocol_version");
        }
        await().until(() -> proxy.handshakeFailures(HandshakeFailure.VERSION) == 1 && proxy.connections() == 0);
        proxy.close();
        start(engine, transport, "revproc.listener.tls.allow-tls12", "true");
        try (Client old = proxy.connect(NOBODY).versions("TLSv1.2"); Client client = proxy.connect(NOBODY)) {
            assertThat(old.send(Json.data(1, "PP_1", "a")).next().get("code").asString()).isEqualTo("NO_SERVER");
            assertThat(old.session().getProtocol()).isEqualTo("TLSv1.2");
            assertThat(old.session().getCipherSuite()).matches("TLS_ECDHE_ECDSA_WITH_AES_(128|256)_GCM_SHA\\d+");
            assertThat(client.send(Json.data(1, "PP_1", "a")).next().get("code").asString()).isEqualTo("NO_SERVER");
            assertThat(client.session().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void nothingOlderThanTls12IsSpoken(String engine, String transport) throws IOException {
        start(engine, transport, "revproc.listener.tls.allow-tls12", "true");
        for (int minor = 0; minor <= 2; minor++) {
            try (Client client = proxy.connect()) {
                // a fatal alert: protocol_version, or that there is no cipher for it
                assertThat(client.send(clientHello(minor)).readAll()).startsWith(21, 3).endsWith(2, 70);
            }
        }
        await().until(() -> proxy.handshakeFailures(HandshakeFailure.VERSION) == 3 && proxy.connections() == 0);
    }

    /** The greeting of a client that knows no version beyond 3.{@code minor}: SSL 3.0, TLS 1.0, TLS 1.1. */
    private static byte[] clientHello(int minor) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[]{3, (byte) minor});
        body.writeBytes(new byte[32]);
        // no session; ECDHE with AES-CBC, and AES-CBC with RSA; no compression; the curve P-256
        body.writeBytes(HexFormat.of()
                .parseHex("00" + "0006c009c013002f" + "0100" + "000e" + "000a00040002001700" + "0b00020100"));
        byte[] hello = body.toByteArray();
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(new byte[]{22, 3, (byte) minor, 0, (byte) (hello.length + 4), 1, 0, 0, (byte) hello.length});
        record.writeBytes(hello);
        return record.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void handshakeThatIsNotDoneInTimeIsEnded(String engine, String transport) throws IOException {
        start(engine, transport, "revproc.listener.tls.handshake-timeout", "100ms");
        try (Client silent = proxy.connect(); Client half = proxy.connect()) {
            half.send(HexFormat.of().parseHex("16030100"));
            assertThat(silent.readAll().length).isLessThanOrEqualTo(7);
            assertThat(half.readAll().length).isLessThanOrEqualTo(7);
        }
        await().until(() -> proxy.handshakeFailures(HandshakeFailure.TIMEOUT) == 2 && proxy.connections() == 0);
    }

    @ParameterizedTest
    @MethodSource("enginesAndTransports")
    void clientsThatLeaveInTheMiddleOfAHandshakeLeaveNothingBehind(String engine, String transport) throws IOException {
        start(engine, transport);
        byte[] greeting = clientHello(3);
        for (int i = 0; i < 4; i++) {
            try (Client ends = proxy.connect(); Client resets = proxy.connect()) {
                ends.send(Arrays.copyOf(greeting, i * 10));
                ends.endOutput();
                resets.send(Arrays.copyOf(greeting, i * 10)).reset();
                ends.readAll();
            }
        }
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void certificateIsExchangedUnderTrafficAndNoMessageIsLost() throws Exception {
        Path files = Files.createDirectory(directory.resolve("tls"));
        OURS.write(files, PROXY);
        X509Bundle next = OURS.local();
        try (AnnotationConfigApplicationContext spring = bundlesFrom(files)) {
            proxy = TestProxy.with(spring.getBean(SslBundles.class), "revproc.listener.tls.bundle", "files");
            try (MuxServer server = MuxServer.secured(proxy, 1, NOBODY, null); Client kept = proxy.connect(NOBODY)) {
                server.register("PP_1", "");
                assertThat(answered(kept, 0)).isEqualTo(PROXY.getCertificate());
                OURS.write(files, next);
                int messages = 1;
                X509Certificate shown = PROXY.getCertificate();
                while (!shown.equals(next.getCertificate())) {
                    assertThat(messages).as("messages before the new certificate").isLessThan(100_000);
                    assertThat(answered(kept, messages++)).isEqualTo(PROXY.getCertificate());
                    try (Client fresh = proxy.connect(NOBODY)) {
                        shown = answered(fresh, messages++);
                    }
                }
                assertThat(answered(kept, messages++)).as("who was connected stays so")
                        .isEqualTo(PROXY.getCertificate());
                assertThat(server.received()).hasSize(messages);
            }
            Files.writeString(files.resolve("own.crt"), "no certificate");
            Files.writeString(files.resolve("own.key"), "no key");
            try (Client client = proxy.connect(NOBODY)) {
                assertThat(client.send(Json.data(1, "PP_2", "a")).next().get("code").asString()).isEqualTo("NO_SERVER");
            }
        }
    }

    /** @return the certificate that the proxy showed on this connection */
    private static X509Certificate answered(Client client, int number) throws IOException {
        JsonNode reply = client.send(Json.data(number, "PP_1", "m" + number)).next();
        assertThat(reply.get("payload").asString()).isEqualTo(Json.sha1("m" + number));
        return (X509Certificate) client.session().getPeerCertificates()[0];
    }

    /** Spring's own bundles, as the application has them. */
    private static AnnotationConfigApplicationContext bundlesFrom(Path files) {
        AnnotationConfigApplicationContext spring = new AnnotationConfigApplicationContext();
        String pem = "spring.ssl.bundle.pem.files.";
        spring.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test",
                Map.of(pem + "reload-on-update", "true", "spring.ssl.bundle.watch.file.quiet-period", "10ms",
                        pem + "keystore.certificate", "file:" + files.resolve("own.crt"), pem + "keystore.private-key",
                        "file:" + files.resolve("own.key"), pem + "truststore.certificate",
                        "file:" + files.resolve("ca.crt"))));
        spring.register(SslAutoConfiguration.class);
        spring.refresh();
        return spring;
    }

    @Test
    void plainTextBeyondLoopbackHasToBeAskedFor() {
        assertThatThrownBy(() -> TestProxy.with("revproc.listener.address", "0.0.0.0").close())
                .hasMessageStartingWith("revproc.listener.address 0.0.0.0 is not loopback, and without TLS")
                .hasMessageContaining("revproc.listener.plaintext=true");
        proxy = TestProxy.with("revproc.listener.address", "0.0.0.0", "revproc.listener.plaintext", "true");
        proxy.close();
        proxy = TestProxy.with(OURS.bundles(PROXY), "revproc.listener.address", "0.0.0.0",
                "revproc.listener.tls.bundle",
                "test");
    }

    @Test
    void bundleThatCannotBeUsedStopsTheStart() {
        assertThatThrownBy(() -> start("auto", "auto", "revproc.listener.tls.bundle", "none"))
                .hasMessage(
                        "revproc.listener.tls.bundle names the bundle 'none', which spring.ssl.bundle.pem.none or .jks "
                                + "has to define");
        SslBundle trustless = SslBundle.of(SslStoreBundle.of(OURS.bundle(PROXY).getStores().getKeyStore(), null, null));
        assertThatThrownBy(() -> TestProxy.with(new DefaultSslBundleRegistry("test", trustless),
                "revproc.listener.tls.bundle", "test", "revproc.listener.tls.client-auth", "want"))
                .hasMessageContaining("it has no trust store");
        assertThatThrownBy(() -> TestProxy.with("revproc.listener.tls.client-auth", "need")).rootCause()
                .hasMessageContaining("of no use without revproc.listener.tls.bundle");
    }
}
