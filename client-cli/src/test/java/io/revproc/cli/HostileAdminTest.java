package io.revproc.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/** Whatever answers in the admin API's place, a command ends with an exit code and a sentence, and shows nothing that steers a terminal. */
class HostileAdminTest {
    /** What all commands read, under the names that they look for. */
    private static final String HONEST = """
            {"policies": {"P": [{"id": 1, "host": "::1", "port": 9001, "alive": true, "state": "ACTIVE", "liveness": "LIVE", "proto": 2,
              "mux": true, "weight": 1, "zone": "z", "inFlight": 0, "forwarded": 12, "failed": 0, "pending": true,
              "registeredAt": "2026-11-24T12:00:00.5Z", "leaseExpiresAt": "2026-11-24T12:00:00Z"}], "Q": [], "R": []}, "version": 3,
             "noServerSince": {"Q": "2026-11-24T12:00:00Z"}, "servedBy": {"R": ["x"]}, "awaited": ["eu"],
             "proxies": [{"name": "a", "self": true, "state": "UP", "startedAt": "2026-11-24T12:00:00Z", "goneSince": "2026-11-24T12:00:00Z",
               "lastSeen": "2026-11-24T12:00:00Z", "version": "1", "servers": 1, "inRotation": 1, "policiesWithoutServer": 0,
               "messagesPerSecond": 1.5, "refusalsPerSecond": 0, "record": "KEPT", "admin": "http://a/"}], "shared": true, "store": "etcd lost",
             "events": [{"id": "1-1", "at": "2026-11-24T12:00:00Z", "level": "WARN", "event": "ejected", "policy": "P", "server": "P/1",
               "count": 3, "first": "2026-11-24T12:00:00Z", "fields": {"why": "slow"}}], "lastId": "1-1", "more": true,
             "servers": [{"policy": "P", "id": 1, "host": "::1", "port": 1, "takes": true, "reasons": ["r"], "loses": true, "leased": true,
               "reason": "r", "inFlight": 1, "recent": 2, "grant": "g"}],
             "messages": [{"policy": "P", "recent": 2, "refused": true, "effect": "e"}], "applied": true, "grants": 1, "valid": true,
             "problem": "p", "allowed": false, "reason": "r", "note": "n", "refusal": "NO_SERVER", "next": "it waits", "policy": "P",
             "inRotation": 1, "waiting": 1, "answered": 2, "refused": {"OVERLOADED": 1}, "servedByInRotation": 1, "declared": true,
             "purpose": "care", "regions": ["DE"], "owner": "o", "inFlight": 1, "state": "ACTIVE", "pending": true, "status": "UP",
             "components": {"disk": {"status": "DOWN", "details": {"error": "full"}, "components": {"one": {"status": "DOWN"}}}},
             "detail": "A sentence", "title": "t"}""";

    private static final List<String> COMMANDS = List.of("routes", "policies", "policies check f", "policies apply f",
            "proxies", "describe P", "describe P/1", "explain P", "can-register --policy P", "health", "events",
            "wait --policy P --timeout 1us", "wait --timeout 1us", "top -n 1", "drain P/1 --wait --timeout 1us",
            "remove P/1", "dismiss P");

    /** Of these bodies also what a refusal makes of them. */
    private static final Set<String> AS_PROBLEM = Set.of("steers", "long", "object");

    static Stream<Arguments> answers() {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("honest", HONEST);
        leaves("steers", "\"\\u001b[2J\\r\\n\\u009b31m\\u202eX\"", bodies);
        leaves("huge integer", "9".repeat(400), bodies);
        leaves("beyond a double", "1e400", bodies);
        leaves("null", "null", bodies);
        leaves("list", "[[\"\\u001b\"]]", bodies);
        leaves("object", "{\"\\u001b\": {\"\\u009b\": 1}}", bodies);
        leaves("long", "\"" + "x".repeat(3_000) + "\"", bodies);
        leaves("deep", "[".repeat(490) + "]".repeat(490), bodies);
        bodies.put("keys that steer", HONEST.replaceAll("\"(P|Q|R|disk|OVERLOADED|why)\":", "\"\\\\u001b[2J$1\":"));
        for (String other : List.of("", "[]", "\"UP\"", "{}", "<html>", "{\"policies\": {", "{} {}",
                "[".repeat(100_000),
                "{\"policy\": \"P\", \"status\": 7}")) {
            bodies.put("something else: " + other.substring(0, Math.min(20, other.length())), other);
        }
        return bodies.entrySet().stream().map(body -> Arguments.of(body.getKey(), body.getValue(),
                body.getValue().contains("\"lastId\"")));
    }

    /** The honest answer with each of its values replaced; lists of objects and objects stay. */
    private static void leaves(String name, String value, Map<String, String> bodies) {
        byte[] bytes = HONEST.getBytes(UTF_8);
        bodies.put(name, write(Json.read(bytes, 0, bytes.length), leaf -> value));
    }

