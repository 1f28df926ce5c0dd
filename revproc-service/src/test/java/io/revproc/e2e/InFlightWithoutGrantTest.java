package io.revproc.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.Terms;
import io.revproc.proxy.route.Endpoint;
import io.revproc.record.Entry;
import io.revproc.record.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** What becomes of messages that a server has when it may not serve any more, where they are to be cut off. */
@ExtendWith(OutputCaptureExtension.class)
class InFlightWithoutGrantTest {
    private static final String ALPHA = ", \"token\": \"alpha\"";
    private static final String BETA = ", \"token\": \"beta\"";

    @TempDir
    private Path directory;
    private TestProxy proxy = TestProxy.with();

    @AfterEach
    void close() {
        proxy.close();
    }

    private void start(String... more) {
        proxy.close();
        String[] all = java.util.Arrays.copyOf(more, more.length + 4);
        System.arraycopy(new String[]{"revproc.forward.in-flight-without-grant", "cut", "revproc.audit.directory",
                directory.toString()}, 0, all, more.length, 4);
        proxy = TestProxy.with(all);
    }

    @Test
    void itsClientHearsSoAtOnceAndTheRecordSaysWhy(CapturedOutput output) throws Exception {
        start();
        replace(grant("clinic", "alpha"), grant("other", "beta"));
        try (MuxServer server = MuxServer.held(proxy, 1);
                MuxServer other = MuxServer.held(proxy, 2);
                Client client = proxy.connect();
                Client second = proxy.connect()) {
            server.register("PP_1", ALPHA);
            other.register("PP_2", BETA);
            Endpoint endpoint = proxy.entry("PP_1", 1);
            client.send(Json.data(7, "PP_1", "a finding"));
            second.send(Json.data(8, "PP_2", "elsewhere"));
            server.take();
            MuxServer.Delivery untouched = other.take();

            long before = System.nanoTime();
            replace(grant("other", "beta"));
            JsonNode refusal = client.next();
            assertThat(System.nanoTime() - before).isLessThan(Duration.ofSeconds(1).toNanos());
            assertThat(refusal.get("code").asString()).isEqualTo("SERVER_FAILED");
            assertThat(refusal.get("retryable").asBoolean()).isFalse();
            assertThat(refusal.get("Error").asString())
                    .startsWith("The server's approval ended while it had the message");
            assertThat(endpoint.inFlight()).isZero();

            untouched.answer();
            assertThat(second.next().get("type").asInt()).as("another server's").isEqualTo(2);
            client.send(Json.data(7, "PP_2", "the next one"));
            other.take().answer();
            assertThat(client.next().get("srcid").asString()).as("and nothing comes for the first").isEqualTo("2");
        }
        proxy.stop().await();
        List<Entry> entries = Records.entries(directory);
        assertThat(entries).filteredOn(Entry.Delivery.class::isInstance).map(Entry.Delivery.class::cast)
                .extracting(Entry.Delivery::policy, Entry.Delivery::grant, Entry.Delivery::outcome)
                .as("each event loop has an order of its own")
                .containsExactlyInAnyOrder(tuple("PP_1", "clinic", Outcome.CUT),
                        tuple("PP_2", "other", Outcome.ANSWERED),
                        tuple("PP_2", "other", Outcome.ANSWERED));
        assertThat(entries).filteredOn(Entry.Event.class::isInstance).map(Entry.Event.class::cast)
                .filteredOn(event -> event.action().equals("messages-cut")).singleElement()
                .extracting(Entry.Event::subject, Entry.Event::detail)
                .containsExactly("PP_1/1", "The grant 'clinic' is not there (any more); messages: 1");
        assertThat(output).contains("event=messages_cut server=PP_1/1");
    }

    @Test
    void aConnectionForOneMessageEndsWithIt() throws Exception {
        start();
        replace(byAddress());
        CountDownLatch answers = new CountDownLatch(1);
        try (PlainServer server = new PlainServer(proxy, 1, (self, message) -> {
            await().until(() -> answers.getCount() == 0);
            return self.ack(message);
        });
                Client client = proxy.connect()) {
            server.register("PP_1");
            Endpoint endpoint = proxy.entry("PP_1", 1);
            client.send(Json.data(7, "PP_1", "x"));
            await().until(() -> server.reads().size() == 1);
            replace(grant("other", "beta"));
            assertThat(client.next().get("code").asString()).isEqualTo("SERVER_FAILED");
            assertThat(endpoint.inFlight()).isZero();
            answers.countDown();
            await().until(() -> proxy.table().routes().find("PP_1") == null);
            client.send(Json.data(7, "PP_1", "y"));
            assertThat(client.next().get("code").asString()).as("what it says late is nobody's answer")
                    .isEqualTo("NO_SERVER");
        }
    }

