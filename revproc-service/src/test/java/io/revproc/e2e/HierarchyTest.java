package io.revproc.e2e;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.record.Entry;
import io.revproc.record.SegmentReader;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** Servers of narrower policies that are written to serve a wider one, over real sockets. */
class HierarchyTest {
    private static final String WIDER = ", \"wider\": true";

    @TempDir
    private Path directory;
    private TestProxy proxy = TestProxy.with("revproc.policies[world].may-be-served-by", "eu",
            "revproc.policies[eu].may-be-served-by", "eu-de,eu-fr", "revproc.policies[eu-de].owner", "d",
            "revproc.policies[eu-fr].owner", "f");

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void aServerThatWasToldGetsTheWiderPolicysMessagesAsTheyWereSent() throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client client = proxy.connect()) {
            assertThat(server.register("eu-de", WIDER).get("alsoServes").toString()).isEqualTo("[\"eu\"]");
            assertThat(client.send(Json.data(1, "eu", "for Europe")).next().get("type").asInt()).isEqualTo(2);
            assertThat(client.send(Json.data(2, "eu-de", "for Germany")).next().get("type").asInt()).isEqualTo(2);

            assertThat(server.received()).extracting(message -> message.get("privPoliId").asString())
                    .as("the policy that its sender wrote").containsExactly("eu", "eu-de");
            assertThat(code(client, "world")).as("nothing follows from it for a third policy").isEqualTo("NO_SERVER");
            assertThat(code(client, "eu-fr")).isEqualTo("NO_SERVER");
        }
    }

    @Test
    void neverTheOtherWayRoundNorToAServerThatDidNotAsk() throws IOException {
        try (MuxServer wide = MuxServer.answering(proxy, 1);
                MuxServer silent = MuxServer.answering(proxy, 2);
                SeedServer old = SeedServer.of(proxy, 3);
                Client client = proxy.connect()) {
            assertThat(wide.register("eu", WIDER).get("alsoServes").toString()).isEqualTo("[\"world\"]");
            assertThat(code(client, "eu-de")).isEqualTo("NO_SERVER");
            assertThat(silent.register("eu-de", "").has("alsoServes")).isFalse();
            old.register("eu-fr");
            wide.close();
            await().until(() -> !code(client, "eu").equals("none"));
            assertThat(code(client, "eu")).isEqualTo("NO_LIVE_SERVER");
            assertThat(silent.received()).isEmpty();
        }
    }

    @Test
    void itsOwnServersComeFirstAndTheOthersAsSoonAsNoneOfTheseTakesAMessage() throws Exception {
        try (MuxServer own = MuxServer.held(proxy, 1);
                MuxServer narrower = MuxServer.held(proxy, 2);
                Client client = proxy.connect()) {
            own.register("eu", ", \"maxInFlight\": 1");
            narrower.register("eu-de", ", \"maxInFlight\": 1" + WIDER);
            client.send(Json.data(1, "eu", "first"));
            assertThat(own.take().payload()).isEqualTo("first");
            client.send(Json.data(1, "eu", "second"));
            MuxServer.Delivery second = narrower.take();
            assertThat(second.payload()).isEqualTo("second");

            client.send(Json.data(1, "eu", "third"));
            await().until(() -> routes("eu").load().waiting() == 1);
            try (Client other = proxy.connect()) {
                other.send(Json.data(2, "eu-de", "fourth"));
                await().until(() -> routes("eu-de").load().waiting() == 1);
                second.answer();
                MuxServer.Delivery next = narrower.take();
                next.answer();
                assertThat(List.of(next.payload(), narrower.take().payload()))
                        .as("a place that becomes free is for both policies")
                        .containsExactlyInAnyOrder("third", "fourth");
            }
        }
    }

    @Test
    void aPlaceThatAMessageOfTheNarrowerPolicyLeavesIsForTheWiderOneToo() throws Exception {
        try (MuxServer server = MuxServer.held(proxy, 1);
                Client narrow = proxy.connect();
                Client wide = proxy.connect()) {
            server.register("eu-de", ", \"maxInFlight\": 1" + WIDER);
            narrow.send(Json.data(1, "eu-de", "first"));
            MuxServer.Delivery first = server.take();
            wide.send(Json.data(2, "eu", "second"));
            await().until(() -> routes("eu").load().waiting() == 1);
            first.answer();
            assertThat(server.take().payload()).isEqualTo("second");
        }
    }

    @Test
    void aChangeOfWhatIsWrittenCountsInOneSnapshotAndServersAreAskedToRegisterAnew() throws IOException {
        replace(List.of());
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client client = proxy.connect()) {
            assertThat(server.register("eu-de", WIDER).has("alsoServes")).isFalse();
            replace(List.of("eu-de"));
            assertThat(server.next().toString()).isEqualTo("{\"type\":6,\"event\":\"renew\"}");
            assertThat(code(client, "eu")).as("not before it was told").isEqualTo("NO_SERVER");

            assertThat(server.register("eu-de", WIDER).get("alsoServes").toString()).isEqualTo("[\"eu\"]");
            assertThat(code(client, "eu")).isEqualTo("none");
            replace(List.of());
            await().atMost(Duration.ofSeconds(1)).until(() -> code(client, "eu").equals("NO_SERVER"));
            assertThat(code(client, "eu-de")).as("its own policy's messages still come").isEqualTo("none");
        }
    }

    @Test
    void eachWideningIsInTheRecordAndCounted() throws Exception {
        proxy.close();
        proxy = TestProxy.with("revproc.policies[eu].may-be-served-by", "eu-de", "revproc.policies[eu-de].owner", "d",
                "revproc.audit.directory", directory.toString());
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client client = proxy.connect()) {
            server.register("eu-de", WIDER);
            client.send(Json.data(1, "eu", "x")).next();
            client.send(Json.data(1, "eu-de", "y")).next();
            assertThat(routes("eu").load().widened()).hasToString("{eu-de=1}").containsKey(Ident.of("eu-de"));
            assertThat(routes("eu-de").load().widened()).isEmpty();
        }
        proxy.stop().await();
        assertThat(deliveries()).extracting(Entry.Delivery::asked, Entry.Delivery::policy, Entry.Delivery::serverId)
                .containsExactly(tuple("eu", "eu-de", "1"), tuple(null, "eu-de", "1"));
    }

    private PolicyRoutes routes(String policy) {
        return Objects.requireNonNull(proxy.table().routes().find(policy));
    }

    private static String code(Client client, String policy) throws IOException {
        JsonNode answer = client.send(Json.data(9, policy, "hello")).next();
        return answer.path("code").asString("none");
    }

    private void replace(List<String> narrower) {
        proxy.rules().replace(new PolicyRules(
                List.of(new DeclaredPolicy("eu", null, null, List.of(), null, null, narrower),
                        new DeclaredPolicy("eu-de", null, null, List.of(), null, null)),
                false, new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(), false));
    }

    private List<Entry.Delivery> deliveries() throws Exception {
        List<Entry.Delivery> found = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(directory.resolve("0000000001.audit")))) {
            SegmentReader reader = new SegmentReader(in);
            for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                if (entry instanceof Entry.Delivery delivery) {
                    found.add(delivery);
                }
            }
        }
        return found;
    }
}
