package io.revproc.admin;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Objects;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.revproc.proxy.listener.TcpListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** What happened, as somebody sees it over HTTP who comes afterwards or follows it. */
class EventsApiTest {
    private static AdminProxy proxy;

    @BeforeAll
    static void start() {
        proxy = AdminProxy.withAccounts("127.0.0.1");
    }

    @AfterAll
    static void stop() {
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.netty.channel", "io.netty.channel.uring.SubmissionQueue"})
    void nettyLogsAtTheLevelThatIsSet(String name) {
        InternalLogger netty = InternalLoggerFactory.getInstance(name);
        Logger log = (Logger) LoggerFactory.getLogger(name);
        assertThat(netty.isTraceEnabled()).isFalse();
        log.setLevel(Level.TRACE);
        assertThat(netty.isTraceEnabled()).isTrue();
        log.setLevel(null);
        assertThat(netty.isTraceEnabled()).isFalse();
    }

    @Test
    void whatHappenedIsToldAfterwards() throws Exception {
        register("EV_1", 1);
        AdminProxy.HTTP.send(proxy.request("/admin/routes/EV_1/1/state").header("Authorization", AdminProxy.OPERATOR)
                .header("Content-Type", "application/json")
                .PUT(java.net.http.HttpRequest.BodyPublishers.ofString("{\"state\": \"DRAINING\"}")).build(),
                BodyHandlers.discarding());
        JsonNode answer = get("/admin/events?policy=EV_1", 200);

        assertThat(answer.at("/events/0/event").asString()).isEqualTo("registered");
        assertThat(answer.at("/events/0/level").asString()).isEqualTo("INFO");
        assertThat(answer.at("/events/0/server").asString()).isEqualTo("EV_1/1");
        assertThat(answer.at("/events/0/policy").asString()).isEqualTo("EV_1");
        assertThat(answer.at("/events/0/fields/address").asString()).isEqualTo("127.0.0.1");
        assertThat(answer.at("/events/1/event").asString()).isEqualTo("admin_change");
        assertThat(answer.at("/events/1/fields/who").asString()).isEqualTo("olga");
        assertThat(answer.at("/events/1/fields/what").asString()).isEqualTo("drain");
        assertThat(answer.get("more").asBoolean()).isFalse();
        long first = answer.at("/events/0/id").asLong();
        assertThat(get("/admin/events?policy=EV_1&since=" + first, 200).get("events")).hasSize(1);
        assertThat(get("/admin/events?policy=EV_1&since=1h", 200).get("events")).hasSize(2);
        assertThat(get("/admin/events?server=EV_1/1&since=2026-01-01T00:00:00Z", 200).get("events")).hasSize(2);
        JsonNode newest = get("/admin/events?policy=EV_1&limit=1", 200);
        assertThat(newest.at("/events/0/event").asString()).isEqualTo("admin_change");
        assertThat(newest.get("more").asBoolean()).isTrue();
    }

    @Test
    void startIsTheFirstEvent() throws Exception {
        assertThat(get("/admin/events?limit=1000", 200).get("events").valueStream()
                .map(event -> event.get("event").asString()).toList()).contains("listening", "started");
    }

    @ParameterizedTest
    @ValueSource(strings = {"since=yesterday", "since=-5m", "since=2026-11-29T99:00:00Z", "since=99999999999999999999d",
            "limit=0", "limit=1001", "limit=x"})
    void whatIsNoQuestionIsAnsweredInOneSentence(String question) throws Exception {
        JsonNode problem = get("/admin/events?" + question, 400);

        assertThat(problem.get("detail").asString()).isNotBlank();
    }

    @Test
    void eventsAreFollowedAndWhatWasMissedComesFirst() throws Exception {
        register("EV_2", 1);
        long first = get("/admin/events?policy=EV_2", 200).at("/events/0/id").asLong();
        register("EV_2", 2);
        try (Stream<String> lines = AdminProxy.HTTP.send(proxy.request("/admin/events?policy=EV_2")
                .header("Accept", "text/event-stream").header("Last-Event-ID", Long.toString(first)).build(),
                BodyHandlers.ofLines()).body()) {
            Iterator<String> stream = lines.iterator();
            assertThat(next(stream).get("server").asString()).isEqualTo("EV_2/2");
            register("OTHER", 1);
            register("EV_2", 3);
            JsonNode followed = next(stream);
            assertThat(followed.get("server").asString()).isEqualTo("EV_2/3");
            assertThat(followed.get("id").asLong()).isGreaterThan(first);
        }
    }

    @Test
    void quietLogRemembersAllTheSame() throws Exception {
        Logger ours = (Logger) LoggerFactory.getLogger("io.revproc.proxy.registration");
        Level before = ours.getLevel();
        ours.setLevel(Level.OFF);
        try {
            register("EV_3", 1);
        } finally {
            ours.setLevel(before);
        }
        assertThat(get("/admin/events?policy=EV_3", 200).get("events")).hasSize(1);
    }

    @Test
    void figuresOfTheLastMinutesAreThere() throws Exception {
        register("EV_4", 1);
        JsonNode history = get("/admin/history?policies=true", 200);
        assertThat(history.get("step").asInt()).isEqualTo(1);
        assertThat(history.at("/figures/rate")).hasSize(300);
        assertThat(history.at("/figures/NO_SERVER")).hasSize(300);
        assertThat(history.get("policies").isObject()).isTrue();
        assertThat(get("/admin/history?span=24h&policy=EV_4&id=1", 200).at("/figures/p99")).hasSize(1440);
        assertThat(get("/admin/history?span=2h", 400).get("detail").asString()).contains("5m, 1h or 24h");
        assertThat(get("/admin/history?id=2", 400).get("detail").asString()).contains("policy");
    }

    @Test
    void levelOfOurLoggersIsChangedByAnOperatorAndThatIsAnEvent() throws Exception {
        String logger = "io.revproc.proxy.etcd";
        assertThat(setLevel(logger, AdminProxy.VIEWER)).isEqualTo(403);
        assertThat(setLevel("org.springframework.web", AdminProxy.OPERATOR)).isEqualTo(400);
        assertThat(setLevel("io.revprocess", AdminProxy.OPERATOR)).isEqualTo(400);
        assertThat(setLevel(logger, AdminProxy.OPERATOR)).isEqualTo(204);

        assertThat(LoggerFactory.getLogger(logger).isDebugEnabled()).isTrue();
        ((Logger) LoggerFactory.getLogger(logger)).setLevel(null);
        assertThat(get("/admin/events?since=1m&limit=1000", 200).get("events").valueStream()
                .filter(event -> event.get("event").asString().equals("log_level_changed")))
                .singleElement().satisfies(event -> {
                    assertThat(event.at("/fields/who").asString()).isEqualTo("olga");
                    assertThat(event.at("/fields/logger").asString()).isEqualTo(logger);
                });
        assertThat(get("/actuator/loggers/io.revproc", 200).get("effectiveLevel").asString()).isEqualTo("INFO");
    }

    private static int setLevel(String logger, String account) throws Exception {
        return AdminProxy.HTTP.send(proxy.request("/actuator/loggers/" + logger).header("Authorization", account)
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"configuredLevel\": \"DEBUG\"}")).build(),
                BodyHandlers.discarding()).statusCode();
    }

    private static JsonNode next(Iterator<String> stream) {
        while (true) {
            String line = stream.next();
            if (line.startsWith("data:")) {
                return JsonMapper.shared().readTree(line.substring(5));
            }
        }
    }

    private static JsonNode get(String path, int status) throws Exception {
        var answer = AdminProxy.HTTP.send(proxy.request(path).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JsonMapper.shared().readTree(answer.body());
    }

    private static void register(String policy, int id) throws IOException {
        InetSocketAddress listener = Objects.requireNonNull(proxy.bean(TcpListener.class).localAddress());
        try (Socket socket = new Socket(listener.getAddress(), listener.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("{\"type\": 1, \"id\": " + id + ", \"privPolyId\": \"" + policy
                    + "\", \"listenport\": " + (9100 + 10 * Math.floorMod(policy.hashCode(), 97) + id) + "}")
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(socket.getInputStream().read()).isEqualTo('{');
        }
    }
}
