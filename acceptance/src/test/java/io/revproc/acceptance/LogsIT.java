package io.revproc.acceptance;

import java.time.Instant;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** The proxy's log as a log collector wants it. */
class LogsIT {
    @Test
    void everyLineIsAnEcsObjectAndTheAccessLogHasNoPayload() throws Exception {
        try (Proc proxy = Programs.proxy("--revproc.store.file=", "--revproc.access-log.enabled=true",
                "--logging.structured.format.console=ecs")) {
            int port = Programs.port(proxy);
            assertThat(new SeedClient(port).send("{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP 9\", "
                    + "\"payloadsize\": 6, \"payload\": \"secret\"}")).contains("Error");
            proxy.await("event=message ");
            proxy.terminate();
            proxy.exitCode();

            String access = "";
            for (String line : proxy.output().lines().toList()) {
                JsonNode json = JsonMapper.shared().readTree(line);
                assertThat(Instant.parse(json.path("@timestamp").asString())).isNotNull();
                assertThat(json.at("/log/level").asString()).isNotBlank();
                assertThat(json.at("/service/name").asString()).isEqualTo("revproc");
                assertThat(json.path("message").asString()).startsWith("event=");
                assertThat(json.path("message").asString())
                        .startsWith("event=" + json.at("/event/action").asString());
                if (json.at("/log/logger").asString().equals("io.revproc.access")) {
                    access = json.path("message").asString();
                    assertThat(json.at("/revproc/policy").asString()).isEqualTo("PP 9");
                    assertThat(json.at("/revproc/outcome").asString()).isEqualTo("NO_SERVER");
                    assertThat(json.at("/client/address").asString()).isEqualTo("127.0.0.1");
                    assertThat(json.at("/client/port").asInt()).isPositive();
                }
            }
            assertThat(access).startsWith("event=message client=127.0.0.1:")
                    .contains(" policy=\"PP 9\" outcome=NO_SERVER ");
            assertThat(proxy.output()).contains("event=listening", "event=started", "event=stopped")
                    .doesNotContain("secret");
        }
    }
}
