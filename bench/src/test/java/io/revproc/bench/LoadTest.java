package io.revproc.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.wire.PayloadDigest;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** The load generator in C, before servers of this test that do right or wrong. Needs gcc. */
class LoadTest {
    private static final Pattern PUBLISHED = Pattern.compile("PUB (\\S+) (\\S+) (\\d+)\r\n([a-z]+)\r\n");
    /** MQTT: the token and the payload stand side by side. */
    private static final Pattern PACKET = Pattern.compile("(_INBOX[.\\d]+)([a-z]{32})");
    private static final Pattern MESSAGE = Pattern.compile("\"payload\":\"([a-z]+)\"}");

    @TempDir
    static Path folder;

    private static Path load = Path.of("");

    /** What the server does with its third message. */
    enum Fault {
        NONE, WRONG, LOST, REFUSED
    }

    @BeforeAll
    static void compile() throws InterruptedException {
        load = folder.resolve("load");
        try {
            Process gcc = new ProcessBuilder("gcc", "-Wall", "-Wextra", "-Werror", "-o", load.toString(),
                    "src/main/c/load.c").inheritIO().start();
            assertThat(gcc.waitFor()).isZero();
        } catch (IOException e) {
            Assumptions.abort("gcc is not installed");
        }
    }

    @ParameterizedTest
    @CsvSource({"json, NONE", "json, WRONG", "json, REFUSED", "nats, NONE", "nats, WRONG", "nats, LOST", "mqtt, NONE",
            "mqtt, WRONG",
            "mqtt, LOST"})
    void countsWhatIsNotTheRightAnswer(String protocol, Fault fault) throws IOException, InterruptedException {
        JsonNode result = run(protocol, fault);

        assertThat(result.path("messages").asLong()).isPositive();
        for (Fault kind : List.of(Fault.WRONG, Fault.LOST, Fault.REFUSED)) {
            assertThat(result.path("errors").path(kind.name()).asLong()).as("%s", kind)
                    .isEqualTo(kind == fault ? 1 : 0);
        }
    }

    /** Answers come in order, so without one of them all others would seem wrong; what is lost is lost with its connection. */
    @Test
    void countsWhatWasInFlightOnAConnectionThatEnds() throws IOException, InterruptedException {
        // the connection's end is the run's
        JsonNode result = run("json", Fault.LOST, "seconds=30");

        assertThat(result.path("messages").asLong()).isEqualTo(2);
        assertThat(result.path("errors").path("LOST").asLong()).isEqualTo(3);
        assertThat(result.path("errors").path("WRONG").asLong()).isZero();
    }

    @Test
    void messagesByTheClockAreAllSent() throws IOException, InterruptedException {
        JsonNode result = run("json", Fault.NONE, "rate=200");

        assertThat(result.path("messages").asLong()).isEqualTo(40);
        assertThat(result.path("errors").path("UNSENT").asLong()).isZero();
        assertThat(result.path("p50Us").asDouble()).isLessThanOrEqualTo(result.path("maxUs").asDouble());
    }

    private static JsonNode run(String protocol, Fault fault, String... more) throws IOException, InterruptedException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = Thread.ofVirtual().start(() -> serve(listener, protocol, fault));
            ProcessBuilder command = new ProcessBuilder(load.toString(), "client", "protocol=" + protocol,
                    "ports=" + listener.getLocalPort(), "connections=1", "depth=3", "per=message", "seconds=0.2",
                    "grace=" + (fault == Fault.LOST ? 200 : 10_000));
            command.command().addAll(List.of(more));
            Process client = command.start();
            List<String> lines = client.inputReader().readAllLines();
            assertThat(client.waitFor()).isZero();
            server.interrupt();
            return JsonMapper.shared().readTree(lines.getLast());
        }
    }

    private static void serve(ServerSocket listener, String protocol, Fault fault) {
        try (Socket socket = listener.accept(); InputStream in = socket.getInputStream()) {
            OutputStream out = socket.getOutputStream();
            StringBuilder text = new StringBuilder();
            byte[] bytes = new byte[4096];
            if (protocol.equals("nats")) {
                out.write("INFO {\"max_payload\":1048576}\r\nPING\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
            int count = 0;
            for (int n = in.read(bytes); n > 0; n = in.read(bytes)) {
                text.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
                Matcher next = switch (protocol) {
                    case "nats" -> PUBLISHED.matcher(text);
                    case "mqtt" -> PACKET.matcher(text);
                    default -> MESSAGE.matcher(text);
                };
                int handled = 0;
                while (next.find()) {
                    String payload = next.group(next.groupCount());
                    if (++count >= 3 && fault == Fault.LOST && protocol.equals("json")) {
                        if (count == 5) {
                            // for each of the two answers that it has read the client has sent one more
                            return;
                        }
                        handled = next.end();
                        continue;
                    }
                    String token = switch (protocol) {
                        case "nats" -> next.group(2);
                        case "mqtt" -> next.group(1);
                        default -> "";
                    };
                    String reply = reply(protocol, token, payload, count == 3 ? fault : Fault.NONE);
                    // In two pieces, each of them an own read, most times.
                    int half = reply.length() / 2;
                    out.write(reply.substring(0, half).getBytes(StandardCharsets.ISO_8859_1));
                    out.write(reply.substring(half).getBytes(StandardCharsets.ISO_8859_1));
                    handled = next.end();
                }
                text.delete(0, handled);
            }
        } catch (IOException e) {
            // the client has gone
        }
    }

    private static String reply(String protocol, String token, String payload, Fault fault) {
        if (fault == Fault.LOST) {
            return "";
        }
        if (fault == Fault.REFUSED) {
            return "{\"Error\":\"no\"}";
        }
        String digest = PayloadDigest.of(fault == Fault.WRONG ? "x" + payload : payload);
        return switch (protocol) {
            case "nats" -> "MSG " + token + " 1 40\r\n" + digest + "\r\n";
            case "mqtt" -> packet("\0\7inbox/0" + (char) (3 + token.length()) + "\t\0" + (char) token.length() + token
                    + digest);
            default ->
                "{\"type\":2,\"srcid\":1,\"destid\":1327,\"payloadsize\":40,\"payload\":\"" + digest + "\"}";
        };
    }

    private static String packet(String content) {
        return "0" + (char) content.length() + content;
    }
}