    private static String write(@Nullable Object value, UnaryOperator<String> leaf) {
        if (value instanceof Map<?, ?> map) {
            List<String> fields = new ArrayList<>();
            map.forEach((key, each) -> fields.add(Json.write(key) + ":" + write(each, leaf)));
            return "{" + String.join(",", fields) + "}";
        }
        return value instanceof List<?> list
                ? "[" + String.join(",", list.stream().map(each -> write(each, leaf)).toList()) + "]"
                : leaf.apply(Json.write(value));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void everyCommandEndsInOrder(String name, String body, boolean ofTheProxy, @TempDir Path directory)
            throws IOException {
        Files.writeString(directory.resolve("f"), "policies: {}");
        String event = body.replaceAll("\\s", " ");
        List<String> faults = new ArrayList<>();
        for (int status : AS_PROBLEM.contains(name) ? new int[]{200, 404, 500} : new int[]{200}) {
            try (FakeAdmin admin = new FakeAdmin().answersByType("/", status, body,
                    !ofTheProxy
                            ? body
                            : "event: table\ndata: " + event
                                    + "\n\nevent: figures\ndata: " + event + "\n\nevent: figures\ndata: {}\n\n")) {
                for (String line : COMMANDS) {
                    for (String json : ofTheProxy && status == 200 ? new String[]{"", " --json"} : new String[]{""}) {
                        Run run = new Run.Setup().in(directory)
                                .run((line + json + " --admin " + admin.url()).split(" "));
                        String fault = fault(run, !json.isEmpty(), status == 200, ofTheProxy);
                        if (!fault.isEmpty()) {
                            faults.add(status + " " + line + json + ": " + fault);
                        }
                    }
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    /** Only what removes is answered with nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"drain P/1", "maintenance P/1", "resume P/1"})
    void anEmptySuccessIsNoChangeOfTheProxy(String line) {
        try (FakeAdmin admin = new FakeAdmin().answersByType("/", 204, "", "")) {
            Run run = Run.of((line + " --admin " + admin.url()).split(" "));

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).contains("is not the proxy's admin API").hasLineCount(1);
        }
    }

    /** An event that has no end is not gathered. */
    @Test
    void anEventHasABound() throws IOException {
        String events = "data: 1\n\ndata: 2\r\n\r\n: still there\n\n";
        assertThat(new EventLimit(in(events), 14).readAllBytes()).asString().isEqualTo(events);
        assertThatIOException().isThrownBy(() -> new EventLimit(in("data: 1\ndata: 2\n\n"), 14).readAllBytes());
        assertThatIOException().isThrownBy(() -> {
            try (EventLimit one = new EventLimit(in("data: 1234567890"), 14)) {
                while (one.read() >= 0) {
                    // until it ends
                }
            }
        });
    }

    /** The port of messages is near, and does not speak HTTP. */
    @Test
    void thePortForMessagesIsNotTheAdminApi() throws IOException {
        try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket one = proxy.accept()) {
                    assertThat(one.getInputStream().read(new byte[4096])).isPositive();
                    one.getOutputStream().write(FakeProxy.refusal("BAD_MESSAGE", "Not JSON").getBytes(UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Run run = Run.of("routes", "--admin", "http://127.0.0.1:" + proxy.getLocalPort());

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).contains("is not the proxy's admin API").hasLineCount(1);
        }
    }

    private static InputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    /** Returns what is wrong with a run; empty if nothing is. */
    private static String fault(Run run, boolean json, boolean ok, boolean ofTheProxy) {
        if (run.exitCode() < 0 || run.exitCode() > 4 || !ofTheProxy && run.exitCode() == 0) {
            return "exit code " + run.exitCode();
        }
        if (run.err().contains("unexpectedly") || run.err().contains("Exception")
                || !run.err().lines().allMatch(line -> line.startsWith("revproc: ") && line.length() < 2_100)) {
            return run.err().substring(0, Math.min(150, run.err().length()));
        }
        if (!ok && run.err().isEmpty() && run.out().isEmpty()) {
            return "it does not say why it failed";
        }
        if ((run.out() + run.err()).codePoints().anyMatch(c -> c != '\n' && Style.deceives(c))) {
            return "it steers the terminal: " + run.out().substring(0, Math.min(300, run.out().length()));
        }
        return json ? run.lines().stream().map(HostileAdminTest::invalid).collect(Collectors.joining()) : "";
    }

    private static String invalid(String line) {
        try {
            byte[] bytes = line.getBytes(UTF_8);
            Json.read(bytes, 0, bytes.length);
            return "";
        } catch (JacksonException e) {
            return "it is no JSON: " + e.getOriginalMessage();
        }
    }
}
