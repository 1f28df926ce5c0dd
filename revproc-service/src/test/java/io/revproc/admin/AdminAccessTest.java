package io.revproc.admin;

import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.handler.AbstractHandlerMethodMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Who is let in where: every route that there is, asked by everybody, on a proxy bound to loopback and on one bound elsewhere. */
@ExtendWith(OutputCaptureExtension.class)
class AdminAccessTest {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String ELSEWHERE = "0.0.0.0";
    private static AdminProxy loopback;
    private static AdminProxy elsewhere;

    private record Route(String method, String path) {
        boolean reads() {
            return method.equals("GET");
        }

        boolean open() {
            return reads() && (path.startsWith("/actuator/health") || path.equals("/actuator/info"));
        }
    }

    @BeforeAll
    static void start() {
        loopback = AdminProxy.withAccounts(LOOPBACK);
        elsewhere = AdminProxy.withAccounts(ELSEWHERE);
    }

    @AfterAll
    static void stop() {
        loopback.close();
        elsewhere.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"127.0.0.1|", "127.0.0.1|" + AdminProxy.VIEWER,
            "127.0.0.1|" + AdminProxy.OPERATOR, "127.0.0.1|Bearer wrong", "0.0.0.0|", "0.0.0.0|" + AdminProxy.VIEWER,
            "0.0.0.0|" + AdminProxy.OPERATOR, "0.0.0.0|Bearer wrong"})
    void everyRouteLetsInWhomItShould(String bound, @Nullable String credentials) throws Exception {
        List<String> wrong = new ArrayList<>();
        List<Route> routes = routes();
        for (Route route : routes) {
            int status = status(proxy(bound), route, credentials);
            int expected = refusal(bound, route, credentials);
            if (expected == 0 ? status == 401 || status == 403 : status != expected) {
                wrong.add(route + " answered " + status + " instead of " + expected);
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** 401, 403, or 0: the request gets through to what handles it. */
    private static int refusal(String bound, Route route, @Nullable String credentials) {
        if (credentials == null) {
            return route.open() || route.reads() && bound.equals(LOOPBACK) ? 0 : 401;
        }
        return switch (credentials) {
            case AdminProxy.OPERATOR -> 0;
            case AdminProxy.VIEWER -> route.reads() ? 0 : 403;
            default -> 401;
        };
    }

    /** What Spring's own tables of routes say, so that a new route is tried as well, and what is no controller. */
    private static List<Route> routes() {
        Set<String> found = new TreeSet<>();
        for (RequestMappingInfoHandlerMapping mapping : loopback.beans(RequestMappingInfoHandlerMapping.class)) {
            for (RequestMappingInfo info : ((AbstractHandlerMethodMapping<RequestMappingInfo>) mapping)
                    .getHandlerMethods().keySet()) {
                Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
                for (String path : info.getPatternValues()) {
                    for (RequestMethod method : methods.isEmpty() ? Set.of(RequestMethod.values()) : methods) {
                        found.add(method + " " + path.replaceAll("\\{[^}]*}|\\*\\*", "x"));
                    }
                }
            }
        }
        assertThat(found).contains("GET /admin/routes", "PUT /admin/routes/x/x/state", "DELETE /admin/routes/x/x",
                "GET /actuator/prometheus", "GET /actuator/health");
        found.addAll(List.of("GET /", "GET /index.html", "GET /nothing", "POST /admin/routes", "PATCH /nothing",
                "PUT /", "DELETE /actuator/health"));
        return found.stream().map(route -> new Route(route.split(" ")[0], route.split(" ")[1]))
                .filter(route -> !Set.of("HEAD", "OPTIONS", "TRACE").contains(route.method()))
                .toList();
    }

    @Test
    void optionsNameTheMethodsThatThereAreAndNoOthers() throws Exception {
        Set<String> paths = new TreeSet<>(List.of("/", "/index.html", "/dashboard/main.js", "/swagger-ui.html",
                "/v3/api-docs", "/nothing", "/admin", "/admin/nothing", "/actuator", "/actuator/nothing"));
        routes().forEach(route -> paths.add(route.path()));
        List<String> wrong = new ArrayList<>();
        for (String path : paths) {
            HttpResponse<String> options = send(loopback.request(path).method("OPTIONS", BodyPublishers.noBody())
                    .header("Authorization", AdminProxy.OPERATOR));
            List<String> said = List.of(options.headers().firstValue("Allow").orElse("").split(",\\s*"));
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")) {
                int status = status(loopback, new Route(method, path), AdminProxy.OPERATOR);
                boolean there = status != 405 && !(status == 404 && options.statusCode() == 404);
                if (there != said.contains(method)) {
                    wrong.add(method + " " + path + " answers " + status + "; OPTIONS " + options.statusCode() + " "
                            + said);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static int status(AdminProxy proxy, Route route, @Nullable String credentials) throws Exception {
        HttpRequest.Builder request = proxy.request(route.path()).header("Content-Type", "application/json")
                .method(route.method(), BodyPublishers.ofString(route.reads() ? "" : "{\"state\":\"ACTIVE\"}"));
        if (credentials != null) {
            request.header("Authorization", credentials);
        }
        HttpResponse<InputStream> answer = AdminProxy.HTTP.send(request.build(), BodyHandlers.ofInputStream());
        answer.body().close();
        if (answer.statusCode() == 401) {
            assertThat(answer.headers().allValues("WWW-Authenticate")).contains("Bearer realm=\"revproc\"");
        }
        return answer.statusCode();
    }

    @Test
    void nobodyIsSignedInByTheNextRequest() throws Exception {
        HttpResponse<String> answer = send(elsewhere.request("/admin/routes").header("Authorization",
                AdminProxy.OPERATOR));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
        assertThat(send(elsewhere.request("/admin/routes")).statusCode()).isEqualTo(401);
    }

    @Test
    void nameAndPasswordAreTakenAndSoIsATokenAsThePassword() throws Exception {
        assertThat(change(loopback, AdminProxy.basic("grace", "correct horse")).statusCode()).isEqualTo(404);
        assertThat(change(loopback, AdminProxy.basic("grace", "correct horse")).statusCode()).isEqualTo(404);
        assertThat(change(loopback, AdminProxy.basic("grace", "Correct horse")).statusCode()).isEqualTo(401);
        assertThat(change(loopback, AdminProxy.basic("nobody", "correct horse")).statusCode()).isEqualTo(401);
        assertThat(change(loopback, AdminProxy.basic("olga", "operators-token")).statusCode()).isEqualTo(404);
        assertThat(change(loopback, AdminProxy.basic("grace", "operators-token")).statusCode()).isEqualTo(401);
        assertThat(change(loopback, AdminProxy.basic("victor", "viewers-token")).statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic", "Basic !!!", "Basic OnB3", "Bearer", "Digest x", "Bearer  ", ""})
    void brokenCredentialsAreRefusedWithAProblem(String header) throws Exception {
        HttpResponse<String> answer = change(loopback, header);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).doesNotContain("Exception");
    }

    @Test
    void endlessCredentialsAreRefused() throws Exception {
        assertThat(change(loopback, "Bearer " + "x".repeat(5_000)).body()).contains("longer than 1024 characters");
    }

    @Test
    void withoutAccountsNothingCanBeChangedAndTheAnswerSaysHow() throws Exception {
        try (AdminProxy proxy = AdminProxy.withoutAccounts(LOOPBACK)) {
            HttpResponse<String> answer = change(proxy, null);
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(answer.body()).contains("bin/revproc admin new", "revproc.admin.tokens");
            assertThat(change(proxy, AdminProxy.basic("user", "password")).statusCode()).isEqualTo(403);
            assertThat(send(proxy.request("/admin/routes")).statusCode()).isEqualTo(200);
            HttpResponse<String> stale = send(
                    proxy.request("/admin/routes").header("Authorization", AdminProxy.VIEWER));
            assertThat(stale.statusCode()).isEqualTo(403);
            assertThat(stale.body()).contains("no accounts", "unset REVPROC_TOKEN", "bin/revproc admin new");
            assertThat(send(proxy.request("/actuator/health")).body()).contains("switchTable");
        }
    }

    @Test
    void boundElsewhereWithoutAccountsOnlyHealthIsTold() throws Exception {
        try (AdminProxy proxy = AdminProxy.withoutAccounts(ELSEWHERE)) {
            HttpResponse<String> answer = send(proxy.request("/admin/routes"));
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("--role viewer", "revproc.admin.tokens");
            HttpResponse<String> health = send(proxy.request("/actuator/health"));
            assertThat(health.body()).contains("UP").doesNotContain("switchTable");
            assertThat(send(proxy.request("/actuator/health/readiness")).statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"Host, attacker.example", "X-Forwarded-For, 10.1.2.3", "Forwarded, for=10.1.2.3", "Via, 1.1 proxy",
            "X-Real-IP, 10.1.2.3", "X-Forwarded-Proto, https", "x-forwarded-host, admin.example",
            "X-Forwarded-For, 127.0.0.1"})
    void whatComesOverAnotherNameOrAnotherProxyIsNoLocalReader(String header, String value) throws Exception {
        assertThat(raw(loopback, "GET /admin/routes HTTP/1.1\r\n"
                + (header.equals("Host") ? "" : "Host: localhost\r\n") + header + ": " + value + "\r\n"))
                .startsWith("HTTP/1.1 401");
        assertThat(raw(loopback, "GET /admin/routes HTTP/1.1\r\nHost: localhost:" + loopback.port() + "\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    /** What nginx sends with nothing but proxy_pass: no header of its own, HTTP/1.0, and the address it was given as Host. */
    @Test
    void outsiderBehindNginxWithoutSettingsIsNoLocalReader() throws Exception {
        assertThat(raw(loopback, "GET /admin/routes HTTP/1.0\r\nHost: 127.0.0.1:" + loopback.port() + "\r\n"))
                .startsWith("HTTP/1.1 401");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--revproc.admin.local-reading=false", "--server.forward-headers-strategy=native",
            "--server.forward-headers-strategy=framework"})
    void whereAProxyIsSaidToBeBeforeItThereAreNoLocalReaders(String setting) throws Exception {
        try (AdminProxy proxy = AdminProxy.withAccounts(LOOPBACK, setting)) {
            for (String header : List.of("", "X-Forwarded-For: 127.0.0.1\r\n", "Forwarded: for=127.0.0.1\r\n")) {
                assertThat(raw(proxy, "GET /admin/routes HTTP/1.1\r\nHost: localhost\r\n" + header)).as(header)
                        .startsWith("HTTP/1.1 401");
            }
            assertThat(send(proxy.request("/admin/routes").header("Authorization", AdminProxy.VIEWER)).statusCode())
                    .isEqualTo(200);
        }
    }

    /** What Tomcat refuses before anybody of ours sees it. */
    @Test
    void requestsThatAreNoneAreRefusedWithAProblem() throws Exception {
        for (String head : List.of("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "x".repeat(20_000) + "\r\n",
                "GET /admin/routes\\x HTTP/1.1\r\nHost: localhost\r\n",
                "GET /admin/%zz HTTP/1.1\r\nHost: localhost\r\n",
                "GET /admin/%ff HTTP/1.1\r\nHost: localhost\r\n", "GET /admin/../x HTTP/1.1\r\nHost: localhost\r\n",
                "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n", "GET / HTTP/3.9\r\nHost: localhost\r\n",
                "BREW / HTTP/1.1\r\nHost: localhost\r\n", "TRACE / HTTP/1.1\r\nHost: localhost\r\n",
                "PUT /admin/routes/PP_1/1/state HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n",
                "PUT /admin/routes/PP_1/1/state HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: nonsense\r\n",
                "GET /admin/routes HTTP/1.1\r\nHost: localhost\r\nAccept: text/xml\r\n",
                "GET /admin/routes HTTP/1.1\r\nHost: localhost\r\nAccept: nonsense\r\n", "\u0001\r\n")) {
            String answer = raw(loopback, head);
            assertThat(answer).as(head).matches("(?s)HTTP/1.1 [45]\\d\\d .*");
            assertThat(answer).as(head).contains("Content-Type: application/problem+json");
            String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
            JsonNode problem = JsonMapper.shared()
                    .readTree(body.substring(body.indexOf('{'), body.lastIndexOf('}') + 1));
            assertThat(problem.path("status").asString()).as(head).isEqualTo(answer.substring(9, 12));
            assertThat(problem.path("title").asString()).as(head).isNotBlank();
            assertThat(problem.path("detail").asString()).as(head).hasSizeGreaterThan(20);
            assertThat(problem.path("instance").asString("")).as(head).isNotEqualTo("/error");
        }
    }

    @ParameterizedTest
    @CsvSource({"Origin, https://attacker.example", "Origin, null", "Sec-Fetch-Site, cross-site",
            "Sec-Fetch-Site, same-site", "Origin, http://127.0.0.1:1"})
    void pageOfAnotherSiteChangesNothing(String header, String value) throws Exception {
        HttpResponse<String> answer = send(remove(elsewhere).header("Authorization", AdminProxy.OPERATOR)
                .header(header, value));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("page of another site");
        assertThat(send(remove(elsewhere).header("Authorization", AdminProxy.OPERATOR)
                .header("Origin", "http://127.0.0.1:" + elsewhere.port()).header("Sec-Fetch-Site", "same-origin"))
                .statusCode()).isEqualTo(404);
    }

    @Test
    void browserIsToldToBeStrict() throws Exception {
        HttpResponse<String> answer = send(loopback.request("/admin/routes"));
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse("")).contains("default-src 'none'",
                "script-src 'self'", "frame-ancestors 'none'").doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
        assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy")).contains("same-origin");
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(send(loopback.request("/nothing")).headers().firstValue("Content-Security-Policy")).isPresent();
    }

    /** The first event is written by another thread than the one that takes the request back through the filters. */
    @Test
    void headersAreSetBeforeAnybodyWritesAStream() throws Exception {
        assertThat(loopback.bean(FilterChainProxy.class).getFilters("/admin/events"))
                .filteredOn(HeaderWriterFilter.class::isInstance).singleElement()
                .extracting("shouldWriteHeadersEagerly").isEqualTo(true);
        try (InputStream stream = AdminProxy.HTTP.send(
                loopback.request("/admin/events").header("Accept", "text/event-stream").build(),
                BodyHandlers.ofInputStream()).body()) {
            assertThat(stream.read()).isEqualTo(':');
        }
    }

    @Test
    void whoIsNotLetInIsLogged(CapturedOutput output) throws Exception {
        change(loopback, AdminProxy.VIEWER);
        org.awaitility.Awaitility.await().until(() -> {
            change(loopback, AdminProxy.VIEWER);
            return output.getOut().contains(
                    "event=admin_refused who=victor client=127.0.0.1 method=DELETE path=/admin/routes/PP_9/1 status=403");
        });
        assertThat(output.getOut()).doesNotContain("viewers-token");
    }

    private static AdminProxy proxy(String bound) {
        return bound.equals(LOOPBACK) ? loopback : elsewhere;
    }

    private static HttpRequest.Builder remove(AdminProxy proxy) {
        return proxy.request("/admin/routes/PP_9/1").DELETE();
    }

    private static HttpResponse<String> change(AdminProxy proxy, @Nullable String credentials) throws Exception {
        HttpRequest.Builder request = remove(proxy);
        return send(credentials == null ? request : request.header("Authorization", credentials));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return AdminProxy.HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** What the client of the JDK does not let one write. */
    private static String raw(AdminProxy proxy, String head) throws Exception {
        try (java.net.Socket socket = new java.net.Socket(LOOPBACK, proxy.port())) {
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
