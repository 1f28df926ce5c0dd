package io.revproc.admin;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.revproc.e2e.EtcdCluster;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.SwitchTable;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Policies in a real etcd, and two proxies that take them from there. One life of them, step by step. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PolicyVersionsTest {
    private static final String CLINIC = """
            policies:
              health-de:
                purpose: care
            grants:
              - name: clinic
                cidrs: [127.0.0.0/8]
                policies: [health-de]
            """;
    private static EtcdCluster etcd;
    private static AdminProxy one;
    private static AdminProxy two;

    @BeforeAll
    static void start() throws Exception {
        etcd = EtcdCluster.of(1);
        one = proxy();
        two = proxy();
    }

    private static AdminProxy proxy() {
        return AdminProxy.withAccounts("127.0.0.1", "--revproc.store=etcd",
                "--revproc.store.etcd.endpoints=" + etcd.endpoints(0), "--revproc.policies-in-etcd=true",
                "--revproc.registration.grants[0].name=settings", "--revproc.registration.grants[0].cidrs=192.0.2.1",
                "--revproc.registration.grants[0].policies=other");
    }

    @AfterAll
    static void close() throws Exception {
        two.close();
        one.close();
        etcd.close();
    }

    private static ConditionFactory soon() {
        return await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(1));
    }

    @Test
    @Order(1)
    void withoutAnyServersNeedAGrantAllTheSame() throws Exception {
        assertThat(versions(one).path("inForce").asLong()).isZero();
        assertThat(versions(one).path("problem").isNull()).isTrue();
        assertThat(register("health-de")).contains("NOT_ALLOWED");
    }

    @Test
    @Order(2)
    void aVersionIsInForceAtAllProxiesWithinASecondWithItsAuthor() throws Exception {
        JsonNode dry = apply(one, "?dryRun=true", CLINIC, 200);
        assertThat(dry.path("applied").asBoolean()).isFalse();
        JsonNode applied = apply(one, "?author=dpo", CLINIC, 200);
        assertThat(applied.path("version").asLong()).isEqualTo(1);
        assertThat(applied.path("grants").asInt()).as("that of the settings included").isEqualTo(2);
        for (AdminProxy proxy : new AdminProxy[]{one, two}) {
            awaitVersion(proxy, 1);
            assertThat(grants(proxy)).isEqualTo(2);
            JsonNode newest = versions(proxy).at("/versions/0");
            assertThat(newest.path("version").asLong()).isEqualTo(1);
            assertThat(newest.path("author").asString()).isEqualTo("dpo");
            assertThat(newest.path("by").asString()).isEqualTo("olga");
        }
    }

    @Test
    @Order(3)
    void aDryRunSaysWhatAChangeWouldDoToTheServersThatAreThere() throws Exception {
        try (Socket server = connect(one)) {
            assertThat(setUp(server, "health-de")).contains("Successfully");
            await().until(() -> !two.bean(SwitchTable.class).routes().policies().isEmpty());
            JsonNode change = apply(two, "?dryRun=true", "grants: []", 200);
            assertThat(change.at("/servers/0").toString()).contains("\"policy\":\"health-de\"", "\"leased\":true",
                    "\"loses\":true", "The grant 'clinic' is not there (any more)");
            assertThat(change.at("/messages/0/effect").asString())
                    .isEqualTo("none of its servers may serve it any more: NO_SERVER");
            assertThat(change.at("/messages/0/refused").asBoolean()).isTrue();
            assertThat(grants(two)).as("nothing is changed").isEqualTo(2);
        }
    }

    @Test
    @Order(4)
    void whatIsNotValidOrNotMadeFromTheNewestVersionChangesNothing() throws Exception {
        assertThat(apply(one, "", "grants:\n  - nam: x\n", 400).path("detail").asString()).contains("nam");
        assertThat(apply(one, "", "", 400).path("detail").asString()).isNotEmpty();
        assertThat(apply(one, "", "grants:\n  - name: settings\n    cidrs: [127.0.0.1]\n    policies: [x]\n", 400)
                .path("detail").asString()).as("a name of the settings").contains("'settings' is there twice");
        assertThat(apply(two, "?from=0", "grants: []", 409).path("detail").asString())
                .isEqualTo("Version 1 is there by now, of dpo, and the change was made from version 0; look at it, and"
                        + " apply again");
        assertThat(apply(two, "?author=%00", "grants: []", 400).path("detail").asString()).contains("author");
        assertThat(versions(two).path("inForce").asLong()).isEqualTo(1);
        HttpRequest asViewer = one.request("/admin/policy-versions").header("Authorization", AdminProxy.VIEWER)
                .header("Content-Type", "application/yaml").POST(BodyPublishers.ofString(CLINIC)).build();
        assertThat(AdminProxy.HTTP.send(asViewer, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
    }

    @Test
    @Order(5)
    void tenVersionsAreKeptAndTheTextsOfThoseBeforeAreGone() throws Exception {
        for (int i = 2; i <= 12; i++) {
            assertThat(apply(one, "?from=" + (i - 1), CLINIC + "    comment: " + i + "\n", 200).path("version").asInt())
                    .isEqualTo(i);
        }
        awaitVersion(two, 12);
        assertThat(versions(two).path("versions")).hasSize(10);
        assertThat(etcd.keys(0, "/revproc-policies/text/")).hasSize(10)
                .doesNotContain("/revproc-policies/text/2");
    }

    @Test
    @Order(6)
    void tenThousandGrantsAreInForceWithinASecond() throws Exception {
        String many = "grants:\n" + IntStream.range(0, 9_000).mapToObj(i -> String.format(Locale.ROOT, """
                  - name: grant-%d
                    token-sha256: %064x
                    policies: [policy-%d]
                    comment: approval 2026-%d
                """, i, i + 1L, i, i)).collect(Collectors.joining());
        assertThat(apply(one, "", many, 200).path("version").asInt()).isEqualTo(13);
        await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(5)).until(() -> grants(two) == 9_001);
        // A change is made from the version that its proxy has in force.
        awaitVersion(one, 13);
        assertThat(grants(one)).isEqualTo(9_001);
        assertThat(apply(one, "", CLINIC, 200).path("version").asInt()).isEqualTo(14);
        awaitVersion(two, 14);
        assertThat(grants(two)).isEqualTo(2);
    }

    @Test
    @Order(7)
    void whatAProxyCantUseOrEtcdHasLostChangesNothingAndIsSaid() throws Exception {
        etcd.delete(0, "/revproc-policies/current");
        soon().until(() -> !versions(two).path("problem").isNull());
        assertThat(versions(two).path("problem").asString()).isEqualTo(
                "etcd has no policies any more; apply them again: version 14 stays in force");
        assertThat(grants(two)).isEqualTo(2);
        assertThat(health(two)).contains("etcd has no policies any more");
        assertThat(apply(one, "?from=0", "grants: []", 200).path("version").asInt()).as("never an old number")
                .isEqualTo(15);
        awaitVersion(two, 15);
        assertThat(grants(two)).isEqualTo(1);
        assertThat(versions(two).path("problem").isNull()).isTrue();
    }

    /** Waits until a proxy says that a version is in force, which it says once its rules are. */
    private static void awaitVersion(AdminProxy proxy, long version) {
        soon().until(() -> versions(proxy).path("inForce").asLong() == version);
    }

    private static int grants(AdminProxy proxy) {
        return proxy.bean(RulesInForce.class).rules().grants().size();
    }

    private static String health(AdminProxy proxy) throws Exception {
        return AdminProxy.HTTP.send(proxy.request("/actuator/health").header("Authorization", AdminProxy.OPERATOR)
                .build(), BodyHandlers.ofString()).body();
    }

    private static JsonNode versions(AdminProxy proxy) throws Exception {
        return JsonMapper.shared().readTree(AdminProxy.HTTP.send(proxy.request("/admin/policy-versions")
                .header("Authorization", AdminProxy.VIEWER).build(), BodyHandlers.ofString()).body());
    }

    private static JsonNode apply(AdminProxy proxy, String query, String text, int status) throws Exception {
        HttpRequest request = proxy.request("/admin/policy-versions" + query)
                .header("Authorization", AdminProxy.OPERATOR).header("Content-Type", "application/yaml")
                .POST(BodyPublishers.ofString(text)).build();
        HttpResponse<String> response = AdminProxy.HTTP.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return JsonMapper.shared().readTree(response.body());
    }

    private static Socket connect(AdminProxy proxy) throws IOException {
        return new Socket("127.0.0.1",
                Objects.requireNonNull(proxy.bean(TcpListener.class).localAddress()).getPort());
    }

    private static String register(String policy) throws IOException {
        try (Socket server = connect(one)) {
            return setUp(server, policy);
        }
    }

    private static String setUp(Socket server, String policy) throws IOException {
        server.getOutputStream().write(("{\"type\": 1, \"proto\": 2, \"id\": 1, \"privPolyId\": \"" + policy
                + "\", \"listenport\": 9, \"mux\": true, \"purposes\": [\"care\"]}").getBytes(StandardCharsets.UTF_8));
        byte[] answer = new byte[1024];
        return new String(answer, 0, server.getInputStream().read(answer), StandardCharsets.UTF_8);
    }
}
