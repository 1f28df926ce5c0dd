package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.netty.pkitesting.X509Bundle;
import io.revproc.proxy.access.Fingerprint;
import io.revproc.proxy.evidence.Tokens;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Servers that register with evidence, over real sockets. */
@ExtendWith(OutputCaptureExtension.class)
class EvidenceTest {
    private static final Tokens AUTHORITY = Tokens.ec("first");

    @TempDir
    private Path directory;
    private Path keys = Path.of("");
    private TestProxy proxy = TestProxy.with();

    @BeforeEach
    void start() throws IOException {
        keys = directory.resolve("keys.json");
        publish(AUTHORITY);
        proxy.close();
        proxy = TestProxy.with("revproc.evidence.own.issuer", "dpo", "revproc.evidence.own.audiences", "revproc",
                "revproc.evidence.own.key-set", keys.toString(), "revproc.evidence.own.clock-skew", "0s",
                "revproc.registration.grants[0].name", "clinic", "revproc.registration.grants[0].evidence", "own",
                "revproc.registration.grants[0].policies", "health-de",
                "revproc.registration.grants[0].claims[sub]", "clinic-*",
                "revproc.registration.grants[0].region-claim", "region");
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void aLeaseDoesNotOutliveItsEvidenceByASecond() throws Exception {
        Instant end = end(2);
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client client = proxy.connect()) {
            assertThat(server.register("health-de", evidence(end, "clinic-7")).has("lease")).isTrue();
            assertThat(Objects.requireNonNull(proxy.table().routes().find("health-de")).endpoints().getFirst().spec()
                    .processing().region())
                    .isEqualTo("DE");
            assertThat(client.send(Json.data(1, "health-de", "x")).next().get("type").asInt()).isEqualTo(2);
            proxy.awaitEnd("health-de", end);
            assertThat(client.send(Json.data(1, "health-de", "x")).next().get("code").asString())
                    .isEqualTo("NO_SERVER");
        }
    }

