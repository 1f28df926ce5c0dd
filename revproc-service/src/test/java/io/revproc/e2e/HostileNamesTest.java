package io.revproc.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Peers with names that would like to be lines of the log, orders to a terminal, or other names. */
@ExtendWith(OutputCaptureExtension.class)
class HostileNamesTest {
    /** As JSON spells them; what the protocol does not let in is refused, and that is logged as well. */
    private static final List<String> NAMES = List.of("a\\nevent=registered server=FORGED/1", "a\\r\\nevent=stopped",
            "\\u001b[31mred\\u001b[0m", "\\u202eevil\\u2066\\u200b", "\\u0085next\\u2028line",
            "q\\\" event=lost server=FORGED",
            "'; event=fell", "<script>alert(1)</script>", "\\u0000nul", "x".repeat(5_000), "{}{}%s${jndi:ldap://x}");
    private static final Pattern ODD = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\t]]");

    private static final String GRANTED = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";

    private final TestProxy open = TestProxy.with("revproc.registration.grace", "100ms", "revproc.forward.deadline",
            "2s");
    private final TestProxy guarded = TestProxy.with("revproc.registration.grants[0].name", "one",
            "revproc.registration.grants[0].token-sha256", GRANTED, "revproc.registration.grants[0].policies", "PP_1");

    @BeforeAll
    static void sayMore() {
        ((Logger) LoggerFactory.getLogger("io.revproc.proxy.registration")).setLevel(Level.DEBUG);
        ((Logger) LoggerFactory.getLogger("io.revproc.proxy.forward")).setLevel(Level.DEBUG);
    }

    @AfterAll
    static void sayLess() {
        ((Logger) LoggerFactory.getLogger("io.revproc.proxy.registration")).setLevel(Level.WARN);
        ((Logger) LoggerFactory.getLogger("io.revproc.proxy.forward")).setLevel(null);
    }

    @Test
    void noNameMakesALineOrAWordOfTheLog(CapturedOutput output) throws Exception {
        try (open; guarded) {
            for (String name : NAMES) {
                refusedSetup(guarded, name);
                part1(name);
                session(name);
            }
            await().untilAsserted(() -> assertThat(output.getOut()).contains("event=lost", "event=removed",
                    "event=registered", "event=registration_refused", "event=upstream_breach", "event=deregistered",
                    "event=fell", "event=replaced"));
        }
        assertThat(lines(output)).isNotEmpty().allSatisfy(line -> {
            assertThat(ODD.matcher(line).find()).as("control or invisible characters in: %s", line).isFalse();
            assertThat(line.split("event=", -1)).as(line).hasSize(2);
            assertThat(line).hasSizeLessThan(2_000).doesNotStartWith("event=");
        });
        assertThat(output.getOut()).doesNotContain("server=FORGED");
    }

    private static Stream<String> lines(CapturedOutput output) {
        return output.getOut().lines().filter(line -> !line.isBlank());
    }

    private static String setup(String name, String id, int port, String more) {
        return "{\"type\": 1, \"id\": \"" + id + "\", \"privPolyId\": \"" + name + "\", \"listenport\": " + port + more
                + "}";
    }

    private static void refusedSetup(TestProxy proxy, String name) throws IOException {
        try (Client stranger = proxy.connect()) {
            stranger.send(setup(name, name, 9001, ", \"proto\": 2, \"token\": \"" + name + "\"")).readOnce();
        }
    }

    /** Two servers that replace each other at an address, and answer what is no answer, then do not answer at all. */
    private void part1(String name) throws Exception {
        int port;
        try (Garbage server = new Garbage();
                Client registration = open.connect();
                Client client = open.connect()) {
            port = server.port();
            registration.send(setup(name, name, port, "")).readOnce();
            registration.send(setup(name, "other", port, "")).readOnce();
            client.send("{\"type\": 0, \"srcid\": \"" + name + "\", \"privPoliId\": \"" + name
                    + "\", \"payload\": \"x\"}").readOnce();
        } catch (java.net.SocketException closedByTheProxy) {
            return;
        }
        try (Client client = open.connect()) {
            client.send("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"" + name + "\", \"payload\": \"x\"}").readOnce();
        }
    }

    /** One that leaves with a word, and one that is lost. */
    private void session(String name) throws Exception {
        for (boolean polite : new boolean[]{true, false}) {
            try (Client server = open.connect()) {
                String answer = server.send(setup(name, name + polite, 9_002, ", \"proto\": 2")).readOnce();
                if (polite && answer.contains("lease")) {
                    String lease = Json.parse(answer).get("lease").asString();
                    server.send("{\"type\": 4, \"lease\": \"" + lease + "\"}").readOnce();
                    server.send("{\"type\": 5, \"lease\": \"" + lease + "\"}").readOnce();
                }
            }
        }
    }

    /** A server that answers every connection with what is no message. */
    private static final class Garbage implements AutoCloseable {
        private final java.net.ServerSocket listening = new java.net.ServerSocket(0, 50,
                java.net.InetAddress.getLoopbackAddress());

        Garbage() throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!listening.isClosed()) {
                    try (java.net.Socket socket = listening.accept()) {
                        socket.getInputStream().read(new byte[4_096]);
                        socket.getOutputStream()
                                .write("no \u001b[2J answer\nevent=registered server=FORGED/2 }"
                                        .getBytes(StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        // it is closed, or the proxy was quicker
                    }
                }
            });
        }

        int port() {
            return listening.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }
}
