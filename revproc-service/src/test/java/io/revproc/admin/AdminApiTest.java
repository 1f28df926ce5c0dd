package io.revproc.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.route.SwitchTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestConstructor;
import org.springframework.test.context.TestConstructor.AutowireMode;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The whole proxy, as an operator sees it over HTTP; its servers register over TCP. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {"revproc.listener.port=0",
        "revproc.store=memory", "revproc.admin.tokens[0].name=ada", "revproc.admin.tokens[0].role=operator",
        "revproc.admin.tokens[0].token-sha256=" + AdminApiTest.TOKEN_SHA_256})
@TestConstructor(autowireMode = AutowireMode.ALL)
class AdminApiTest {
    private static final String TOKEN = "a-token";
    static final String TOKEN_SHA_256 = "1f6076e3a47ba1ded08025ffe06e57af217c14f9407f33fba50f99b1c7019387";

    /** What no controller of ours does. */
    @TestConfiguration
    @RestController
    static class Failing {
        @GetMapping("/admin/fails")
        String fails() {
            throw new IllegalStateException("io.revproc secret");
        }
    }

    private final List<Socket> sockets = new ArrayList<>();
    private final SwitchTable table;
    private final TcpListener listener;
    private final String base;

    @Autowired
    AdminApiTest(SwitchTable table, TcpListener listener, @LocalServerPort int port) {
        this.table = table;
        this.listener = listener;
        this.base = "http://127.0.0.1:" + port;
    }

