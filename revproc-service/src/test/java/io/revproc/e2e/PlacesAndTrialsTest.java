package io.revproc.e2e;

import java.util.ArrayList;
import java.util.List;

import io.revproc.e2e.SeedServer.Habit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Who gets a place that is free, what is said of a message that got none, and what it costs to try a server again. */
class PlacesAndTrialsTest {
    private static final String ONE_AT_A_TIME = ", \"maxInFlight\": 1";

    /** An idempotent message that failed at server 1 waits for server 2, which is busy; server 1 is there again, and idle. */
    private static final class Stage implements AutoCloseable {
        final TestProxy proxy;
        final MuxServer one;
        final MuxServer two;
        final Client failed;
        final Client busy;
        final MuxServer.Delivery busyDelivery;

        Stage(String... settings) throws Exception {
            List<String> all = new ArrayList<>(List.of("revproc.listener.event-loops", "1"));
            all.addAll(List.of(settings));
            proxy = TestProxy.with(all.toArray(new String[0]));
            one = MuxServer.held(proxy, 1);
            two = MuxServer.held(proxy, 2);
            one.register("PP_1", ONE_AT_A_TIME);
            two.register("PP_1", ONE_AT_A_TIME);
            failed = proxy.connect();
            busy = proxy.connect();
            failed.send(Json.data("\"idempotent\": true", 1, "PP_1", "failed"));
            one.take();
            busy.send(Json.data(2, "PP_1", "busy"));
            busyDelivery = two.take();
            one.breakConnections();
            await().until(() -> proxy.waiting("PP_1") == 1);
        }

        @Override
        public void close() throws Exception {
            failed.close();
            busy.close();
            one.close();
            two.close();
            proxy.close();
        }
    }

    @Test
    void freePlaceIsUsedByTheFirstMessageThatCanUseIt() throws Exception {
        try (Stage stage = new Stage(); Client third = stage.proxy.connect(); Client fourth = stage.proxy.connect()) {
            third.send(Json.data(3, "PP_1", "third"));
            MuxServer.Delivery thirds = stage.one.take();
            fourth.send(Json.data(4, "PP_1", "fourth"));
            await().until(() -> stage.proxy.waiting("PP_1") == 2);
            thirds.answer();
            assertThat(third.next().get("payload").asString()).isEqualTo(Json.sha1("third"));
            stage.one.take().answer();
            assertThat(fourth.next().get("payload").asString()).isEqualTo(Json.sha1("fourth"));
            stage.busyDelivery.answer();
            stage.two.take().answer();
            assertThat(stage.failed.next().get("srcid").asInt()).isEqualTo(2);
        }
    }

    @Test
    void serverThatWasSetUpAnewMayHaveTheMessage() throws Exception {
        try (Stage stage = new Stage()) {
            stage.one.register("PP_1", ONE_AT_A_TIME);
            MuxServer.Delivery again = stage.one.take();
            assertThat(again.payload()).isEqualTo("failed");
            again.answer();
            assertThat(stage.failed.next().get("srcid").asInt()).isEqualTo(1);
        }
    }

    @Test
    void messageThatAServerHadIsNotRetryableWhereverItEnds() throws Exception {
        try (Stage stage = new Stage("revproc.forward.queue-timeout", "150ms")) {
            JsonNode refusal = stage.failed.next();
            assertThat(refusal.get("code").asString()).as("it waited too long").isEqualTo("SERVER_FAILED");
            assertThat(refusal.get("retryable").asBoolean()).isFalse();
        }
        try (Stage stage = new Stage()) {
            stage.proxy.table().remove(stage.proxy.entry("PP_1", 1));
            stage.proxy.table().remove(stage.proxy.entry("PP_1", 2));
            JsonNode refusal = stage.failed.next();
            assertThat(refusal.get("code").asString()).as("its policy has no server any more")
                    .isEqualTo("SERVER_FAILED");
            assertThat(refusal.get("retryable").asBoolean()).isFalse();
        }
        try (Stage stage = new Stage()) {
            stage.proxy.table().update(stage.proxy.entry("PP_1", 2), state -> state.fall());
            JsonNode refusal = stage.failed.next();
            assertThat(refusal.get("code").asString()).as("no other server is alive").isEqualTo("SERVER_FAILED");
            assertThat(refusal.get("retryable").asBoolean()).isFalse();
        }
    }

    @Test
    void messageThatFindsTheQueueFullOnItsSecondAttemptIsNotRetryable() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "1", "test.queue-limit", "0");
                MuxServer one = MuxServer.held(proxy, 1);
                MuxServer two = MuxServer.held(proxy, 2);
                Client client = proxy.connect()) {
            one.register("PP_1", ONE_AT_A_TIME);
            two.register("PP_1", ONE_AT_A_TIME);
            client.send(Json.data("\"idempotent\": true, \"msgId\": 1", 1, "PP_1", "a")
                    + Json.data("\"msgId\": 2", 1, "PP_1", "b"));
            one.take();
            two.take();
            one.breakConnections();
            JsonNode refusal = client.next();
            assertThat(refusal.get("code").asString()).isEqualTo("SERVER_FAILED");
            assertThat(refusal.get("retryable").asBoolean()).isFalse();
        }
    }

    /** A frozen old server beside a healthy one: each trial costs a message the whole deadline. */
    @Test
    void frozenServerCostsOneMessageInAHundredAtMost() throws Exception {
        try (TestProxy proxy = TestProxy.with("revproc.listener.event-loops", "1", "revproc.forward.deadline", "60ms",
                "revproc.health.backoff", "1ms", "revproc.health.max-backoff", "1ms",
                "revproc.health.max-timeout-backoff", "1ms");
                SeedServer frozen = SeedServer.of(proxy, 1, Habit.HELD);
                MuxServer healthy = MuxServer.answering(proxy, 2, "PP_1");
                Client client = proxy.connect()) {
            frozen.register("PP_1");
            int lost = 0;
            while (lost == 0) {
                lost += client.send(Json.data(1, "PP_1", "x")).next().has("code") ? 1 : 0;
            }
            await().until(() -> !proxy.entry("PP_1", 1).state().alive());
            int trials = 0;
            for (int i = 0; i < 450; i++) {
                trials += client.send(Json.data(1, "PP_1", "x")).next().has("code") ? 1 : 0;
            }
            assertThat(trials).as("however short the waiting times are").isBetween(1, 4);
            assertThat(healthy.received()).hasSizeGreaterThan(440);
        }
    }
}
