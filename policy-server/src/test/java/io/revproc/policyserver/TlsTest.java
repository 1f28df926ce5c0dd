package io.revproc.policyserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.revproc.server.FakeProxy;
import io.revproc.server.Peer;
import io.revproc.server.PolicyServer;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.PayloadDigest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The whole application by TLS, against a proxy made for the test. */
class TlsTest {
    private static final char[] NO_PASSWORD = new char[0];
    private static final X509Bundle OURS = authority();
    private static final X509Bundle OTHERS = authority();
    private static final X509Bundle PROXY = issue(OURS, "127.0.0.1");

    @TempDir
    private Path directory;

    private final List<ConfigurableApplicationContext> running = new ArrayList<>();
    private final X509Bundle own = issue(OURS, "127.0.0.1");

    @BeforeEach
    void writeCertificates() throws Exception {
        Files.writeString(directory.resolve("ca.crt"), OURS.getCertificatePEM());
        write(own);
    }

    private void write(X509Bundle certificate) throws Exception {
        Files.writeString(directory.resolve("own.key"), certificate.getPrivateKeyPEM());
        Files.writeString(directory.resolve("own.crt"), certificate.getCertificatePEM());
    }

    @AfterEach
    void close() {
        running.forEach(ConfigurableApplicationContext::close);
    }

    private int start(FakeProxy proxy, String... more) {
        String pem = "--spring.ssl.bundle.pem.own.";
        List<String> args = new ArrayList<>(List.of("--policy-server.id=1", "--policy-server.listen=0",
                "--policy-server.revproc=" + proxy.port(),
                pem + "keystore.certificate=file:" + directory.resolve("own.crt"),
                pem + "keystore.private-key=file:" + directory.resolve("own.key"),
                pem + "truststore.certificate=file:" + directory.resolve("ca.crt"), pem + "reload-on-update=true",
                "--spring.ssl.bundle.watch.file.quiet-period=10ms"));
        args.addAll(List.of(more));
        if (args.stream().noneMatch(arg -> arg.startsWith("--policy-server.tls.bundle="))) {
            args.add("--policy-server.tls.bundle=own");
        }
        ConfigurableApplicationContext context = SpringApplication.run(PolicyServerApplication.class,
                args.toArray(String[]::new));
        running.add(context);
        return context.getBean(PolicyServer.class).port();
    }

    @Test
    void registersAndAnswersWithTheSameCertificate() throws Exception {
        SSLContext tls = peer(PROXY);
        try (FakeProxy proxy = new FakeProxy(tls)) {
            int port = start(proxy);
            await().until(() -> proxy.received(Message.Setup.class).size() == 1);
            assertThat(proxy.received(Message.Setup.class).getFirst().tls()).isTrue();
            assertThat(proxy.shown.getFirst()).isEqualTo(own.getCertificate());
            try (Peer peer = new Peer(port, tls.getSocketFactory())) {
                String large = "x".repeat(100_000);
                peer.send(new Message.Hello(proxy.lease("PP_1")), Message.Data.of(Ident.of(7), Ident.of("PP_1"), "x"),
                        Message.Data.of(Ident.of(7), Ident.of("PP_1"), large));
                assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("x"));
                assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of(large));
                assertThat(certificate(peer)).isEqualTo(own.getCertificate());
                running.getFirst().close();
                assertThat(peer.ended()).isTrue();
            }
        }
    }

    private static Certificate certificate(Peer peer) throws IOException {
        return ((SSLSocket) peer.socket).getSession().getPeerCertificates()[0];
    }

    @Test
    void proxyOfAnotherAuthorityOrAnotherNameIsNotRegisteredWith() throws Exception {
        try (FakeProxy stranger = new FakeProxy(peer(issue(OTHERS, "127.0.0.1")));
                FakeProxy elsewhere = new FakeProxy(peer(issue(OURS, "proxy.example.org")))) {
            start(stranger);
            start(elsewhere);
            await().until(() -> stranger.connected() > 1 && elsewhere.connected() > 1);
            assertThat(stranger.received).isEmpty();
            assertThat(elsewhere.received).isEmpty();
        }
    }

    @Test
    void whoeverShowsNoCertificateOfTheAuthorityIsNotAnswered() throws Exception {
        try (FakeProxy proxy = new FakeProxy(peer(PROXY))) {
            int port = start(proxy);
            for (SSLContext tls : new SSLContext[]{peer(null), peer(issue(OTHERS, "127.0.0.1"))}) {
                try (Peer peer = new Peer(port, tls.getSocketFactory())) {
                    // an alert, or a connection that is closed while this end still writes
                    assertThatThrownBy(() -> {
                        ((SSLSocket) peer.socket).startHandshake();
                        peer.text();
                    }).isInstanceOf(IOException.class);
                }
            }
            try (Peer plain = new Peer(port)) {
                plain.send(Message.Data.of(Ident.of(7), Ident.of("PP_1"), "x"));
                assertThat(plain.socket.getInputStream().readAllBytes().length).isLessThanOrEqualTo(7);
            }
        }
    }

    @Test
    void renewedCertificateIsRegisteredBeforeTheOldSessionEnds() throws Exception {
        SSLContext tls = peer(PROXY);
        try (FakeProxy proxy = new FakeProxy(tls)) {
            int port = start(proxy);
            await().until(() -> proxy.received(Message.Setup.class).size() == 1);
            X509Bundle renewed = issue(OURS, "127.0.0.1");
            write(renewed);
            await().until(() -> proxy.received(Message.Setup.class).size() >= 2
                    && proxy.shown.getLast().equals(renewed.getCertificate()) && proxy.sessions() == 1);
            try (Peer peer = new Peer(port, tls.getSocketFactory())) {
                peer.send(new Message.Hello(proxy.lease("PP_1")),
                        Message.Data.of(Ident.of(7), Ident.of("PP_1"), "x"));
                assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("x"));
                assertThat(certificate(peer)).isEqualTo(renewed.getCertificate());
            }
            assertThat(proxy.received(Message.Deregister.class)).as("the entry is the new session's").isEmpty();
        }
    }

    @Test
    void settingsThatDoNotGoTogetherStopTheStart() throws Exception {
        try (FakeProxy proxy = new FakeProxy()) {
            assertThatThrownBy(() -> start(proxy, "--policy-server.proto=1"))
                    .hasStackTraceContaining("needs policy-server.proto=2");
            assertThatThrownBy(() -> start(proxy, "--policy-server.tls.bundle=none")).hasStackTraceContaining(
                    "names the bundle 'none', which spring.ssl.bundle.pem.none or .jks has to define");
            assertThat(proxy.received).isEmpty();
        }
    }

    private static X509Bundle authority() {
        try {
            return new CertificateBuilder().ecp256().subject("CN=test").setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static X509Bundle issue(X509Bundle authority, String name) {
        CertificateBuilder builder = new CertificateBuilder().ecp256().subject("CN=test")
                .addExtendedKeyUsageServerAuth().addExtendedKeyUsageClientAuth();
        try {
            return (name.startsWith("127.") ? builder.addSanIpAddress(name) : builder.addSanDnsName(name))
                    .buildIssuedBy(authority);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Of a peer that trusts our authority.
     *
     * @param certificate what it shows; null: nothing
     */
    private static SSLContext peer(@Nullable X509Bundle certificate) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", OURS.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyStore kept = KeyStore.getInstance("PKCS12");
        kept.load(null, null);
        if (certificate != null) {
            kept.setKeyEntry("own", certificate.getKeyPair().getPrivate(), NO_PASSWORD,
                    certificate.getCertificatePath());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(kept, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
