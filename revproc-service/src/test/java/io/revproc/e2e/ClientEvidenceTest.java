package io.revproc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.revproc.client.RevprocClient;
import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.evidence.Tokens;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.server.EvidenceFile;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Clients that show who they are by a token, over real sockets. */
@ExtendWith(OutputCaptureExtension.class)
class ClientEvidenceTest {
    private static final Tokens AUTHORITY = Tokens.ec("first");
    private static final String NO_TOKEN = "This privacy policy is for clients that show a token; show it in a message of type 8";

    @TempDir
    private Path directory;
    private TestProxy proxy;
    private MuxServer server;

    @BeforeEach
    void start() throws IOException {
        Path keys = Files.writeString(directory.resolve("keys.json"), AUTHORITY.keys().toString());
        proxy = TestProxy.with("revproc.evidence.own.issuer", "dpo", "revproc.evidence.own.audiences", "revproc",
                "revproc.evidence.own.key-set", keys.toString(), "revproc.evidence.own.clock-skew", "0s",
                "revproc.audit.directory", directory.resolve("record").toString(),
                "test.clients[PP_1].evidence", "own", "test.clients[PP_1].claims[sub]", "ward-*",
                "test.clients[PP_3].evidence", "own", "test.clients[PP_3].policies-claim", "policies");
        server = MuxServer.answering(proxy, 1, "PP_1", "PP_2", "PP_3");
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        proxy.close();
    }

    @Test
    void whoShowsATokenOnceSendsOnThatConnectionAsItSays() throws IOException {
        try (Client client = proxy.connect()) {
            client.send(named(1, "PP_1"));
            assertRefused(client.next(), NO_TOKEN);
            JsonNode taken = client.send(hello(2, token(600, "ward-7"))).next();
            assertThat(taken.get("type").asInt()).isEqualTo(8);
            assertThat(taken.get("msgId").asInt()).isEqualTo(2);
            assertThat(taken.get("ttlMs").asLong()).isBetween(590_000L, 601_000L);
            assertThat(client.send(named(3, "PP_1")).next().get("type").asInt()).isEqualTo(2);
            assertThat(client.send(named(4, "PP_3")).next().get("Error").asString())
                    .as("its token names no policies")
                    .isEqualTo("The token that this connection showed is not for clients of this privacy policy");
            assertThat(client.send(named(5, "PP_2")).next().get("type").asInt()).as("asks for none").isEqualTo(2);
            client.send(hello(6, AUTHORITY.sign(end(600), claims("x", Map.of("policies", List.of("PP_3"))))));
            assertThat(client.next().get("type").asInt()).isEqualTo(8);
            assertThat(client.send(named(7, "PP_3")).next().get("type").asInt()).isEqualTo(2);
            assertThat(client.send(named(8, "PP_1")).next().get("code").asString())
                    .as("a token takes the place of the one before").isEqualTo("NOT_ALLOWED");
        }
        try (Client other = proxy.connect()) {
            assertRefused(other.send(Json.data(1, "PP_1", "x")).next(), NO_TOKEN);
            assertThat(other.ended()).isTrue();
        }
    }

    @Test
    void whatIsSentBehindATokenIsJudgedByItAndKeepsItsOrder() throws IOException {
        StringBuilder burst = new StringBuilder(hello(null, token(600, "ward-7")));
        for (int i = 0; i < 100; i++) {
            burst.append(Json.data(i, i % 2 == 0 ? "PP_1" : "PP_2", "hello " + i));
        }
        try (Client client = proxy.connect()) {
            client.send(burst.toString()).endOutput();
            assertThat(client.next().get("type").asInt()).isEqualTo(8);
            for (int i = 0; i < 100; i++) {
                assertThat(client.next().get("destid").asInt()).isEqualTo(i);
            }
            assertThat(client.ended()).isTrue();
        }
    }

