package io.revproc.e2e;

import java.io.IOException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Spans as a collector gets them. */
class TracesTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";
    private static final String SAMPLED = "00-" + TRACE + "-" + PARENT + "-01";
    private static final String NOT_SAMPLED = "00-" + TRACE + "-" + PARENT + "-00";

    private OtlpReceiver receiver;

    @BeforeEach
    void startReceiver() throws IOException {
        receiver = new OtlpReceiver();
    }

    @AfterEach
    void stopReceiver() {
        receiver.close();
    }

    @Test
    void traceOfTheClientIsTakenOverAndPassedOn() throws Exception {
        try (TestProxy proxy = proxy("0", "revproc.tracing.headers.x-key", "k1");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(message("PP_1", ", \"traceparent\": \"" + SAMPLED + "\", \"more\": 1"));
            assertThat(client.next().get("payload").isString()).isTrue();

            OtlpReceiver.Received span = span();
            assertThat(span.traceId()).isEqualTo(TRACE);
            assertThat(span.parentSpanId()).isEqualTo(PARENT);
            assertThat(span.name()).isEqualTo("forward");
            assertThat(span.nanos()).isPositive();
            assertThat(span.attributes()).containsEntry("revproc.policy", "PP_1").containsEntry("revproc.server", "1")
                    .containsEntry("revproc.outcome", "answered").containsEntry("service.name", "revproc")
                    .containsEntry("client.address", "127.0.0.1").containsEntry("revproc.failed_servers", 0L)
                    .containsKeys("revproc.request.bytes", "revproc.reply.bytes", "server.port", "server.address",
                            "client.port", "revproc.server.duration_us")
                    .doesNotContainKey("error.type");
            assertThat(span.attributes().toString()).doesNotContain("payload");
            JsonNode received = server.received().getFirst();
            assertThat(received.get("traceparent").asString()).isEqualTo("00-" + TRACE + "-" + span.spanId() + "-01");
            assertThat(received.get("more").asInt()).isEqualTo(1);
            assertThat(receiver.keys()).containsOnly("k1");
        }
    }

    @Test
    void messageWithoutATraceBeginsOneIfItIsInTheShare() throws Exception {
        try (TestProxy proxy = proxy("100");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(message("PP_1", ", \"msgId\": 5"));
            assertThat(client.next().get("msgId").asInt()).isEqualTo(5);

            OtlpReceiver.Received span = span();
            assertThat(span.parentSpanId()).isEmpty();
            assertThat(server.received().getFirst().get("traceparent").asString())
                    .matches("00-" + span.traceId() + "-" + span.spanId() + "-0[13]");
        }
    }

    @Test
    void part1ServersGetTheClientsBytesUnchanged() throws Exception {
        try (TestProxy proxy = proxy("100");
                SeedServer server = SeedServer.of(proxy, 1);
                Client client = proxy.connect()) {
            server.register("PP_1");
            String message = message("PP_1", ", \"traceparent\": \"" + SAMPLED + "\"");
            client.send(message);
            client.next();

            assertThat(span().traceId()).isEqualTo(TRACE);
            assertThat(server.received()).containsExactly(message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"" + NOT_SAMPLED + "\"", "\"ff-" + TRACE + "-" + PARENT + "-01\"", "\"nonsense\"",
            "\"17\"",
            "\"00-00000000000000000000000000000000-00f067aa0ba902b7-01\"", "\"\\u0030\""})
    void messageThatIsNotTracedIsPassedOnAsItIs(String traceparent) throws Exception {
        try (TestProxy proxy = proxy("0");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(message("PP_1", ", \"traceparent\": " + traceparent));
            client.next();
            client.send(message("PP_1", ", \"traceparent\": \"" + SAMPLED + "\""));
            client.next();

            assertThat(span().traceId()).isEqualTo(TRACE);
            assertThat(receiver.spans()).hasSize(1);
            assertThat(server.received().getFirst().get("traceparent")).isEqualTo(Json.parse(traceparent));
        }
    }

    @Test
    void traceparentThatCanNotBeReplacedStandsWhereItIs() throws Exception {
        try (TestProxy proxy = proxy("100");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(message("PP_1", ", \"traceparent\": \"\\u0030\""));
            client.next();

            assertThat(span().parentSpanId()).isEmpty();
            assertThat(server.received().getFirst().get("traceparent").asString()).isEqualTo("0");
        }
    }

    @Test
    void clientsMayNotMakeTheirMessagesDearWhereTheyAreNotFollowed() throws Exception {
        try (TestProxy proxy = proxy("0", "revproc.tracing.follow-clients", "false");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(message("PP_1", ", \"traceparent\": \"" + SAMPLED + "\""));
            client.next();

            assertThat(server.received().getFirst().get("traceparent").asString()).isEqualTo(SAMPLED);
        }
        assertThat(receiver.spans()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "NO_SERVER   | {'type': 0, 'srcid': 1, 'privPoliId': 'NOBODY', 'payload': 'x', 'traceparent': '%s'} | NOBODY",
            "BAD_MESSAGE | {'traceparent': '%s', 'type': 0, 'srcid': 1, 'privPoliId': 'PP_1'} | PP_1",
            "BAD_MESSAGE | {'traceparent': '%s', 'privPoliId': 'PP_1', 'type': 0, 'type': 0} |",
    })
    void messageThatIsRefusedBeforeItHasAPolicyIsASpanAsWell(String code, String message, @Nullable String policy)
            throws Exception {
        try (TestProxy proxy = proxy("0"); Client client = proxy.connect()) {
            client.send(message.formatted(SAMPLED).replace('\'', '"'));
            assertThat(client.next().get("code").asString()).isEqualTo(code);

            OtlpReceiver.Received span = span();
            assertThat(span.traceId()).isEqualTo(TRACE);
            assertThat(span.parentSpanId()).isEqualTo(PARENT);
            assertThat(span.status()).isEqualTo(2);
            assertThat(span.attributes()).containsEntry("error.type", code).containsEntry("revproc.outcome", code)
                    .containsEntry("client.address", "127.0.0.1").containsKey("revproc.request.bytes");
            if (policy != null) {
                assertThat(span.attributes()).containsEntry("revproc.policy", policy);
            }
        }
    }

    @Test
    void refusedMessageIsASpanWithAnError() throws Exception {
        try (TestProxy proxy = proxy("100", "revproc.forward.deadline", "200ms");
                MuxServer server = MuxServer.held(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            client.send(message("PP_1", ""));
            assertThat(client.next().get("code").asString()).isEqualTo("TIMEOUT");

            OtlpReceiver.Received span = span();
            assertThat(span.status()).isEqualTo(2);
            assertThat(span.attributes()).containsEntry("error.type", "TIMEOUT")
                    .containsEntry("revproc.outcome", "TIMEOUT").containsEntry("revproc.server", "1");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void collectorThatIsNotThereHoldsUpNobody() throws Exception {
        receiver.close();
        try (TestProxy proxy = proxy("100");
                MuxServer server = MuxServer.answering(proxy, 1, "PP_1");
                Client client = proxy.connect()) {
            for (int i = 0; i < 50; i++) {
                client.send(message("PP_1", ""));
                assertThat(client.next().get("payload").isString()).isTrue();
            }
            assertThat(server.received()).hasSize(50);
        }
    }

    private TestProxy proxy(String share, String... more) {
        String[] settings = {"revproc.tracing.enabled", "true", "revproc.tracing.endpoint", receiver.endpoint(),
                "revproc.tracing.share", share};
        String[] all = java.util.Arrays.copyOf(settings, settings.length + more.length);
        System.arraycopy(more, 0, all, settings.length, more.length);
        return TestProxy.with(all);
    }

    private OtlpReceiver.Received span() {
        await().atMost(Duration.ofMinutes(1)).until(() -> !receiver.spans().isEmpty());
        return receiver.spans().getFirst();
    }

    private static String message(String policy, String more) {
        return "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"" + policy
                + "\", \"payloadsize\": 7, \"payload\": \"payload\"" + more + "}";
    }
}
