package io.revproc.cli.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class RegistrationTest {
    private static final String ACCEPTED = "{\"Status\": \"Successfully setup with reverse proxy\", \"proto\": 2, \"lease\": \"L\", \"heartbeatMs\": 20, \"ttlMs\": 20000}";
    private static final Message.Setup SETUP = new Message.Setup(Ident.of(7), Ident.of("PP_1"), 9001, 2, true, 1, null,
            0, null,
            false);

    private final Leases leases = new Leases(List.of(Ident.of("PP_1")));
    private final List<String> news = new CopyOnWriteArrayList<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Socket> sessions = new CopyOnWriteArrayList<>();
    private final ServerSocket listener = listen();
    private volatile UnaryOperator<String> answers = message -> message.contains("\"type\": 1")
            ? ACCEPTED
            : afterwards(message);

    RegistrationTest() {
        Thread.ofVirtual().start(this::accept);
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        for (Socket session : sessions) {
            session.close();
        }
    }

    @Test
    void aSessionBeatsAndSaysGoodBye() {
        try (Registration registration = register(SETUP)) {
            await().until(() -> received.stream().filter(message -> message.contains("\"type\": 3")).count() >= 3);

            assertThat(received.getFirst()).contains("\"proto\": 2", "\"listenport\": 9001", "PP_1");
            assertThat(news).containsExactly("registered PP_1 as server 7");
            registration.close();
            await().untilAsserted(() -> assertThat(received.getLast()).contains("\"type\": 5", "\"L\""));
        }
    }

    @Test
    void itSaysGoodByeOnlyWhenTheProxyHasAllAnswers() {
        answers = message -> message.contains("\"type\": 1")
                ? ACCEPTED
                : message.contains("\"type\": 3") && received.stream().anyMatch(each -> each.contains("\"type\": 4"))
                        ? "{\"type\": 3}{\"type\": 4, \"inFlight\": 0}"
                        : message.contains("\"type\": 4") ? "{\"type\": 4, \"inFlight\": 1}" : "{\"type\": 3}";
        try (Registration registration = register(SETUP)) {
            await().until(() -> news.size() == 1);
            assertThat(registration).isNotNull();
        }
        await().untilAsserted(() -> assertThat(received.getLast()).contains("\"type\": 5"));
        // several messages may come in one read
        assertThat(Pattern.compile("\"type\": (\\d)").matcher(String.join("", received)).results()
                .map(type -> type.group(1)).collect(Collectors.joining())).matches("13*43+5");
    }

    @Test
    void aProxyThatFallsSilentIsLost() {
        answers = message -> message.contains("\"type\": 1") ? ACCEPTED.replace("20000", "60") : "";
        try (Registration registration = register(SETUP)) {
            await().atMost(Duration.ofSeconds(10)).until(() -> news.size() >= 3);

            assertThat(news).element(1).isEqualTo("lost the proxy; trying again");
            answers = RegistrationTest::afterwards;
            assertThat(registration).isNotNull();
        }
    }

    @Test
    void aLostSessionIsOpenedAnew() {
        try (Registration registration = register(SETUP)) {
            await().until(() -> news.size() == 1);
            for (Socket session : sessions) {
                closeQuietly(session);
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> news.size() == 3);

            assertThat(news).containsExactly("registered PP_1 as server 7", "lost the proxy; trying again",
                    "registered PP_1 as server 7");
            assertThat(registration).isNotNull();
        }
    }

    @Test
    void aRefusalIsSaidOnceWithTheProxysSentence() {
        answers = message -> "{\"Error\": \"Not yours\", \"code\": \"NOT_ALLOWED\", \"retryable\": false}";
        try (Registration registration = register(SETUP)) {
            await().until(() -> received.size() >= 2);

            assertThat(news).containsExactly(
                    "the proxy refused PP_1: Not yours; trying again, less and less often");
            assertThat(registration).isNotNull();
        }
    }

    @Test
    void aPlaceThatIsTakenIsTriedAgainOnTheSameConnection() {
        answers = message -> !message.contains("\"type\": 1")
                ? afterwards(message)
                : received.size() < 3
                        ? "{\"Error\": \"A live server has it\", \"code\": \"ID_TAKEN\", \"retryable\": true}"
                        : ACCEPTED;
        try (Registration registration = register(SETUP)) {
            await().until(() -> news.size() == 2);

            assertThat(news).containsExactly("the proxy has no place for PP_1 yet: A live server has it",
                    "registered PP_1 as server 7");
            assertThat(sessions).hasSize(1);
            assertThat(registration).isNotNull();
        }
    }

    @Test
    void aLeaseThatIsOverIsHadAnewOnTheSameConnection() {
        answers = message -> message.contains("\"type\": 1")
                ? ACCEPTED
                : received.stream().filter(each -> each.contains("\"type\": 1")).count() == 1
                        ? "{\"Error\": \"It was replaced\", \"code\": \"NOT_ALLOWED\", \"retryable\": false}"
                        : afterwards(message);
        try (Registration registration = register(SETUP)) {
            await().until(() -> news.size() == 3);

            assertThat(news).containsExactly("registered PP_1 as server 7",
                    "the proxy says about PP_1: It was replaced", "registered PP_1 as server 7");
            assertThat(sessions).hasSize(1);
            assertThat(registration).isNotNull();
        }
    }

    @Test
    void aNoticeIsPassedOn() {
        answers = message -> message.contains("\"type\": 1")
                ? ACCEPTED + "{\"type\": 6, \"event\": \"maintenance\"}"
                : afterwards(message);
        try (Registration registration = register(SETUP)) {
            await().until(() -> news.size() == 2);

            assertThat(news).last().isEqualTo("the proxy says about PP_1: maintenance");
            assertThat(registration).isNotNull();
        }
    }

    @Test
    void theSeedsSetupIsSentOnceAndTheConnectionEnds() {
        answers = message -> "{\"Status\": \"Successfully setup with reverse proxy\"}";
        try (Registration registration = register(Message.Setup.part1(Ident.of(7), Ident.of("PP_1"), 9001))) {
            await().until(() -> news.size() == 1);
            await().until(() -> sessions.isEmpty());

            assertThat(received).singleElement().asString().doesNotContain("proto");
            assertThat(registration).isNotNull();
        }
    }

    private static String afterwards(String message) {
        return message.contains("\"type\": 4") ? "{\"type\": 4, \"inFlight\": 0}" : "{\"type\": 3}";
    }

    private Registration register(Message.Setup setup) {
        return new Registration(List.of((InetSocketAddress) listener.getLocalSocketAddress()), setup, null, leases,
                () -> null,
                news::add);
    }

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket session = listener.accept();
                sessions.add(session);
                Thread.ofVirtual().start(() -> serve(session));
            } catch (IOException e) {
                return;
            }
        }
    }

    /** What comes in one read is one message here: the other side waits for each answer. */
    private void serve(Socket session) {
        byte[] buffer = new byte[4096];
        try (session) {
            for (int n = session.getInputStream().read(buffer); n > 0; n = session.getInputStream().read(buffer)) {
                String message = new String(buffer, 0, n, StandardCharsets.UTF_8);
                received.add(message);
                session.getOutputStream().write(answers.apply(message).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // Ended by the other side or by the test.
        }
        sessions.remove(session);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
