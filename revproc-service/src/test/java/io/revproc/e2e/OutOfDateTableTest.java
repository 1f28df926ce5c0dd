package io.revproc.e2e;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** A proxy that stood still and has yet to hear what happened meanwhile. */
class OutOfDateTableTest {
    @Test
    void oldServersGetNothingAndServersWithASessionDo() throws Exception {
        try (TestProxy proxy = TestProxy.with("test.stood-still", "true");
                SeedServer old = SeedServer.of(proxy, 1);
                SeedServer alone = SeedServer.of(proxy, 4);
                MuxServer modern = MuxServer.answering(proxy, 2, "PP_2");
                MuxServer mixed = MuxServer.answering(proxy, 3, "PP_1");
                Client client = proxy.connect()) {
            old.register("PP_1");
            alone.register("PP_3");
            assertThat(client.send(Json.data(7, "PP_2", "a")).next().path("srcid").asString()).isEqualTo("2");
            for (int i = 0; i < 4; i++) {
                assertThat(client.send(Json.data(7, "PP_1", "b")).next().path("srcid").asString()).isEqualTo("3");
            }
            JsonNode refusal = client.send(Json.data(7, "PP_3", "c")).next();
            assertThat(refusal.path("code").asString()).isEqualTo("NO_LIVE_SERVER");
            assertThat(refusal.path("retryable").asBoolean()).isTrue();
            assertThat(refusal.path("Error").asString()).contains("stood still");
            assertThat(old.received()).isEmpty();
            assertThat(alone.received()).isEmpty();
            assertThat(modern.received()).hasSize(1);
            assertThat(mixed.received()).hasSize(4);
        }
    }
}