    @Test
    void newEvidenceOnTheSessionLetsTheLeaseGoOn(CapturedOutput output) throws Exception {
        Instant end = end(2);
        try (MuxServer server = MuxServer.answering(proxy, 1)) {
            String lease = server.register("health-de", evidence(end, "clinic-7")).get("lease").asString();
            assertThat(server.beat(lease, token(end.plusSeconds(600), "somebody-else")).get("evidence").asString())
                    .isEqualTo("refused");
            assertThat(server.beat(lease, token(end.plusSeconds(600), "clinic-7", "FR")).get("evidence").asString())
                    .as("another region").isEqualTo("refused");
            assertThat(server.beat(lease, token(end.plusSeconds(2), "clinic-8")).get("evidence").asString())
                    .isEqualTo("renewed");
            await().pollDelay(Duration.between(Instant.now(), end.plusMillis(600))).until(() -> true);
            assertThat(proxy.table().find(Ident.of("health-de"), Ident.of("1"))).as("beyond the first one's end")
                    .isNotNull();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> proxy.table().find(Ident.of("health-de"), Ident.of("1")) == null);
        }
        assertThat(output).contains("event=evidence_refused server=health-de/1 reason=credentials-unknown",
                "event=lease_revoked server=health-de/1 reason=\"Its evidence ended at " + end.plusSeconds(2));
    }

    @Test
    void keysInAFileAreExchanged() throws Exception {
        Tokens next = Tokens.ec("second");
        String token = next.sign(end(600), claims("clinic-7", "DE"));
        assertThat(register(token).get("code").asString()).isEqualTo("NOT_ALLOWED");
        publish(next);
        await().atMost(Duration.ofSeconds(5)).until(() -> register(token).has("lease"));
    }

    @Test
    void keysComeByHttpsFromWhomTheBundleTrusts() throws Exception {
        TestCertificates certificates = new TestCertificates();
        HttpsServer issuer = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.setHttpsConfigurator(new HttpsConfigurator(certificates.peer(certificates.local())));
        issuer.createContext("/jwks", exchange -> {
            byte[] keys = AUTHORITY.keys().toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        issuer.start();
        proxy.close();
        proxy = TestProxy.with(certificates.bundles(certificates.local()), "revproc.evidence.own.audiences", "revproc",
                "revproc.evidence.own.key-set", "https://localhost:" + issuer.getAddress().getPort() + "/jwks",
                "revproc.evidence.own.bundle", "test", "revproc.registration.grants[0].evidence", "own",
                "revproc.registration.grants[0].policies", "health-de");
        String token = token(end(600), "clinic-7");
        try {
            await().atMost(Duration.ofSeconds(5)).until(() -> register(token).has("lease"));
        } finally {
            issuer.stop(0);
        }
    }

    @Test
    void aTokenThatIsBoundToACertificateCountsOnlyOnItsConnection() throws Exception {
        TestCertificates certificates = new TestCertificates();
        X509Bundle own = certificates.local(TestCertificates.SERVER_1);
        proxy.close();
        proxy = TestProxy.with(certificates.bundles(certificates.local()), "revproc.listener.tls.bundle", "test",
                "revproc.listener.tls.client-auth", "want", "revproc.evidence.own.audiences", "revproc",
                "revproc.evidence.own.key-set", keys.toString(), "revproc.registration.grants[0].evidence", "own",
                "revproc.registration.grants[0].policies", "health-de");
        String thumbprint = Base64.getUrlEncoder().withoutPadding()
                .encodeToString(Fingerprint.of(own.getCertificate()));
        String bound = ", \"evidence\": \"" + AUTHORITY.sign(end(600),
                Map.of("aud", "revproc", "cnf", Map.of("x5t#S256", thumbprint))) + "\"";
        String bySameCertificate = bound + ", \"tls\": true";
        try (MuxServer holder = MuxServer.secured(proxy, 1, certificates.peer(own), certificates.peer(own));
                Client client = proxy.connect(certificates.peer(null))) {
            assertThat(holder.register("health-de", bySameCertificate).has("lease")).isTrue();
            assertThat(client.send(Json.data(1, "health-de", "x")).next().get("type").asInt()).isEqualTo(2);
        }
        try (MuxServer holder = MuxServer.secured(proxy, 1, certificates.peer(own), null)) {
            assertThat(holder.register("health-de", bound).get("Error").asString()).isEqualTo(
                    "The evidence is bound to a certificate (cnf), and the data port does not show it: let it speak TLS, and say so in the setup (tls)");
        }
        for (X509Bundle other : Arrays.asList(null, certificates.local(TestCertificates.SERVER_1))) {
            try (MuxServer thief = MuxServer.secured(proxy, 1, certificates.peer(other), null)) {
                assertThat(thief.register("health-de", bySameCertificate).get("Error").asString()).isEqualTo(
                        "The evidence is bound to a key (cnf), and this connection did not show its certificate");
            }
        }
    }

    private JsonNode register(String token) throws IOException {
        try (MuxServer again = MuxServer.answering(proxy, 2)) {
            return again.register("health-de", ", \"evidence\": \"" + token + "\"");
        }
    }

    private void publish(Tokens authority) throws IOException {
        Path next = Files.writeString(directory.resolve("keys.new"), authority.keys().toString());
        Files.move(next, keys, StandardCopyOption.REPLACE_EXISTING);
    }

    /** In so many seconds, to the second, as tokens have it. */
    private static Instant end(int seconds) {
        return Instant.ofEpochSecond(Instant.now().plusMillis(1000L * seconds + 999).getEpochSecond());
    }

    private static String evidence(Instant end, String subject) {
        return ", \"evidence\": \"" + token(end, subject) + "\"";
    }

    private static String token(Instant end, String subject) {
        return token(end, subject, "DE");
    }

    private static String token(Instant end, String subject, String region) {
        return AUTHORITY.sign(end, claims(subject, region));
    }

    private static Map<String, Object> claims(String subject, String region) {
        return Map.of("iss", "dpo", "aud", "revproc", "sub", subject, "region", region);
    }
}
