package io.revproc.e2e;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.Terms;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Declared policies and the terms of grants, over real sockets. */
@ExtendWith(OutputCaptureExtension.class)
class GrantTermsTest {
    private static final String CARE = ", \"token\": \"alpha\", \"region\": \"DE\", \"purposes\": [\"care\"]";

    private final TestProxy proxy = TestProxy.with("revproc.policies-declared-only", "true",
            "revproc.policies[health-de].purpose", "care", "revproc.policies[health-de].regions", "DE,AT");

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void aPolicyThatIsNotDeclaredIsUnknownToClientsAndServers(CapturedOutput output) throws IOException {
        try (Client client = proxy.connect();
                MuxServer server = MuxServer.answering(proxy, 1)) {
            client.send(Json.data(7, "health-ed", "hello"));
            assertThat(client.next().get("code").asString()).isEqualTo("UNKNOWN_POLICY");
            assertThat(server.register("health", "").get("code").asString()).isEqualTo("UNKNOWN_POLICY");
            client.send(Json.data(7, "health-de", "hello"));
            assertThat(client.next().get("code").asString()).as("declared, and nobody there").isEqualTo("NO_SERVER");

            assertThat(server.register("health-de", CARE).has("lease")).as("on the same connection").isTrue();
            client.send(Json.data(7, "health-de", "hello"));
            assertThat(client.next().get("type").asInt()).isEqualTo(2);
        }
        assertThat(output).contains("event=unknown_policy", "policy=health-ed near=health-de");
    }

    @Test
    void aServerThatStatesTheWrongRegionHearsWhy() throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1)) {
            assertThat(server.register("health-de", ", \"region\": \"FR\", \"purposes\": [\"care\"]").get("Error")
                    .asString())
                    .isEqualTo("The policy 'health-de' is for servers in DE, AT, and the setup states the region 'FR'");
        }
    }

    @Test
    void aGrantThatEndsIsRoutedByNoMoreWithinASecondAndWhatIsInFlightIsAnswered() throws Exception {
        Instant end = Instant.now().plusMillis(600);
        replace(grant(end));
        try (MuxServer server = MuxServer.held(proxy, 1);
                Client first = proxy.connect();
                Client second = proxy.connect()) {
            assertThat(server.register("health-de", CARE).has("lease")).isTrue();
            first.send(Json.data(1, "health-de", "before the end"));
            MuxServer.Delivery inFlight = server.take();

            proxy.awaitEnd("health-de", end);

            second.send(Json.data(2, "health-de", "after the end"));
            assertThat(second.next().get("code").asString()).isEqualTo("NO_SERVER");
            inFlight.answer();
            assertThat(first.next().get("type").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aGrantThatIsRevokedIsRoutedByNoMoreWithTheNextSnapshot(CapturedOutput output) throws IOException {
        replace(grant(null));
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client client = proxy.connect()) {
            assertThat(server.register("health-de", CARE).has("lease")).isTrue();
            replace();
            await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(1))
                    .until(() -> proxy.table().routes().find("health-de") == null);
            client.send(Json.data(2, "health-de", "after the end"));
            assertThat(client.next().get("code").asString()).isEqualTo("NO_SERVER");
        }
        assertThat(output).contains(
                "event=lease_revoked server=health-de/1 reason=\"The grant 'clinic' is not there (any more)\"");
    }

    private void replace(Grant... grants) {
        proxy.rules().replace(new PolicyRules(
                List.of(new DeclaredPolicy("health-de", null, "care", List.of("DE", "AT"), null, null)),
                true, new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(grants), true));
    }

    private static Grant grant(@Nullable Instant end) {
        return new Grant("clinic", List.of(TokenHash.ofToken("alpha")), null, List.of(),
                List.of(NamePattern.of("health-*")), List.of(),
                new Terms(null, end, List.of("care"), List.of("DE"), 0, null));
    }
}