    /** In front, in the middle, at the end, and spelt with escapes. */
    @ParameterizedTest
    @ValueSource(strings = {
            "{\"token\": \"%s\", \"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": 7, \"token\" : \"%s\" ,\n\"privPoliId\": \"PP_1\", \"payload\": \"x\"}",
            "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"x\" , \"token\": \"%s\" }",
            "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"token\": \"\\u0065%s\", \"payload\": \"x\"}",
    })
    void aTokenInADataMessageIsShownAndGoesNoFurther(String message) throws IOException {
        String token = token(600, "ward-7");
        String sent = message.formatted(message.contains("u0065") ? token.substring(1) : token);
        try (Client client = proxy.connect()) {
            assertThat(client.drip(sent).next().get("type").asInt()).isEqualTo(2);
            assertThat(client.send(sent + Json.data(7, "PP_1", "x")).next().get("type").asInt()).isEqualTo(2);
            assertThat(client.next().get("type").asInt()).isEqualTo(2);
        }
        assertThat(server.received()).hasSize(3).allSatisfy(got -> {
            assertThat(got.has("token")).isFalse();
            assertThat(got.get("payload").asString()).isEqualTo("x");
            assertThat(got.get("srcid").asInt()).isEqualTo(7);
        });
    }

    @Test
    void aTokenThatHasEndedCountsNoMoreUntilANewOneIsShown() throws IOException {
        Instant end = end(1);
        try (Client client = proxy.connect()) {
            client.send(hello(1, AUTHORITY.sign(end, claims("ward-7", Map.of()))));
            assertThat(client.next().get("ttlMs").asLong()).isLessThanOrEqualTo(2_000);
            assertThat(client.send(named(2, "PP_1")).next().get("type").asInt()).isEqualTo(2);
            await().pollDelay(Duration.between(Instant.now(), end.plusMillis(300))).until(() -> true);
            assertRefused(client.send(named(3, "PP_1")).next(),
                    "The token that this connection showed has ended; show a new one in a message of type 8");
            assertThat(client.send(hello(4, token(600, "ward-7"))).next().get("type").asInt()).isEqualTo(8);
            assertThat(client.send(named(5, "PP_1")).next().get("type").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aBadTokenTakesNothingFromTheOneBefore() throws IOException {
        try (Client client = proxy.connect()) {
            client.send(hello(1, token(600, "ward-7")));
            assertThat(client.next().get("type").asInt()).isEqualTo(8);
            assertThat(client.send(hello(2, Tokens.ec("first").sign(end(600), claims("ward-7", Map.of())))).next()
                    .get("Error").asString()).isEqualTo("This token is not taken; the proxy's log says why");
            assertThat(client.send(named(3, "PP_1")).next().get("type").asInt()).isEqualTo(2);
        }
    }

    /** What comes instead of a good token, and what the client hears; it is in no log. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "unknown    | NOT_ALLOWED | This token is not taken; the proxy's log says why",
            "expired    | NOT_ALLOWED | The evidence is not good here: Expired JWT",
            "audience   | NOT_ALLOWED | The evidence is not good here: JWT aud claim rejected",
            "too-long   | NOT_ALLOWED | The evidence is good for longer than 86400 seconds; make it out for less",
            "bound      | NOT_ALLOWED | The token is bound to a key (cnf), and this connection did not show its certificate",
            "nonsense   | NOT_ALLOWED | This token is not taken; the proxy's log says why",
            "none       | NOT_ALLOWED | This token is not taken; the proxy's log says why",
            "large      | BAD_MESSAGE | token must be a string of 1 to 8192 bytes without control characters.",
            "empty      | BAD_MESSAGE | token must be a string of 1 to 8192 bytes without control characters.",
    })
    void aBadTokenIsRefusedInAHelloAndInADataMessage(String kind, String code, String sentence, CapturedOutput output)
            throws IOException {
        String token = bad(kind);
        for (String message : List.of(hello(1, token), Json.data("\"msgId\": 1, \"token\": \"" + token + "\"", 7,
                "PP_2", "x"))) {
            try (Client client = proxy.connect()) {
                JsonNode refusal = client.send(message).next();
                assertThat(refusal.get("code").asString()).isEqualTo(code);
                assertThat(refusal.get("Error").asString()).isEqualTo(sentence);
                assertThat(refusal.get("msgId").asInt()).isEqualTo(1);
                assertThat(client.send(named(2, "PP_2")).next().get("type").asInt()).as("stays").isEqualTo(2);
            }
            try (Client client = proxy.connect()) {
                client.send(message.replace("\"msgId\": 1, ", "") + Json.data(7, "PP_2", "x"));
                assertThat(client.next().get("code").asString()).isEqualTo(code);
                if (code.equals("NOT_ALLOWED")) {
                    assertThat(client.ended()).isTrue();
                }
            }
        }
        if (token.length() > 30) {
            assertThat(output.getAll()).doesNotContain(token.substring(token.length() - 20));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\": 8}", "{\"type\": 8, \"token\": null}", "{\"type\": 8, \"ttlMs\": 5}",
            "{\"type\": 8, \"lease\": \"x\"}"})
    void aHelloWithoutATokenIsTold(String hello) throws IOException {
        try (Client client = proxy.connect()) {
            assertThat(client.send(hello).next().get("Error").asString()).isEqualTo("token is missing; add it.");
        }
    }

    @Test
    void halfAHelloIsNoneAndCostsNobodyElseAnything() throws IOException {
        String hello = hello(null, token(600, "ward-7"));
        try (Client half = proxy.connect(); Client client = proxy.connect()) {
            half.send(hello.substring(0, hello.length() - 2)).endOutput();
            assertThat(half.next().get("code").asString()).isEqualTo("BAD_MESSAGE");
            assertThat(half.ended()).isTrue();
            assertThat(client.drip(hello).next().get("type").asInt()).isEqualTo(8);
        }
        try (Client gone = proxy.connect()) {
            gone.send(hello + Json.data(7, "PP_1", "x")).reset();
        }
        await().until(() -> proxy.connections() == 1);
    }

    /** 20 connections from one address show bad tokens as fast as they can. */
    @Test
    void aFloodOfBadTokensFromOneAddressKeepsNoOtherWaiting() throws Exception {
        String bad = hello(1, Tokens.ec("first").sign(end(600), claims("ward-7", Map.of()))).repeat(100);
        List<Socket> flood = Stream.generate(() -> from("127.0.0.2")).limit(20).toList();
        try {
            for (Socket each : flood) {
                each.getOutputStream().write(bad.getBytes(StandardCharsets.UTF_8));
            }
            long start = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                try (Client client = proxy.connect()) {
                    client.send(hello(1, token(600, "ward-7")) + named(2, "PP_1"));
                    assertThat(client.next().get("type").asInt()).isEqualTo(8);
                    assertThat(client.next().get("type").asInt()).isEqualTo(2);
                }
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        } finally {
            for (Socket each : flood) {
                each.close();
            }
        }
    }

    @Test
    void anIssuerThatTheRulesDropCountsNoMoreAtOnce() throws IOException {
        try (Client client = proxy.connect()) {
            client.send(hello(1, token(600, "ward-7")));
            assertThat(client.next().get("type").asInt()).isEqualTo(8);
            assertThat(client.send(named(2, "PP_1")).next().get("type").asInt()).isEqualTo(2);
            proxy.rules().replace(new PolicyRules(List.of(), false,
                    new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(),
                    false));
            assertRefused(client.send(named(3, "PP_1")).next(), NO_TOKEN);
        }
    }

    /** A token is in no log and in no record, and no server gets it; whom it is about is in neither of the latter. */
    @Test
    void aTokenIsNowhereButOnTheConnection(CapturedOutput output) throws IOException {
        String token = token(600, "ward-7");
        try (Client client = proxy.connect()) {
            client.send(hello(1, token));
            assertThat(client.next().toString()).doesNotContain(token);
            client.send(Json.data("\"msgId\": 2, \"token\": \"" + token + "\"", 7, "PP_1", "x"));
            assertThat(client.next().toString()).contains("\"type\":2").doesNotContain(token);
            client.send(Json.data("\"msgId\": 3, \"token\": \"" + token + "\"", 7, "PP_3", "x"));
            assertThat(client.next().toString()).contains("NOT_ALLOWED").doesNotContain(token);
        }
        proxy.stop();
        String signature = token.substring(token.lastIndexOf('.') + 1);
        assertThat(output.getAll()).doesNotContain(signature);
        assertThat(server.received().toString()).doesNotContain(signature);
        try (Stream<Path> files = Files.walk(directory.resolve("record"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(signature);
            }
        }
    }

    @Test
    void whereNoPolicyAsksForOneATokenIsNotLookedAtAndMessagesGoOnUnchanged() throws IOException {
        try (TestProxy open = TestProxy.with();
                MuxServer there = MuxServer.answering(open, 1, "PP_1");
                Client client = open.connect()) {
            JsonNode answer = client.send(hello(1, "anything")).next();
            assertThat(answer).isEqualTo(Json.parse("{\"msgId\": 1, \"type\": 8}"));
            client.send(Json.data("\"token\": \"anything\"", 7, "PP_1", "x"));
            assertThat(client.next().get("type").asInt()).isEqualTo(2);
            assertThat(there.received().getFirst().get("token").asString()).isEqualTo("anything");
        }
    }

    @Test
    void aClientOfTheLibraryGoesOnBeyondTheEndOfItsToken() throws IOException {
        Path file = directory.resolve("token.jwt");
        Instant end = end(1);
        Files.writeString(file, AUTHORITY.sign(end, claims("ward-7", Map.of())));
        try (EvidenceFile evidence = EvidenceFile.watch(file);
                RevprocClient client = RevprocClient.builder().proxies("" + proxy.address().getPort())
                        .evidence(evidence).build()) {
            client.send("PP_1", "x").join();
            Path next = Files.writeString(directory.resolve("next.jwt"), token(600, "ward-8"));
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
            while (Instant.now().isBefore(end.plusMillis(100))) {
                assertThat(client.send("PP_1", "x").join().server()).isEqualTo("1");
            }
        }
    }

    @Test
    void aProxyThatGoesDownChecksNoMoreTokens() throws IOException {
        try (Client client = proxy.connect(); MuxServer held = MuxServer.held(proxy, 2, "PP_4")) {
            client.send(named(1, "PP_4"));
            await().until(() -> held.received().size() == 1);
            proxy.stop();
            await().until(() -> client.send(hello(2, token(600, "ward-7"))).next().has("code"));
            assertThat(proxy.refused(ErrorCode.SHUTTING_DOWN)).isPositive();
        }
    }

    private Socket from(String address) {
        try {
            return new Socket(proxy.address().getAddress(), proxy.address().getPort(), InetAddress.ofLiteral(address),
                    0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String bad(String kind) {
        return switch (kind) {
            case "unknown" -> Tokens.ec("second").sign(end(600), claims("ward-7", Map.of()));
            case "expired" -> token(-5, "ward-7");
            case "audience" -> AUTHORITY.sign(end(600), claims("ward-7", Map.of("aud", "others")));
            case "too-long" -> token(90_000, "ward-7");
            case "bound" -> AUTHORITY.sign(end(600),
                    claims("ward-7", Map.of("cnf", Map.of("x5t#S256", "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"))));
            case "none" -> "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3YXJkLTcifQ.";
            case "large" -> "x".repeat(8_193);
            case "empty" -> "";
            default -> "nonsense";
        };
    }

    private static void assertRefused(JsonNode refusal, String sentence) {
        assertThat(refusal.get("code").asString()).isEqualTo("NOT_ALLOWED");
        assertThat(refusal.get("Error").asString()).isEqualTo(sentence);
        assertThat(refusal.get("retryable").asBoolean()).isFalse();
    }

    private static String named(int msgId, String policy) {
        return Json.data("\"msgId\": " + msgId, 7, policy, "x");
    }

    private static String hello(@Nullable Integer msgId, String token) {
        return "{" + (msgId == null ? "" : "\"msgId\": " + msgId + ", ") + "\"type\": 8, \"token\": \"" + token + "\"}";
    }

    /** In so many seconds, to the second, as tokens have it. */
    private static Instant end(int seconds) {
        return Instant.ofEpochSecond(Instant.now().plusMillis(1000L * seconds + 999).getEpochSecond());
    }

    private static String token(int seconds, String subject) {
        return AUTHORITY.sign(end(seconds), claims(subject, Map.of()));
    }

    private static Map<String, Object> claims(String subject, Map<String, Object> more) {
        Map<String, Object> claims = new HashMap<>(Map.of("iss", "dpo", "aud", "revproc", "sub", subject));
        claims.putAll(more);
        return claims;
    }
}