    @Test
    void anIdempotentOneGoesToAServerThatMayStillHaveIt() throws Exception {
        start();
        replace(grant("clinic", "alpha"), grant("other", "beta"));
        try (MuxServer server = MuxServer.held(proxy, 1);
                MuxServer other = MuxServer.answering(proxy, 2);
                Client client = proxy.connect()) {
            server.register("PP_1", ALPHA);
            client.send(Json.data(7, "PP_1", "x").replaceFirst("}$", ", \"idempotent\": true}"));
            server.take();
            other.register("PP_1", BETA);
            replace(grant("other", "beta"));
            assertThat(client.next().get("srcid").asString()).isEqualTo("2");
        }
        proxy.stop().await();
        assertThat(Records.entries(directory)).filteredOn(Entry.Delivery.class::isInstance)
                .map(Entry.Delivery.class::cast).extracting(Entry.Delivery::serverId, Entry.Delivery::outcome)
                .containsExactly(tuple("1", Outcome.CUT), tuple("2", Outcome.ANSWERED));
    }

    @Test
    void aRelationOfPoliciesThatIsTakenAwayCutsOnlyTheWiderPolicysMessages() throws Exception {
        start();
        hierarchy(List.of("eu-de"));
        try (MuxServer server = MuxServer.held(proxy, 1);
                Client client = proxy.connect()) {
            server.register("eu-de", ", \"wider\": true");
            client.send(Json.data(1, "eu", "for Europe").replaceFirst("}$", ", \"msgId\": 1}"));
            client.send(Json.data(1, "eu-de", "for Germany").replaceFirst("}$", ", \"msgId\": 2}"));
            MuxServer.Delivery wider = server.take();
            MuxServer.Delivery own = server.take();
            hierarchy(List.of());
            JsonNode refusal = client.next();
            assertThat(refusal.get("msgId").asInt()).isEqualTo(1);
            assertThat(refusal.get("code").asString()).isEqualTo("SERVER_FAILED");
            wider.answer();
            own.answer();
            JsonNode answer = client.next();
            assertThat(answer.get("msgId").asInt()).as("nobody hears the late answer").isEqualTo(2);
            assertThat(answer.get("type").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aClientThatWasToldOfItsOwnDeadlineHearsNothingMore() throws Exception {
        start();
        replace(grant("clinic", "alpha"));
        try (MuxServer server = MuxServer.held(proxy, 1);
                Client client = proxy.connect()) {
            server.register("PP_1", ALPHA);
            Endpoint endpoint = proxy.entry("PP_1", 1);
            client.send(Json.data(7, "PP_1", "x").replaceFirst("}$", ", \"deadlineMs\": 20}"));
            server.take();
            assertThat(client.next().get("code").asString()).isEqualTo("TIMEOUT");
            assertThat(endpoint.inFlight()).as("the server keeps its place").isEqualTo(1);
            replace();
            await().until(() -> endpoint.inFlight() == 0);
            client.send(Json.data(7, "PP_1", "y"));
            assertThat(client.next().get("code").asString()).isEqualTo("NO_SERVER");
        }
        proxy.stop().await();
        assertThat(Records.entries(directory)).filteredOn(Entry.Delivery.class::isInstance)
                .map(Entry.Delivery.class::cast).extracting(Entry.Delivery::outcome).containsExactly(Outcome.TIMEOUT);
    }

    private void replace(Grant... grants) {
        proxy.rules().replace(new PolicyRules(List.of(), false,
                new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(grants), true));
    }

    private void hierarchy(List<String> narrower) {
        proxy.rules().replace(new PolicyRules(
                List.of(new DeclaredPolicy("eu", null, null, List.of(), null, null, narrower),
                        new DeclaredPolicy("eu-de", null, null, List.of(), null, null)),
                false, new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(), false));
    }

    private static Grant grant(String name, String token) {
        return new Grant(name, List.of(TokenHash.ofToken(token)), null, List.of(), List.of(NamePattern.of("*")),
                List.of(), new Terms(null, null, List.of(), List.of(), 0, null));
    }

    private static Grant byAddress() {
        return new Grant("old", List.of(), null, List.of(Cidr.of("127.0.0.0/8")), List.of(NamePattern.of("*")),
                List.of(), new Terms(null, null, List.of(), List.of(), 0, null));
    }
}
