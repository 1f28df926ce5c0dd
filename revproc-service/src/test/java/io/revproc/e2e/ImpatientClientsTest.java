package io.revproc.e2e;

import java.util.ArrayList;
import java.util.List;

import io.revproc.e2e.SeedServer.Habit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A client that waits for less than the proxy does says nothing about the servers. */
class ImpatientClientsTest {
    private static final String AT_ONCE = "\"deadlineMs\": 1";

    @Test
    void serversWithALeaseStayInRotation() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.health.eject-after", "1");
                MuxServer one = MuxServer.held(proxy, 1, "PP_1");
                MuxServer two = MuxServer.held(proxy, 2, "PP_1");
                Client impatient = proxy.connect();
                Client patient = proxy.connect()) {
            for (int i = 0; i < 6; i++) {
                impatient.send(Json.data(AT_ONCE, 1, "PP_1", "i" + i));
                assertThat(impatient.next().get("code").asString()).isEqualTo("TIMEOUT");
            }
            assertThat(proxy.entry("PP_1", 1).state().alive()).isTrue();
            assertThat(proxy.entry("PP_1", 2).state().alive()).isTrue();
            List<MuxServer.Delivery> late = new ArrayList<>(one.take(3));
            late.addAll(two.take(3));
            patient.send(Json.data(2, "PP_1", "p"));
            one.take().answer();
            assertThat(patient.next().get("payload").asString()).isEqualTo(Json.sha1("p"));
            late.forEach(MuxServer.Delivery::answer);
            await().until(() -> proxy.entry("PP_1", 1).inFlight() + proxy.entry("PP_1", 2).inFlight() == 0);
            assertThat(proxy.entry("PP_1", 1).failed() + proxy.entry("PP_1", 2).failed()).isZero();
            assertThat(one.connections() + two.connections()).as("connections were kept").isBetween(2, 4);
        }
    }

    @Test
    void oldServersStayInRotation() throws Exception {
        try (TestProxy proxy = TestProxy.with();
                SeedServer server = SeedServer.of(proxy, 1, Habit.HELD);
                Client impatient = proxy.connect();
                Client patient = proxy.connect()) {
            server.register("PP_1");
            assertThat(impatient.send(Json.data(AT_ONCE, 1, "PP_1", "a")).next().get("code").asString())
                    .isEqualTo("TIMEOUT");
            assertThat(proxy.entry("PP_1", 1).state().alive()).isTrue();
            assertThat(proxy.entry("PP_1", 1).inFlight()).as("it still has the message").isEqualTo(1);
            patient.send(Json.data(2, "PP_1", "b"));
            server.let(10);
            assertThat(patient.next().get("payload").asString()).isEqualTo(Json.sha1("b"));
            assertThat(server.received()).hasSize(2);
            assertThat(server.cause()).isEmpty();
        }
    }

    /** The trial of a server that was out is decided by the server, not by the client that happened to make it. */
    @Test
    void trialOfAnImpatientClientIsNoFailure() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.forward.deadline", "150ms", "revproc.health.backoff", "50ms");
                SeedServer server = SeedServer.of(proxy, 1, Habit.HELD);
                Client client = proxy.connect()) {
            server.register("PP_1");
            client.send(Json.data(1, "PP_1", "a"));
            assertThat(client.next().get("code").asString()).isEqualTo("TIMEOUT");
            await().until(() -> !proxy.entry("PP_1", 1).state().alive());
            server.let(1);
            await().until(() -> {
                JsonNode answer = client.send(Json.data(AT_ONCE, 1, "PP_1", "b")).next();
                return answer.get("code").asString().equals("TIMEOUT");
            });
            server.let(10);
            await().until(() -> proxy.entry("PP_1", 1).state().alive());
        }
    }

    /** Nobody waits for as long as the proxy would, and yet a server that answers nothing is found out. */
    @Test
    void serverThatAnswersNothingIsFoundOutByTheProxysOwnDeadline() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.forward.deadline", "300ms", "revproc.health.eject-after", "1");
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            assertThat(client.send(Json.data(AT_ONCE, 1, "PP_1", "a")).next().get("code").asString())
                    .isEqualTo("TIMEOUT");
            assertThat(proxy.entry("PP_1", 1).state().alive()).isTrue();
            server.take();
            await().until(() -> !proxy.entry("PP_1", 1).state().alive());
            await().until(() -> proxy.entry("PP_1", 1).inFlight() == 0);
        }
    }
}
