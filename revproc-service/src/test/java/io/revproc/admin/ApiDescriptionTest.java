package io.revproc.admin;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import io.revproc.RevprocService;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/openapi.json, which the proxy gives as it is, says what the controllers say of themselves. */
class ApiDescriptionTest {
    @Test
    void theFileIsWhatTheControllersSay() throws Exception {
        JsonNode api = JsonMapper.shared().readTree(described());
        Path file = Path.of("../docs/openapi.json");
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(file, JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build()
                    .writerWithDefaultPrettyPrinter().writeValueAsString(plain(api)) + "\n");
        }
        assertThat(JsonMapper.shared().readTree(Files.readString(file))).as("run bin/docs and look at what changed")
                .isEqualTo(api);
    }

    private static String described() throws Exception {
        try (ConfigurableApplicationContext proxy = new SpringApplicationBuilder(RevprocService.class,
                ApiDescription.class).run("--server.port=0", "--revproc.listener.port=0",
                        "--revproc.listener.event-loops=1", "--revproc.store=memory",
                        "--revproc.audit.enabled=false", "--spring.main.register-shutdown-hook=false",
                        "--springdoc.api-docs.enabled=true", "--springdoc.api-docs.path=/described")) {
            int port = Objects.requireNonNull(((ServletWebServerApplicationContext) proxy).getWebServer()).getPort();
            try (HttpClient http = HttpClient.newHttpClient()) {
                return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/described"))
                        .timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString()).body();
            }
        }
    }

    /** As maps and lists, which are written in order. */
    private static Object plain(JsonNode node) {
        return Objects.requireNonNull(JsonMapper.shared().treeToValue(node, Map.class));
    }
}
