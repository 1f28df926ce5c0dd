package io.revproc.cli.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.revproc.wire.Ident;
import io.revproc.wire.PayloadDigest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class QuickServerTest {
    private final List<String> failures = new CopyOnWriteArrayList<>();

    @Test
    void messagesGluedTogetherAreEachAnsweredWithTheirHash() throws IOException {
        try (QuickServer server = server(Answerer.SHA_1); Socket client = connect(server)) {
            send(client, message("one", "") + message("two", ""));
            String answers = read(client, 2);

            assertThat(answers).contains(PayloadDigest.of("one"), PayloadDigest.of("two"), "\"srcid\": 7",
                    "\"destid\": 1327");
            assertThat(answers.indexOf(PayloadDigest.of("one"))).isLessThan(answers.indexOf(PayloadDigest.of("two")));
        }
    }

    @Test
    void aNamedMessageIsAnsweredUnderItsName() throws IOException {
        try (QuickServer server = server(Answerer.SHA_1); Socket client = connect(server)) {
            send(client, "{\"type\": 7, \"lease\": \"L\"}" + message("one", ", \"msgId\": 42"));

            assertThat(read(client, 1)).startsWith("{\"msgId\": 42").contains(PayloadDigest.of("one"));
        }
    }

    @Test
    void aSlowCommandHoldsUpNoOtherNamedMessage() throws IOException {
        CommandAnswerer slowOnA = new CommandAnswerer("read x; [ \"$x\" = a ] && read y </dev/zero; echo \"$x\"",
                Duration.ofMillis(500));
        try (QuickServer server = server(slowOnA); Socket client = connect(server)) {
            send(client, message("b\\n", ", \"msgId\": 1") + message("c\\n", ", \"msgId\": 2"));

            assertThat(read(client, 2)).contains("\"payload\": \"b\"", "\"payload\": \"c\"");
        }
    }

    @Test
    void theOutputOfTheCommandIsTheAnswerAndThePayloadItsInput() throws IOException {
        try (QuickServer server = server(
                new CommandAnswerer("tr a-z A-Z; echo $REVPROC_POLICY", Duration.ofSeconds(10)));
                Socket client = connect(server)) {
            send(client, message("$(rm -rf); `x`", ""));

            assertThat(read(client, 1)).contains("\"payload\": \"$(RM -RF); `X`PP_1\"");
        }
    }

    @Test
    void aFailingCommandEndsTheConnectionAndIsSaid() throws IOException {
        try (QuickServer server = server(new CommandAnswerer("exit 3", Duration.ofSeconds(10)));
                Socket client = connect(server)) {
            send(client, message("x", ""));

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(failures).containsExactly("the command ended with exit code 3");
        }
    }

    @Test
    void aCommandThatDoesNotEndIsEnded() throws IOException {
        try (QuickServer server = server(new CommandAnswerer("exec tail -f /dev/null", Duration.ofMillis(100)));
                Socket client = connect(server)) {
            send(client, message("x", ""));

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(failures).singleElement().asString().startsWith("the command ended with exit code ");
        }
    }

    @Test
    void whatIsNoMessageEndsTheConnectionButNotTheServer() throws IOException {
        try (QuickServer server = server(Answerer.SHA_1)) {
            try (Socket client = connect(server)) {
                send(client, "GET / HTTP/1.1\r\n\r\n");
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            try (Socket client = connect(server)) {
                send(client, message("x", ""));
                assertThat(read(client, 1)).contains(PayloadDigest.of("x"));
            }
        }
    }

    private QuickServer server(Answerer answerer) throws IOException {
        return new QuickServer(InetAddress.getLoopbackAddress(), 0, Ident.of(7), answerer, null,
                (message, nanos, failure) -> {
                    if (!failure.isEmpty()) {
                        failures.add(failure);
                    }
                });
    }

    private static Socket connect(QuickServer server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String message(String payload, String more) {
        return "{\"type\": 0, \"srcid\": 1327, \"privPoliId\": \"PP_1\", \"payload\": \"" + payload + "\"" + more + "}";
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(Socket client, int answers) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.chars().filter(c -> c == '}').count() < answers) {
            int c = client.getInputStream().read();
            if (c < 0) {
                break;
            }
            text.append((char) c);
        }
        return text.toString();
    }
}