    @AfterEach
    void emptyTheTable() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        table.routes().policies().forEach(routes -> routes.endpoints().forEach(table::remove));
        table.routes().unserved().forEach(routes -> table.forget(routes.policy()));
    }

    @Test
    void tableShowsWhoRegistered() throws Exception {
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001}");
        register("{\"type\":1,\"proto\":2,\"id\":\"b\",\"privPolyId\":\"PP_1\",\"listenport\":9002,\"mux\":true,"
                + "\"zone\":\"eu-1\",\"weight\":3}");
        register("{\"type\":1,\"id\":\"2\",\"privPolyId\":999,\"listenport\":9003}");
        HttpResponse<String> answer = get("/admin/routes");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode json = json(answer);
        assertThat(json.path("policies").propertyNames()).containsExactly("999", "PP_1");
        JsonNode first = json.at("/policies/PP_1/0");
        assertThat(first.propertyNames()).contains("id", "host", "port", "alive", "state", "proto", "mux", "weight",
                "zone", "inFlight", "forwarded", "failed", "registeredAt", "leaseExpiresAt");
        assertThat(first.path("id").isInt()).isTrue();
        assertThat(first.path("host").asString()).isEqualTo("127.0.0.1");
        assertThat(first.path("port").asInt()).isEqualTo(9001);
        assertThat(first.path("alive").asBoolean()).isTrue();
        assertThat(first.path("state").asString()).isEqualTo("ACTIVE");
        assertThat(first.path("zone").isNull()).isTrue();
        assertThat(first.path("leaseExpiresAt").isNull()).isTrue();
        JsonNode second = json.at("/policies/PP_1/1");
        assertThat(second.path("id").asString()).isEqualTo("b");
        assertThat(second.path("mux").asBoolean()).isTrue();
        assertThat(second.path("weight").asInt()).isEqualTo(3);
        assertThat(second.path("leaseExpiresAt").asString()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        assertThat(json.path("version").asLong()).isEqualTo(table.routes().version());
    }

    @Test
    void seedsFormatIsTheSeedsToTheByte() throws Exception {
        assertThat(get("/admin/routes?format=seed").body()).isEqualTo("{}");
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001}");
        assertThat(get("/admin/routes?format=seed").body()).isEqualTo("{\"PP_1\": [[1, \"127.0.0.1\", 9001, true]]}");
        register("{\"type\":1,\"id\":\"x\\\"y\",\"privPolyId\":\"PP_1\",\"listenport\":9002}");
        register("{\"type\":1,\"id\":2,\"privPolyId\":\"PP_2\",\"listenport\":9003}");
        assertThat(get("/admin/routes?format=seed").body())
                .isEqualTo("{\"PP_1\": [[1, \"127.0.0.1\", 9001, true], [\"x\\\"y\", \"127.0.0.1\", 9002, true]], "
                        + "\"PP_2\": [[2, \"127.0.0.1\", 9003, true]]}");
    }

    @Test
    void onePolicyHasTheShapeOfTheTable() throws Exception {
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"P/P 1ö\",\"listenport\":9001}");
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_2\",\"listenport\":9002}");
        JsonNode json = json(get("/admin/routes/P%2FP%201%C3%B6"));
        assertThat(json.path("policies").propertyNames()).containsExactly("P/P 1ö");
        assertThat(put("/admin/routes/P%2FP%201%C3%B6/1/state", "{\"state\":\"MAINTENANCE\"}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void operatorDrainsAndResumesAServer() throws Exception {
        Socket server = register("{\"type\":1,\"proto\":2,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9002}");
        assertThat(json(put("/admin/routes/PP_1/1/state", "{\"state\":\"DRAINING\"}")).path("state").asString())
                .isEqualTo("DRAINING");
        put("/admin/routes/PP_1/1/state", "{\"state\":\"MAINTENANCE\"}");
        assertThat(read(server)).isEqualTo("{\"type\": 6, \"event\": \"maintenance\"}");
        put("/admin/routes/PP_1/1/state", "{\"state\":\"ACTIVE\"}");
        assertThat(read(server)).isEqualTo("{\"type\": 6, \"event\": \"resumed\"}");
        assertThat(json(get("/admin/routes")).at("/policies/PP_1/0/state").asString()).isEqualTo("ACTIVE");
    }

    @Test
    void operatorTakesAnEntryOut() throws Exception {
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001}");
        HttpResponse<String> answer = send(HttpRequest.newBuilder().DELETE(), "/admin/routes/PP_1/1");
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(get("/admin/routes?format=seed").body()).isEqualTo("{}");
        assertThat(send(HttpRequest.newBuilder().DELETE(), "/admin/routes/PP_1/1").statusCode()).isEqualTo(404);
    }

    @Test
    void policyThatLostItsLastServerStaysVisibleUntilAnOperatorDismissesIt() throws Exception {
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001}");
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_2\",\"listenport\":9002}");
        assertThat(send(HttpRequest.newBuilder().DELETE(), "/admin/policies/PP_1").statusCode()).isEqualTo(409);
        send(HttpRequest.newBuilder().DELETE(), "/admin/routes/PP_1/1");
        assertThat(say("{\"type\":0,\"srcid\":1,\"privPoliId\":\"PP_1\",\"payload\":\"x\"}")).contains("NO_SERVER");
        assertThat(say("{\"type\":0,\"srcid\":1,\"privPoliId\":\"PP_NEVER\",\"payload\":\"x\"}")).contains("NO_SERVER");

        JsonNode routes = json(get("/admin/routes"));
        assertThat(routes.path("policies").propertyNames()).containsExactly("PP_1", "PP_2");
        assertThat(routes.at("/policies/PP_1").isEmpty()).isTrue();
        assertThat(routes.at("/noServerSince/PP_1").asString()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        assertThat(json(get("/admin/routes/PP_1")).at("/policies/PP_1").isArray()).isTrue();
        assertThat(get("/admin/routes?format=seed").body()).isEqualTo("{\"PP_2\": [[1, \"127.0.0.1\", 9002, true]]}");
        JsonNode policies = json(get("/admin/policies"));
        assertThat(policies.at("/policies/0/policy").asString()).isEqualTo("PP_1");
        assertThat(policies.at("/policies/0/servers").asInt(-1)).isZero();
        assertThat(policies.at("/policies/0/noServerSince")).isEqualTo(routes.at("/noServerSince/PP_1"));
        assertThat(policies.at("/policies/0/refused/NO_SERVER").asInt()).isEqualTo(1);
        assertThat(policies.at("/policies/1/inRotation").asInt()).isEqualTo(1);
        assertThat(policies.at("/policies/1/noServerSince").isNull()).isTrue();
        assertThat(policies.path("policies").size()).as("what only a client named is not kept").isEqualTo(2);
        JsonNode health = json(get("/actuator/health")).at("/components/switchTable/details");
        assertThat(health.path("policiesWithoutServer").asInt()).isEqualTo(1);
        assertThat(health.path("policies").asInt()).isEqualTo(2);
        assertThat(health.path("noServerSince").propertyNames()).containsExactly("PP_1");
        assertThat(get("/actuator/prometheus").body().lines())
                .contains("revproc_messages_total{outcome=\"NO_SERVER\",policy=\"PP_1\",server=\"\"} 1.0")
                .contains("revproc_servers{policy=\"PP_1\",state=\"up\"} 0.0")
                .noneMatch(line -> line.contains("PP_NEVER"));

        assertThat(send(HttpRequest.newBuilder().DELETE(), "/admin/policies/PP_1").statusCode()).isEqualTo(204);
        assertThat(send(HttpRequest.newBuilder().DELETE(), "/admin/policies/PP_1").statusCode()).isEqualTo(404);
        assertThat(get("/admin/policies/PP_1").statusCode()).isEqualTo(404);
        assertThat(get("/admin/routes/PP_1").statusCode()).isEqualTo(404);
        assertThat(json(get("/admin/policies/PP_2")).path("servers").asInt()).isEqualTo(1);
    }

    @Test
    void eventsAreOneForEachChange() throws Exception {
        BlockingQueue<String> data = new LinkedBlockingQueue<>();
        HttpResponse<Stream<String>> stream = AdminProxy.HTTP.send(
                HttpRequest.newBuilder(URI.create(base + "/admin/routes/events")).build(), BodyHandlers.ofLines());
        assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        Thread reader = Thread.ofVirtual().start(() -> {
            try (Stream<String> lines = stream.body()) {
                lines.filter(line -> line.startsWith("data:")).forEach(line -> data.add(line.substring(5)));
            } catch (RuntimeException e) {
                // cut off at the end
            }
        });
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001}");
        put("/admin/routes/PP_1/1/state", "{\"state\":\"MAINTENANCE\"}");
        send(HttpRequest.newBuilder().DELETE(), "/admin/routes/PP_1/1");
        long version = -1;
        for (String change : List.of("REGISTERED", "UPDATED", "REMOVED")) {
            String next = data.poll(10, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            JsonNode event = JsonMapper.shared().readTree(next);
            assertThat(event.path("change").asString()).isEqualTo(change);
            assertThat(event.path("policy").asString()).isEqualTo("PP_1");
            assertThat(event.at("/server/port").asInt()).isEqualTo(9001);
            assertThat(event.path("version").asLong()).isGreaterThan(version);
            version = event.path("version").asLong();
        }
        reader.interrupt();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"GET|/nothing||404", "GET|/admin/routes/PP_9||404",
            "POST|/admin/routes|{}|405", "DELETE|/admin/routes/PP_1||405",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":\"ACTIVE\"}|404", "PUT|/admin/routes/PP_9/1/state|{}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":\"GONE\"}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":1|400",
            "PUT|/admin/routes/PP_9/1/state|[]|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":\"ACTIVE\",\"x\":1}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":0}|400", "PUT|/admin/routes/PP_9/1/state|{\"state\":\"0\"}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":2}|400", "PUT|/admin/routes/PP_9/1/state|{\"state\":true}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":\"active\"}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":null}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":\"\"}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":[\"ACTIVE\"]}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":\"ACTIVE\",\"state\":\"MAINTENANCE\"}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":\"ACTIVE\"} {}|400",
            "PUT|/admin/routes/PP_9/1/state|{\"state\":\"ACTIVE\"}x|400", "GET|/admin/policies/PP_9||404",
            "DELETE|/admin/policies/PP_9||404", "POST|/admin/policies|{}|405", "PUT|/admin/policies/PP_9|{}|405",
            "GET|/admin/policies/a/b||404", "GET|/dashboard/nothing.js||404", "GET|/actuator/nothing||404",
            "POST|/actuator/health|{}|405", "POST|/|{}|405", "GET|/admin/fails||500",
            "GET|/admin/routes?format=seed&format=xml||400",
            "OPTIONS|/nothing||404", "OPTIONS|/admin/nothing||404", "OPTIONS|/admin/routes/PP_9/1/state/x||404",
            "PUT|/admin/routes/PP_9/1/state||400", "GET|/admin/routes/a%2Fb||404", "GET|/admin/routes/%00||400",
            "GET|/admin/routes?format=xml||400", "DELETE|/admin/routes/PP_9/%0a||404"})
    void everyErrorIsAProblem(String method, String path, String body, int status) throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder().header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body == null ? "" : body)), path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asString()).isNotBlank();
        assertThat(answer.body()).doesNotContain("Exception", "\tat ", "io.revproc");
    }

    /** Names that a path has to spell: each is addressed, and nothing else is. */
    @ParameterizedTest
    @ValueSource(strings = {"a/b", "/a", "a/", "a//b", "%2e", "%", "a b", " a", "a+b", "a;b=c", "a?b#c",
            "ö\u4e2d\ud83d\ude00", "a&b",
            "events", "a'\"<b>", "...", "a,b", "\u202eabc", "\u00a0", "e\u0301", "0", "-1"})
    void everyNameThatAServerMayHaveCanBeAddressed(String name) throws Exception {
        String quoted = JsonMapper.shared().writeValueAsString(name);
        register("{\"type\":1,\"id\":" + quoted + ",\"privPolyId\":" + quoted + ",\"listenport\":9001}");
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"other\",\"listenport\":9002}");
        String path = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");

        assertThat(json(get("/admin/policies/" + path)).path("policy").asString()).isEqualTo(name);
        if (!name.equals("events")) {
            assertThat(json(get("/admin/routes/" + path)).path("policies").propertyNames()).containsExactly(name);
        }
        HttpResponse<String> answer = put("/admin/routes/" + path + "/" + path + "/state",
                "{\"state\":\"MAINTENANCE\"}");
        assertThat(json(answer).path("id").asString()).as(answer.body()).isEqualTo(name);
        assertThat(send(HttpRequest.newBuilder().DELETE(), "/admin/routes/" + path + "/" + path).statusCode())
                .isEqualTo(204);
        assertThat(json(get("/admin/policies/" + path)).path("noServerSince").asString()).isNotBlank();
        assertThat(send(HttpRequest.newBuilder().DELETE(), "/admin/policies/" + path).statusCode()).isEqualTo(204);
        assertThat(json(get("/admin/routes")).path("policies").propertyNames()).containsExactly("other");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"/admin/routes|GET,HEAD,OPTIONS", "/admin/routes/PP_1|GET,HEAD,OPTIONS",
            "/admin/routes/PP_1/1|DELETE,OPTIONS", "/admin/routes/PP_1/1/state|PUT,OPTIONS",
            "/admin/policies|GET,HEAD,OPTIONS", "/admin/policies/PP_1|GET,HEAD,DELETE,OPTIONS",
            "/admin/routes/events|GET,HEAD,OPTIONS", "/|GET,HEAD,OPTIONS", "/index.html|GET,HEAD,OPTIONS",
            "/dashboard/main.js|GET,HEAD,OPTIONS", "/actuator/health|GET,HEAD,OPTIONS"})
    void optionsNameTheMethodsThatThereAre(String path, String methods) throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder().method("OPTIONS", BodyPublishers.noBody()), path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(List.of(answer.headers().firstValue("Allow").orElse("").split(",\\s*")))
                .containsExactlyInAnyOrder(methods.split(","));
    }

    @Test
    void bodyOfAnotherTypeIsAProblem() throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder().header("Content-Type", "text/plain")
                .PUT(BodyPublishers.ofString("ACTIVE")), "/admin/routes/PP_9/1/state");
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
    }

    @Test
    void healthIsUpWithoutServersAndSaysWhatTheTableHolds() throws Exception {
        for (String group : List.of("", "/liveness", "/readiness")) {
            assertThat(json(get("/actuator/health" + group)).path("status").asString()).isEqualTo("UP");
        }
        register("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001}");
        JsonNode details = json(get("/actuator/health")).at("/components/switchTable/details");
        assertThat(details.path("policies").asInt()).isEqualTo(1);
        assertThat(details.path("inRotation").asInt()).isEqualTo(1);
    }

    @Test
    void apiIsDescribed() throws Exception {
        HttpResponse<String> answer = get("/v3/api-docs");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(json(answer).path("paths").propertyNames()).contains("/admin/routes", "/admin/routes/{policy}",
                "/admin/routes/events", "/admin/routes/{policy}/{id}/state", "/admin/routes/{policy}/{id}");
        String page = get("/swagger-ui.html").body();
        for (String part : List.of("webjars/swagger-ui/swagger-ui.css", "webjars/swagger-ui/swagger-ui-bundle.js",
                "dashboard/api.js", "dashboard/icon.svg")) {
            assertThat(page).contains('"' + part + '"');
            assertThat(get("/" + part).statusCode()).as(part).isEqualTo(200);
        }
        assertThat(get("/actuator/prometheus").body()).contains("jvm_memory_used_bytes");
        assertThat(get("/actuator/info").statusCode()).isEqualTo(200);
    }

    /** By the recommended rules of Redocly's lint: no error. */
    @Test
    void descriptionOfTheApiHasNoErrors(@TempDir Path directory) throws Exception {
        Path lint = Path.of("../target/npm/node_modules/@redocly/cli/bin/cli.js");
        assumeTrue(Files.exists(lint),
                "the lint of the API's description is missing; bin/verify installs it where npm is");
        Path description = Files.writeString(directory.resolve("openapi.json"), get("/v3/api-docs").body());
        ProcessBuilder builder = new ProcessBuilder("node", lint.toString(), "lint", description.toString(),
                "--format=stylish").redirectErrorStream(true);
        builder.environment().putAll(Map.of("REDOCLY_TELEMETRY", "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE", "true",
                "NO_COLOR", "1"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("validated in");
    }

    private Socket register(String setup) throws IOException {
        int before = endpoints();
        Socket socket = new Socket("127.0.0.1", localPort());
        sockets.add(socket);
        socket.setSoTimeout(10_000);
        OutputStream out = socket.getOutputStream();
        out.write(setup.getBytes(StandardCharsets.UTF_8));
        assertThat(read(socket)).startsWith("{\"Status\": \"Successfully setup with reverse proxy\"");
        await().atMost(Duration.ofSeconds(10)).until(() -> endpoints() > before);
        return socket;
    }

    private String say(String message) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", localPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            return read(socket);
        }
    }

    private int localPort() {
        return Objects.requireNonNull(listener.localAddress()).getPort();
    }

    private int endpoints() {
        return table.routes().policies().stream().mapToInt(routes -> routes.size()).sum();
    }

    /** One message; each is one write of the proxy. */
    private static String read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder message = new StringBuilder();
        int c;
        while ((c = in.read()) >= 0) {
            message.append((char) c);
            if (c == '}') {
                break;
            }
        }
        return message.toString();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(), path);
    }

    private HttpResponse<String> put(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder().header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)), path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String path) throws Exception {
        HttpRequest one = request.copy().uri(URI.create(base + path)).timeout(Duration.ofSeconds(20)).build();
        if (!one.method().equals("GET")) {
            request.header("Authorization", "Bearer " + TOKEN);
        }
        return AdminProxy.HTTP.send(request.uri(URI.create(base + path)).timeout(Duration.ofSeconds(20)).build(),
                BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }
}
