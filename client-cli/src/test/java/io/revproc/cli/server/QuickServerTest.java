package io.revproc.cli.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.PayloadDigest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class QuickServerTest {
    private static final Ident PP_1 = Ident.of("PP_1");

    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Leases leases = new Leases(List.of(PP_1, Ident.of("PP_2")));

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
        leases.grant(PP_1, "L");
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
    void aFailingCommandIsThatMessagesRefusalAndIsSaid() throws IOException {
        try (QuickServer server = server(new CommandAnswerer("exit 3", Duration.ofSeconds(10)));
                Socket client = connect(server)) {
            send(client, message("x", ""));
            assertThat(read(client, 1))
                    .startsWith("{\"Error\": \"The server has no answer: the command ended with exit code 3\","
                            + " \"code\": \"SERVER_FAILED\", \"retryable\": false")
                    .contains("\"destid\": 1327");
            send(client, message("x", ", \"msgId\": 5"));
            assertThat(read(client, 1)).contains("\"msgId\": 5");
            await().untilAsserted(
                    () -> assertThat(failures).containsOnly("the command ended with exit code 3").hasSize(2));
        }
    }

    @Test
    void aCommandThatDoesNotEndIsEnded() throws IOException {
        try (QuickServer server = server(new CommandAnswerer("exec tail -f /dev/null", Duration.ofMillis(100)));
                Socket client = connect(server)) {
            send(client, message("x", ""));

            assertThat(read(client, 1)).contains("\"code\": \"SERVER_FAILED\"");
            await().untilAsserted(() -> assertThat(failures).singleElement().asString()
                    .startsWith("the command ended with exit code "));
        }
    }

    @Test
    void whatIsNoMessageEndsTheConnectionButNotTheServer() throws IOException {
        try (QuickServer server = server(Answerer.SHA_1)) {
            try (Socket client = connect(server)) {
                send(client, "GET / HTTP/1.1\r\n\r\n");
                assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .contains("BAD_MESSAGE");
            }
            try (Socket client = connect(server)) {
                send(client, message("x", ""));
                assertThat(read(client, 1)).contains(PayloadDigest.of("x"));
            }
        }
    }

    @Test
    void whatIsNotForThisServerIsRefusedByNameAndTheRestAnswered() throws IOException {
        leases.grant(PP_1, "L", List.of("PP_3"));
        leases.grant(Ident.of("PP_2"), "M", List.of("PP_2b"));
        try (QuickServer server = server(Answerer.SHA_1); Socket client = connect(server)) {
            send(client, "{\"type\": 7, \"lease\": \"M\"}" + message("one", ", \"msgId\": 1")
                    + message("two", ", \"msgId\": 2").replace("PP_1", "PP_2b") + "{\"msgId\": 3, \"type\": 0}"
                    + "{\"msgId\": 4, \"type\": 0, \"type\": 0}");
            assertThat(read(client, 4)).matches("\\{\"msgId\": 1, \"Error\".*NOT_SERVED.*\\{\"msgId\": 2, \"type\": 2.*"
                    + "\\{\"msgId\": 3, \"Error\".*BAD_MESSAGE.*\\{\"msgId\": 4, \"Error\".*BAD_MESSAGE.*");
        }
    }

    @Test
    void aStrangeLeaseEndsItsConnectionAndItsMessagesAreRefused() throws IOException {
        try (QuickServer server = server(Answerer.SHA_1); Socket client = connect(server)) {
            send(client, "{\"type\": 7, \"lease\": \"theirs\"}" + message("one", ", \"msgId\": 1"));
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("{\"msgId\": 1, \"Error\"").contains("NOT_SERVED");
        }
    }

    @Test
    void aMessageWithoutHelloIsOnlyForAPolicyOfAnOldProxy() throws IOException {
        leases.grant(Ident.of("PP_2"), "M");
        try (QuickServer server = server(Answerer.SHA_1); Socket client = connect(server)) {
            send(client, message("a", "").replace("PP_1", "PP_2") + message("b", "").replace("PP_1", "PP_9")
                    + message("c", ""));
            assertThat(read(client, 3)).matches(".*NOT_SERVED.*NOT_SERVED.*" + PayloadDigest.of("c") + ".*");
        }
    }

    @Test
    void aMessageOverTheLimitIsRefusedByName() throws IOException {
        leases.grant(PP_1, "L");
        try (QuickServer server = server(Answerer.SHA_1); Socket client = connect(server)) {
            send(client, "{\"type\": 7, \"lease\": \"L\"}"
                    + "{\"msgId\": 1, \"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \""
                    + "x".repeat(17 << 20) + "\"}"
                    + "{\"msgId\": 2, \"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"payload\": \"a\"}");
            assertThat(read(client, 2))
                    .matches("\\{\"msgId\": 1, \"Error\".*TOO_LARGE.*\\{\"msgId\": 2, \"type\": 2.*");
        }
    }

    private QuickServer server(Answerer answerer) throws IOException {
        leases.grantWithoutHello(PP_1);
        return new QuickServer(InetAddress.getLoopbackAddress(), 0, Ident.of(7), leases, answerer, null,
                new QuickServer.Observer() {
                    @Override
                    public void answered(Message.Data message, long nanos, String failure) {
                        if (!failure.isEmpty()) {
                            failures.add(failure);
                        }
                    }

                    @Override
                    public void refused(String sentence) {
                        failures.add(sentence);
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
