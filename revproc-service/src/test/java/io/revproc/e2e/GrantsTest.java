package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Who gets in, over real sockets. */
@ExtendWith(OutputCaptureExtension.class)
class GrantsTest {
    private static final int GUESSERS = 4;
    /** The SHA-256 of "alpha" and "beta". */
    private static final String ALPHA = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";
    private static final String BETA = "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753";

    private final TestProxy proxy = TestProxy.with("revproc.registration.grants[0].name", "one",
            "revproc.registration.grants[0].token-sha256", ALPHA, "revproc.registration.grants[0].policies", "PP_1",
            "revproc.registration.grants[1].name", "two", "revproc.registration.grants[1].token-sha256", BETA,
            "revproc.registration.grants[1].policies", "PP_*", "revproc.registration.allowed-cidrs", "127.0.0.1/32");

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void aServerWithItsTokenServesAndOneWithoutIsShownTheDoor() throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client stranger = proxy.connect();
                Client client = proxy.connect()) {
            assertThat(server.register("PP_1", ", \"token\": \"alpha\"").has("lease")).isTrue();
            stranger.send(setup("PP_1", 2, ""));

            assertThat(stranger.next().get("code").asString()).isEqualTo("NOT_ALLOWED");
            assertThat(stranger.ended()).isTrue();
            assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("srcid").asInt()).isEqualTo(1);
        }
    }

    @Test
    void aServerFromAnotherAddressIsRefusedThoughItsTokenIsRight() throws IOException {
        String answer = from("127.0.0.2", setup("PP_1", 1, ", \"token\": \"alpha\""));

        assertThat(answer).contains("\"code\": \"NOT_ALLOWED\"").doesNotContain("address");
        assertThat(proxy.table().routes().policies()).isEmpty();
        assertThat(from("127.0.0.1", setup("PP_1", 1, ", \"token\": \"alpha\""))).contains("Successfully");
    }

    @Test
    void anIdStaysWithItsServerWhenAnotherGrantWantsIt() throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client thief = proxy.connect();
                Client client = proxy.connect()) {
            server.register("PP_1", ", \"token\": \"alpha\"");
            thief.send(setup("PP_1", 1, ", \"token\": \"beta\""));

            assertThat(thief.next().get("code").asString()).isEqualTo("NOT_ALLOWED");
            client.send(Json.data(7, "PP_1", "hello"));
            assertThat(client.next().get("type").asInt()).isEqualTo(2);
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void aLeaseThatWasOverheardIsOfNoUseOnAnotherConnection() throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client client = proxy.connect()) {
            JsonNode accepted = server.register("PP_1", ", \"token\": \"alpha\"");
            String lease = accepted.get("lease").asString();
            for (int type = 3; type <= 5; type++) {
                try (Client replay = proxy.connect()) {
                    replay.send("{\"type\": " + type + ", \"lease\": \"" + lease + "\"}");
                    assertThat(replay.next().get("code").asString()).isEqualTo("NOT_ALLOWED");
                }
            }
            assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("type").asInt()).isEqualTo(2);
        }
    }

    @Test
    void wrongTokensBesideTrafficAreAnsweredUpToABoundAndEveryMessageIsAnswered() throws IOException {
        int attempts = 1_000;
        int answered = 0;
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client client = proxy.connect()) {
            server.register("PP_1", ", \"token\": \"alpha\"");
            for (int i = 0; i < attempts; i++) {
                String answer = from("127.0.0.1", setup("PP_1", 2, ", \"token\": \"guess-" + i + "\""));
                answered += answer.isEmpty() ? 0 : 1;
                assertThat(client.send(Json.data(7, "PP_1", "hello")).next().get("type").asInt()).isEqualTo(2);
            }
            assertThat(server.received()).hasSize(attempts);
        }
        assertThat(answered).as("an answer each up to the bound").isGreaterThanOrEqualTo(20).isLessThan(attempts);
    }

    /**
     * By default a tenth of the 100,000 that {@code -Drevproc.guesses=100000} makes: each is a connection of its own, since a wrong
     * token ends it.
     */
    @Test
    void aFloodOfWrongTokensCostsNoMessageItsAnswerAndIsFewLinesInTheLog(CapturedOutput output) throws Exception {
        int guesses = Integer.getInteger("revproc.guesses", 10_000);
        AtomicInteger made = new AtomicInteger();
        AtomicInteger let = new AtomicInteger();
        int messages = 0;
        try (MuxServer server = MuxServer.answering(proxy, 1);
                Client client = proxy.connect();
                ExecutorService guessing = Executors.newVirtualThreadPerTaskExecutor()) {
            server.register("PP_1", ", \"token\": \"alpha\"");
            List<Future<?>> guessers = new ArrayList<>();
            for (int i = 0; i < GUESSERS; i++) {
                String address = "127.0.0." + (1 + i);
                guessers.add(guessing.submit(() -> {
                    for (int n = made.getAndIncrement(); n < guesses; n = made.getAndIncrement()) {
                        String answer = from(address, setup("PP_1", 2, ", \"token\": \"guess-" + n + "\""));
                        let.addAndGet(answer.isEmpty() || answer.contains("NOT_ALLOWED") ? 0 : 1);
                    }
                    return null;
                }));
            }
            while (guessers.stream().anyMatch(guesser -> !guesser.isDone())) {
                messages++;
                assertThat(client.send(Json.data(messages, "PP_1", "hello")).next().get("destid").asInt())
                        .isEqualTo(messages);
            }
            for (Future<?> guesser : guessers) {
                guesser.get();
            }
            assertThat(server.received()).hasSize(messages);
        }
        assertThat(let).hasValue(0);
        assertThat(Objects.requireNonNull(proxy.table().routes().find("PP_1")).size()).isEqualTo(1);
        assertThat(proxy.connections()).isLessThanOrEqualTo(2);
        long lines = 0;
        long unlogged = 0;
        Matcher line = Pattern.compile("event=registration_refused .* unlogged=(\\d+)").matcher(output.getOut());
        while (line.find()) {
            lines++;
            unlogged += Long.parseLong(line.group(1));
        }
        assertThat(lines).isPositive().isLessThan(guesses / 20);
        assertThat(lines + unlogged).isLessThanOrEqualTo(guesses);
        System.out.println(
                "Beside " + guesses + " wrong tokens " + messages + " messages were answered, one after another; "
                        + lines + " lines in the log");
    }

    private static String setup(String policy, int id, String more) {
        return "{\"type\": 1, \"proto\": 2, \"id\": " + id + ", \"privPolyId\": \"" + policy
                + "\", \"listenport\": 9001" + more + "}";
    }

    /** What is said to a peer of that address until the connection ends, or for an accepted setup what one read brings. */
    private String from(String address, String message) throws IOException {
        try (Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort(),
                InetAddress.ofLiteral(address), 0)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[1024];
            int n = Math.max(0, socket.getInputStream().read(answer));
            return new String(answer, 0, n, StandardCharsets.UTF_8);
        }
    }
}
