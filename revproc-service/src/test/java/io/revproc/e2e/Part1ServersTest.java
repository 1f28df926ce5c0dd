package io.revproc.e2e;

import java.io.IOException;
import java.util.List;

import io.revproc.e2e.SeedServer.Habit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Servers written years ago work against this proxy, and it kills none of them. */
class Part1ServersTest {
    private static final String ACCEPTED = "{\"Status\": \"Successfully setup with reverse proxy\"}";

    private final TestProxy proxy = TestProxy.with();

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void messageAndAnswerPassUnchanged() throws IOException {
        try (SeedServer server = SeedServer.of(proxy, 1); Client client = proxy.connect()) {
            assertThat(server.register("PP_1")).isEqualTo(ACCEPTED);
            String message = "{\"type\":0,\"colour\": \"blue\", \"srcid\": 1327,\n \"privPoliId\": \"PP_1\", \"payloadsize\": 99, \"payload\": \"abc\"}";
            assertThat(client.send(message).readOnce()).isEqualTo(Json.ack(1, 1327, "abc"));
            assertThat(server.received()).containsExactly(message);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Habit.class, mode = EnumSource.Mode.EXCLUDE, names = "HELD")
    void everyDialectIsServed(Habit habit) throws IOException {
        try (SeedServer server = SeedServer.of(proxy, 1, habit); Client client = proxy.connect()) {
            assertThat(server.register("PP_1")).isEqualTo(habit == Habit.HASTY ? "" : ACCEPTED);
            proxy.awaitServers("PP_1", 1);
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(Json.data("1327", "PP_1", "p" + i)).readOnce())
                        .isEqualTo(Json.ack(1, "1327", "p" + i));
            }
            assertThat(server.cause()).isEmpty();
        }
    }

    @Test
    void policyThatIsANumberIsThePolicyOfThatText() throws IOException {
        try (SeedServer server = SeedServer.of(proxy, 1); Client client = proxy.connect()) {
            server.register(999);
            assertThat(client.send(Json.data(1, "999", "a")).readOnce()).isEqualTo(Json.ack(1, 1, "a"));
            assertThat(client.send(Json.data(1, 999, "b")).readOnce()).isEqualTo(Json.ack(1, 1, "b"));
        }
    }

    @Test
    void serverOfSeveralPoliciesIsSetUpForEachWhereTheOperatorAllowsIt() throws IOException {
        try (TestProxy several = TestProxy.with("revproc.registration.part1-several-policies", "true");
                SeedServer server = SeedServer.of(several, 1);
                Client client = several.connect()) {
            server.register("PP_1");
            server.register("PP_2");
            assertThat(client.send(Json.data(1, "PP_2", "a")).readOnce()).isEqualTo(Json.ack(1, 1, "a"));
            assertThat(client.send(Json.data(1, "PP_1", "b")).readOnce()).isEqualTo(Json.ack(1, 1, "b"));
        }
    }

    @Test
    void serversTakeMessagesInTurn() throws IOException {
        try (SeedServer one = SeedServer.of(proxy, 1); SeedServer two = SeedServer.of(proxy, 2)) {
            one.register("PP_1");
            two.register("PP_1");
            StringBuilder served = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                try (Client client = proxy.connect()) {
                    served.append(client.send(Json.data(i, "PP_1", "x")).next().get("srcid").asInt());
                }
            }
            assertThat(served.toString()).isEqualTo("12121");
        }
    }

    @Test
    void missingPayloadSizeIsAdded() throws IOException {
        try (SeedServer server = SeedServer.of(proxy, 1); Client client = proxy.connect()) {
            server.register("PP_1");
            client.send(
                    "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"h\u00e9\\u00e9 \\ud83d\\ude00\"}");
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("h\u00e9\u00e9 \ud83d\ude00"));
            assertThat(Json.parse(server.received().getFirst()).get("payloadsize").asInt()).isEqualTo(5);
        }
    }

    @Test
    void whatWouldKillAServerNeverReachesIt() throws IOException {
        try (SeedServer server = SeedServer.of(proxy, 1); Client client = proxy.connect()) {
            server.register("PP_1");
            for (String bad : List.of("{\"type\": 0, \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
                    "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": 7}",
                    "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\"}")) {
                assertThat(client.send(bad).next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            }
            assertThat(client.send(Json.data(1, "PP_1", "x")).next().get("type").asInt()).isEqualTo(2);
            assertThat(server.received()).hasSize(1);
            assertThat(server.cause()).isEmpty();
        }
    }

    /** The proxy registers it, keeps it, loses its client while it connects, and stops: all without an empty connection. */
    @Test
    void serverThatDiesOnAnEmptyConnectionLives() throws Exception {
        try (SeedServer server = SeedServer.of(proxy, 1, Habit.HELD)) {
            server.register("PP_1");
            for (int i = 0; i < 5; i++) {
                Client client = proxy.connect();
                client.send(Json.data(i, "PP_1", "gone" + i));
                if (i % 2 == 0) {
                    await().until(() -> proxy.entry("PP_1", 1).inFlight() > 0);
                }
                client.reset();
            }
            await().until(() -> proxy.connections() == 0);
            server.let(100);
            try (Client client = proxy.connect()) {
                assertThat(client.send(Json.data(9, "PP_1", "x")).readOnce()).isEqualTo(Json.ack(1, 9, "x"));
            }
            proxy.stop().await();
            assertThat(server.cause()).isEmpty();
            assertThat(server.received()).doesNotContain("");
        }
    }

    @Test
    void deadServerIsPassedOverAndShownAsNotAlive() throws IOException {
        try (SeedServer one = SeedServer.of(proxy, 1); SeedServer two = SeedServer.of(proxy, 2)) {
            one.register("PP_1");
            two.register("PP_1");
        }
        // "refused" within two seconds after a setup may be a server that is not quite there: registered again, but older
        try (SeedServer three = SeedServer.of(proxy, 3); Client client = proxy.connect()) {
            three.register("PP_1");
            for (int i = 0; i < 4; i++) {
                assertThat(client.send(Json.data(1, "PP_1", "x" + i)).readOnce()).isEqualTo(Json.ack(3, 1, "x" + i));
            }
            assertThat(proxy.entry("PP_1", 1).state().alive()).isFalse();
            assertThat(proxy.entry("PP_1", 2).state().alive()).isFalse();
            assertThat(proxy.entry("PP_1", 3).state().alive()).isTrue();
        }
        try (Client client = proxy.connect()) {
            assertThat(client.send(Json.data(1, "PP_1", "x")).next().get("code").asString())
                    .isEqualTo("NO_LIVE_SERVER");
        }
    }

    @Test
    void tooLargeForOldServersIsRefusedBeforeItReachesThem() throws IOException {
        try (SeedServer server = SeedServer.of(proxy, 1, 1024); Client client = proxy.connect()) {
            server.register("PP_1");
            String just = Json.data(1, "PP_1", "x".repeat(1024 - Json.data(1, "PP_1", "").length() - 2));
            assertThat(just).hasSize(1024);
            assertThat(client.send(just).next().get("type").asInt()).isEqualTo(2);
            assertThat(client.send(Json.data(1, "PP_1", "x".repeat(1024))).next().get("code").asString())
                    .isEqualTo("TOO_LARGE");
            assertThat(client.ended()).isTrue();
            assertThat(server.received()).containsExactly(just);
            assertThat(server.cause()).isEmpty();
        }
    }

    /** Other messages on the connection of one that has a name are not lost for it. */
    @Test
    void connectionOfMessagesWithNamesStaysWhenOneIsTooLargeForOldServers() throws IOException {
        try (SeedServer server = SeedServer.of(proxy, 1, 1024); Client client = proxy.connect()) {
            server.register("PP_1");
            client.send(Json.data("\"msgId\": 1", 1, "PP_1", "x".repeat(1024)));
            client.send(Json.data("\"msgId\": 2", 1, "PP_1", "small"));
            assertThat(client.next().get("code").asString()).isEqualTo("TOO_LARGE");
            assertThat(client.next().get("payload").asString()).isEqualTo(Json.sha1("small"));
            assertThat(server.received()).hasSize(1);
        }
    }

    /** What is added for old servers counts: they get it. */
    @Test
    void sizeForOldServersIsThatOfWhatTheyGet() throws IOException {
        try (SeedServer server = SeedServer.of(proxy, 1, 1024); Client client = proxy.connect()) {
            server.register("PP_1");
            String form = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"%s\"}";
            int room = 1024 - form.length() + 2 - ", \"payloadsize\": 900".length();
            assertThat(client.send(form.formatted("x".repeat(room))).next().get("type").asInt()).isEqualTo(2);
            assertThat(client.send(form.formatted("x".repeat(room + 1))).next().get("code").asString())
                    .isEqualTo("TOO_LARGE");
            assertThat(server.received()).singleElement().satisfies(one -> assertThat(one).hasSize(1024));
            assertThat(server.cause()).isEmpty();
        }
    }

    @Test
    void tooLargeForOldServersGoesToANewOneOfThePolicy() throws IOException {
        try (TestProxy limited = TestProxy.with("revproc.forward.part1-max-message-size", "1KB");
                SeedServer old = SeedServer.of(limited, 1);
                MuxServer recent = MuxServer.answering(limited, 2, "PP_1");
                Client client = limited.connect()) {
            old.register("PP_1");
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(Json.data(1, "PP_1", "x".repeat(2000))).next().get("srcid").asInt())
                        .isEqualTo(2);
            }
            assertThat(old.received()).isEmpty();
        }
    }
}
