package io.revproc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import io.revproc.listener.TcpListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the proxy writes when its lines are to be JSON, as its users' log collectors want it. */
@ExtendWith(OutputCaptureExtension.class)
class LogsTest {
    @Test
    void everyLineIsAnEcsObjectAndTheAccessLogHasNoPayload(CapturedOutput output) throws Exception {
        try (ConfigurableApplicationContext proxy = new SpringApplicationBuilder(RevprocService.class).run(
                "--revproc.listener.port=0", "--server.port=0", "--revproc.store.file=",
                "--revproc.access-log.enabled=true", "--logging.structured.format.console=ecs")) {
            say(proxy, "{\"type\":0,\"srcid\":7,\"privPoliId\":\"PP 9\",\"payloadsize\":6,\"payload\":\"secret\"}");
            await().atMost(Duration.ofMinutes(1)).until(() -> output.getOut().contains("event=message "));
        }
        assertThat(output.getOut()).contains("event=listening", "event=started", "event=stopped")
                .doesNotContain("secret");
        String access = "";
        // what a proxy of another test still has to say comes before
        for (String line : output.getOut().lines().dropWhile(line -> !line.startsWith("{")).toList()) {
            JsonNode json = JsonMapper.shared().readTree(line);
            assertThat(Instant.parse(json.path("@timestamp").asString())).isNotNull();
            assertThat(json.at("/log/level").asString()).isNotBlank();
            assertThat(json.at("/service/name").asString()).isEqualTo("revproc");
            assertThat(json.path("message").asString()).startsWith("event=");
            if (json.at("/log/logger").asString().equals("io.revproc.access")) {
                access = json.path("message").asString();
            }
        }
        assertThat(access).contains(" policy=\"PP 9\" outcome=NO_SERVER ");
    }

    private static void say(ConfigurableApplicationContext proxy, String message) throws IOException {
        InetSocketAddress address = Objects.requireNonNull(proxy.getBean(TcpListener.class).localAddress());
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readNBytes(30), StandardCharsets.UTF_8)).contains("Error");
        }
    }
}
