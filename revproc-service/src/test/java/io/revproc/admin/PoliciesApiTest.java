package io.revproc.admin;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import io.revproc.proxy.listener.TcpListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** What operators ask over HTTP about policies: why, and why not. */
class PoliciesApiTest {
    private static AdminProxy proxy;
    private static Socket server;

    @BeforeAll
    static void start() throws IOException {
        proxy = AdminProxy.withAccounts("127.0.0.1", "--revproc.policies-declared-only=true",
                // The server says no more after its setup.
                "--revproc.registration.ttl=10m",
                "--revproc.policies[eu].may-be-served-by=eu-de", "--revproc.policies[eu].description=Europe",
                "--revproc.policies[eu-de].regions=DE", "--revproc.policies[eu-de].clients.allowed-cidrs=127.0.0.0/8",
                "--revproc.registration.grants[0].name=clinic", "--revproc.registration.grants[0].policies=eu-de",
                "--revproc.registration.grants[0].cidrs=127.0.0.0/8");
        server = new Socket("127.0.0.1",
                Objects.requireNonNull(proxy.bean(TcpListener.class).localAddress()).getPort());
        server.getOutputStream()
                .write("{\"type\": 1, \"proto\": 2, \"id\": 1, \"privPolyId\": \"eu-de\", \"listenport\": 9, \"mux\": true, \"wider\": true, \"region\": \"DE\"}"
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(new String(server.getInputStream().readNBytes(50), StandardCharsets.UTF_8)).contains("Successfully");
    }

    @AfterAll
    static void close() throws IOException {
        server.close();
        proxy.close();
    }

    @Test
    void explainsAWiderPolicysServersByTheNarrowerOne() throws Exception {
        JsonNode explained = get("/admin/policies/eu/explain", 200);
        assertThat(explained.path("next").asString()).isEqualTo("it goes to eu-de/1");
        assertThat(explained.path("refusal").isNull()).isTrue();
        JsonNode first = explained.at("/servers/0");
        assertThat(first.path("policy").asString()).isEqualTo("eu-de");
        assertThat(first.path("takes").asBoolean()).isTrue();
        assertThat(first.path("reasons").toString()).contains("which may serve 'eu'", "granted by 'clinic'",
                "states the region 'DE'");
        JsonNode policy = get("/admin/policies/eu", 200);
        assertThat(policy.path("mayBeServedBy").toString()).isEqualTo("[\"eu-de\"]");
        assertThat(policy.path("servers").asInt()).isZero();
        assertThat(policy.path("servedBy").toString()).isEqualTo("[\"eu-de\"]");
        assertThat(policy.path("servedByInRotation").asInt()).isEqualTo(1);
        JsonNode routes = get("/admin/routes", 200);
        assertThat(routes.at("/servedBy").toString()).isEqualTo("{\"eu\":[\"eu-de\"]}");
        assertThat(routes.at("/policies/eu")).as("no server of its own").isEmpty();
        assertThat(routes.at("/noServerSince")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            eu-de/explain?client=127.0.0.1 |              | it goes to eu-de/1
            eu-de/explain?client=192.0.2.7 | NOT_ALLOWED  | 192.0.2.7 is in none of revproc.policies[eu-de].clients.allowed-cidrs
            eu-de/explain?size=2000000     | TOO_LARGE    | it has more than revproc.listener.max-message-size, 1048576 bytes
            eu-d/explain                   | UNKNOWN_POLICY | the policy is not declared; did you mean eu-de?
            """)
    void saysWhatTheNextMessageWouldGet(String question, String refusal, String next) throws Exception {
        JsonNode explained = get("/admin/policies/" + question, 200);
        assertThat(explained.path("next").asString()).isEqualTo(next);
        assertThat(explained.path("refusal").isNull() ? null : explained.path("refusal").asString()).isEqualTo(refusal);
    }

    @ParameterizedTest
    @CsvSource({"explain?client=nowhere", "explain?size=-1", "explain?size=many"})
    void whatIsNoQuestionIsAProblem(String question) throws Exception {
        assertThat(get("/admin/policies/eu/" + question, 400).path("status").asInt()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            eu-de/can-register?grant=clinic&region=DE | true  |
            eu-de/can-register?grant=clinic&region=FR | false | The policy 'eu-de' is for servers in DE, and the setup states the region 'FR'
            eu-de/can-register?grant=lab&region=DE    | false | The grant 'lab' is not there (any more)
            eu/can-register?grant=clinic              | false | The grant 'clinic' is not for this policy and id
            other/can-register?grant=clinic           | false | The policy 'other' is not declared
            eu-dd/can-register?grant=clinic           | false | The policy 'eu-dd' is not declared
            """)
    void saysWhetherAServerMightRegister(String question, boolean allowed, String reason) throws Exception {
        JsonNode answer = get("/admin/policies/" + question, 200);
        assertThat(answer.path("allowed").asBoolean()).isEqualTo(allowed);
        assertThat(answer.path("reason").isNull() ? null : answer.path("reason").asString()).isEqualTo(reason);
        assertThat(answer.path("note").isNull() ? "" : answer.path("note").asString()).isEqualTo(switch (question) {
            case String other when other.startsWith("other/") ->
                "no server has registered for other here; "
                        + "'bin/revproc policies' shows those there are";
            case String near when near.startsWith("eu-dd/") ->
                "no server has registered for eu-dd here; "
                        + "did you mean eu-de?";
            default -> "";
        });
    }

    /** Each says a way out. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET    | /admin/policies/eu-d       | 404 | No server has registered for eu-d here, and it is not declared; did you mean eu-de?
            GET    | /admin/routes/eu-d         | 404 | No server has registered for eu-d here, and it is not declared; did you mean eu-de?
            GET    | /admin/routes/eu-de/1/x    | 404 | There is nothing at this path; /swagger-ui.html shows what there is
            PUT    | /admin/routes/eu-de/7/state | 404 | No server of this id is registered for this policy; 'bin/revproc routes' shows which are
            POST   | /admin/routes              | 405 | This path does not take POST; it takes GET
            GET    | /admin/routes?format=x     | 400 | format must be seed, or left out
            GET    | /admin/policies/eu/explain?size=x | 400 | The value of size is not of the form that it must have; /swagger-ui.html shows what this path takes
            DELETE | /admin/policies/eu-de      | 409 | This policy has servers, and only one that has none can be dismissed; remove its servers first
            DELETE | /admin/policies/eu-d       | 404 | No server has registered for eu-d here, and it is not declared; did you mean eu-de?
            POST   | /admin/policies/check      | 415 | The body is not of a type that is taken here; send it with 'Content-Type: application/yaml' or 'text/plain' or 'application/octet-stream'
            """)
    void whatIsRefusedSaysAWayOut(String method, String path, int status, String detail) throws Exception {
        HttpRequest request = proxy.request(path).header("Authorization", AdminProxy.OPERATOR)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString("{\"state\": \"ACTIVE\"}")).build();
        HttpResponse<String> response = java.net.http.HttpClient.newHttpClient().send(request,
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JsonMapper.shared().readTree(response.body()).path("detail").asString()).isEqualTo(detail);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET | Bearer nobody's | 401 | This token is not known here: its SHA-256 has to stand under revproc.admin.tokens
            GET | Basic bm86bm8=  | 401 | This name and password are not known here: they have to be those of revproc.admin.users
            PUT | Bearer viewers-token | 403 | Changes need the role operator; this account is a viewer, so use an operator's
            """)
    void whoIsNotLetInHearsWhatToDo(String method, String credentials, int status, String detail) throws Exception {
        HttpRequest request = proxy.request("/admin/routes/eu-de/1/state").header("Authorization", credentials)
                .method(method, HttpRequest.BodyPublishers.noBody()).build();
        HttpResponse<String> response = java.net.http.HttpClient.newHttpClient().send(request,
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JsonMapper.shared().readTree(response.body()).path("detail").asString()).startsWith(detail);
    }

    private static JsonNode get(String path, int status) throws Exception {
        HttpRequest request = proxy.request(path).header("Authorization", AdminProxy.VIEWER).build();
        HttpResponse<String> response = AdminProxy.HTTP.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return JsonMapper.shared().readTree(response.body());
    }
}
