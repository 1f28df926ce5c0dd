package io.revproc.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.wire.PayloadDigest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SendCommandTest {
    private static final String PACKET = """
            {
                "type": 0,
                "srcid": 1327,
                "privPoliId": "PP_2",
                "payloadsize": 32,
                "payload": "uddirbgwkejcwxxezgadhwwvonhrhgoi"
            }""";

    @Test
    void theReplyIsPrintedAndNothingElse() {
        try (FakeProxy proxy = FakeProxy.echo()) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "héllo ✓");

            assertThat(run).isEqualTo(new Run(0, "héllo ✓\n", ""));
        }
    }

    @Test
    void aTokenIsShownOncePerConnectionBeforeTheMessages(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("token.jwt"), "a.b.c\n");
        try (FakeProxy proxy = new FakeProxy(message -> message.containsKey("token")
                ? "{\"type\": 8, \"ttlMs\": 1000}"
                : FakeProxy.ack(message, "yes"))) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--repeat", "3",
                    "--evidence", file.toString());

            assertThat(run.exitCode()).isZero();
            assertThat(proxy.received).hasSize(4);
            assertThat(proxy.received.getFirst()).isEqualTo("{\"type\": 8, \"token\": \"a.b.c\"}");
            assertThat(proxy.received.subList(1, 4).toString()).doesNotContain("a.b.c");
        }
    }

    @Test
    void aTokenThatTheProxyRefusesOrThatIsNotThereIsSaid(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("token.jwt"), "a.b.c");
        try (FakeProxy proxy = new FakeProxy(
                message -> FakeProxy.refusal("NOT_ALLOWED", "This token is not taken; the proxy's log says why"))) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--evidence",
                    file.toString());

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("This token is not taken").doesNotContain("a.b.c");
            assertThat(proxy.received).hasSize(1);
            assertThat(Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--evidence",
                    "none.jwt").err()).contains("there is no token to be read in none.jwt");
        }
    }

    @Test
    void detailsAreSaidOnStandardError() {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--verify", "sha1",
                    "-v", "--msg-id", "m");

            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).isEqualTo(PayloadDigest.of("x") + "\n");
            assertThat(run.err()).startsWith("PP_2  hash matched  server 2  msgId m  ").hasLineCount(1);
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = {"none, reply, 0, null", "sha1, reply, 1, false",
            "sha1, 11f6ad8ec52a2984abaafd7c3b516503785c2072, 0, true", "echo, reply, 1, false", "echo, x, 0, true"})
    void whatIsVerifiedDecides(String verify, String reply, int exitCode, @Nullable Boolean verified) {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.ack(message, reply))) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--verify", verify,
                    "--json");

            assertThat(run.exitCode()).isEqualTo(exitCode);
            assertThat(run.json()).containsEntry("verified", verified).containsEntry("payload", reply)
                    .containsEntry("outcome", exitCode == 0 ? "ANSWERED" : "MISMATCHED");
        }
    }

    @Test
    void aReplyWithAnEndOfLineGetsNoSecondOne() {
        try (FakeProxy proxy = FakeProxy.echo()) {
            assertThat(Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "a\n").out())
                    .isEqualTo("a\n");
        }
    }

    @Test
    void aReplyCannotSteerTheTerminalButReachesAPipeAsItIs() {
        try (FakeProxy proxy = FakeProxy.echo()) {
            String[] line = {"send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "a\tb\n\u001b[2J\u202ec"};

            assertThat(new Run.Setup().onATerminal().run(line).out()).isEqualTo("a\tb\n?[2J?c\n");
            assertThat(Run.of(line).out()).isEqualTo("a\tb\n\u001b[2J\u202ec\n");
        }
    }

    @Test
    void eachLineOfStandardInputIsAMessageAndItsReplyALine() {
        try (FakeProxy proxy = FakeProxy.echo()) {
            Run run = new Run.Setup().input("one\r\n\ntwö").run("send", "--port", proxy.port(), "--policy", "PP_2",
                    "--payload", "-");

            assertThat(run).isEqualTo(new Run(0, "one\n\ntwö\n", ""));
            assertThat(proxy.connections).hasValue(1);
        }
    }

    @Test
    void aFileIsOneMessageUnlessItsLinesAreMeant(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("letter.txt"), "one\ntwo\n");
        try (FakeProxy proxy = FakeProxy.echo()) {
            Run.Setup setup = new Run.Setup().in(directory).input("one\ntwo\n");

            assertThat(setup.run("send", "--port", proxy.port(), "--policy", "P", "--payload", "@letter.txt"))
                    .isEqualTo(new Run(0, "one\ntwo\n", ""));
            assertThat(proxy.received).singleElement().asString().contains("one\\ntwo\\n");
            assertThat(setup.run("send", "--port", proxy.port(), "--policy", "P", "--payload", "-", "--whole").out())
                    .isEqualTo("one\ntwo\n");
            assertThat(proxy.received).hasSize(2);
            assertThat(
                    setup.run("send", "--port", proxy.port(), "--policy", "P", "--payload", "@letter.txt", "--lines"))
                    .isEqualTo(new Run(0, "one\ntwo\n", ""));
            assertThat(proxy.received).hasSize(4);
            assertThat(setup.run("send", "--port", proxy.port(), "--policy", "P", "--payload", "@@x").out())
                    .isEqualTo("@x\n");
        }
    }

    @Test
    void aLineThatFailsIsNamedAndTheOthersAreSent() {
        try (FakeProxy proxy = new FakeProxy(message -> "two".equals(message.get("payload"))
                ? FakeProxy.refusal("OVERLOADED", "busy")
                : FakeProxy.ack(message, "ok"))) {
            Run run = new Run.Setup().input("one\ntwo\nthree\n").run("send", "--port", proxy.port(), "--policy", "P",
                    "--payload", "-");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.out()).isEqualTo("ok\nok\n");
            assertThat(run.err()).contains("revproc: line 2: P: busy (OVERLOADED)",
                    "3 messages: 2 answered, 1 failed (OVERLOADED 1), ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--payload @nowhere", "--payload x --lines", "--payload - --lines", "--payload @x --whole",
            "--payload x --verify md5"})
    void whatMakesNoSenseAsAPayloadIsWrongUsage(String options) {
        Run run = Run.of(("send --policy P " + options).split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).hasLineCount(1);
    }

    @Test
    void aLineThatIsNoTextIsNamedAndNotShown() {
        try (FakeProxy proxy = FakeProxy.echo()) {
            Run run = new Run.Setup()
                    .input("one\n".getBytes(StandardCharsets.UTF_8), new byte[]{'t', (byte) 0xff, '\n'})
                    .run("send", "--port", proxy.port(), "--policy", "P", "--payload", "-");

            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.out()).isEqualTo("one\n");
            assertThat(run.err()).isEqualTo(
                    "revproc: standard input: line 2 is not UTF-8 text, and a payload is\n");
        }
    }

    @Test
    void theOptionsOfPart2ReachTheProxy() {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--id", "77",
                    "--msg-id",
                    "m-1", "--idempotent", "--deadline", "1500ms", "--verify", "sha1", "--json");

            assertThat(proxy.received).singleElement().asString().contains("77", "\"m-1\"", "idempotent", "1500");
            assertThat(run.json()).containsEntry("verified", true).containsEntry("server", "2").containsEntry("msgId",
                    "m-1");
        }
    }

    @Test
    void aPacketGoesOutByteForByte(@TempDir Path directory) throws IOException {
        Files.createDirectory(directory.resolve("test_payloads"));
        Files.writeString(directory.resolve("test_payloads/1327.PP_2.json"), PACKET);
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = new Run.Setup().in(directory).run("send", "--port", proxy.port(), "--packet", "1327.PP_2");

            assertThat(run.exitCode()).isZero();
            assertThat(proxy.received).containsExactly(PACKET);
        }
    }

    @Test
    void manyPacketsOfStandardInputShareOneConnection() {
        String one = PACKET.replaceAll("\\s+", " ");
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = new Run.Setup().input(one + "\n" + one.replace("PP_2", "PP_1") + one + "\n")
                    .run("send", "--port", proxy.port(), "--packet", "-", "--verify", "sha1", "--json");

            assertThat(run.exitCode()).isZero();
            assertThat(run.lines()).hasSize(3).allMatch(line -> line.contains("\"verified\":true"));
            assertThat(run.lines().get(1)).contains("PP_1");
            assertThat(proxy.connections).hasValue(1);
        }
    }

    @Test
    void aConnectionThatTheServerClosesAfterEachAnswerIsOpenedAnew() {
        AtomicInteger turn = new AtomicInteger();
        try (FakeProxy proxy = new FakeProxy(
                message -> turn.getAndIncrement() % 2 == 0
                        ? FakeProxy.refusal("TOO_LARGE", "no")
                        : FakeProxy.ack(message))) {
            Run run = new Run.Setup().input(PACKET + PACKET).run("send", "--port", proxy.port(), "--packet", "-");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.lines()).hasSize(1);
            assertThat(proxy.connections).hasValue(2);
        }
    }

    @Test
    void packetsAreCountedFromOne() {
        String good = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_2\", \"payload\": \"x\"}";
        for (String bad : new String[]{"{\"type\": 0, \"type\": 0}", "{\"type\": 5}", "{\"type\""}) {
            assertThat(packets(good + good + bad)).contains("standard input: message 3 can't be sent: ");
        }
    }

    private static String packets(String text) {
        PacketReader reader = new PacketReader("standard input",
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        try {
            while (reader.next() != null) {
                // The next one.
            }
        } catch (CliException e) {
            return e.sentence();
        }
        return "";
    }

    @Test
    void aPacketThatEndsHalfwayIsWrongUsage() {
        Run run = new Run.Setup().input(PACKET.substring(0, 40)).run("send", "--packet", "-");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).isEqualTo(
                "revproc: standard input: message 1 can't be sent: it ends in the middle of a message\n");
    }

    @Test
    void aPacketThatIsNoMessageIsWrongUsageAndItsPayloadIsNotShown() {
        Run run = new Run.Setup().input("{\"type\": 0, \"payload\": \"secret\"}").run("send", "--packet", "-");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("revproc: standard input: message 1 can't be sent: ").doesNotContain("secret");
    }

    @Test
    void aMissingPacketNamesThePlaces() {
        Run run = Run.of("send", "--packet", "nowhere");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no packet 'nowhere'", "test_payloads/");
    }

    @Test
    void nothingToSendIsWrongUsage() {
        assertThat(Run.of("send", "--policy", "PP_1").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Run.of("send", "--policy", "PP_1", "--packet", "x").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Run.of("send", "--policy", "PP_1", "--payload", "x", "--timeout", "0").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aWrongHashEndsWithOne() {
        try (FakeProxy proxy = new FakeProxy(
                message -> FakeProxy.ack(Map.of("srcid", 1, "payload", "something else")))) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--verify", "sha1");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).contains("PP_2: server 2: hash did not match");
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void aRefusalEndsWithOneAndSaysWhatThereIsInstead() {
        try (FakeProxy proxy = new FakeProxy(
                message -> FakeProxy.refusal("NO_SERVER", "No server currently serving this privacy policy"));
                FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES)) {
            Run run = Run.of("send", "--port", proxy.port(), "--admin", admin.url(), "--policy", "PP_9", "--payload",
                    "x");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).isEqualTo("revproc: no server for PP_9; known policies: PP_1, PP_2\n");
        }
    }

    @Test
    void aRefusalOfTheSeedHasNoCodeAndIsUnderstood() {
        try (FakeProxy proxy = new FakeProxy(
                message -> "{\"Error\": \"No server currently serving this privacy policy\"}")) {
            Run run = Run.of("send", "--port", proxy.port(), "--admin", "http://127.0.0.1:1", "--policy", "PP_9",
                    "--payload",
                    "x");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).startsWith("revproc: no server for PP_9; ");
        }
    }

    @Test
    void anUnknownCodeIsShownAsItIs() {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.refusal("FULL_MOON", "Not tonight"))) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_9", "--payload", "x", "--json");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.json()).containsEntry("code", "FULL_MOON").containsEntry("error", "Not tonight")
                    .containsEntry("verified", null);
        }
    }

    @Test
    void nobodyListeningEndsWithThreeAndSaysWhatToDo() throws IOException {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        Run run = Run.of("send", "--port", "" + port, "--policy", "PP_1", "--payload", "x");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err())
                .startsWith("revproc: cannot reach 127.0.0.1:" + port + ": is the proxy running? start it with ");
    }

    @Test
    void noAnswerInTimeEndsWithFour() {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.SILENCE)) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_1", "--payload", "x", "--timeout", "60ms");

            assertThat(run.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(run.err()).contains("no answer within 60.0ms");
        }
    }

    @Test
    void theProxysTimeoutEndsWithFourToo() {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.refusal("TIMEOUT", "late"))) {
            assertThat(Run.of("send", "--port", proxy.port(), "--policy", "PP_1", "--payload", "x").exitCode())
                    .isEqualTo(ExitCode.TIMED_OUT);
        }
    }

    @Test
    void aConnectionThatEndsBeforeTheAnswerIsNotTriedAgain() {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.CLOSE)) {
            Run run = Run.of("send", "--host", "127.0.0.1,127.0.0.1", "--port", proxy.port(), "--policy", "PP_1",
                    "--payload", "x");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).contains("the connection ended before the answer came");
            assertThat(proxy.received).hasSize(1);
        }
    }

    @Test
    void anIdempotentPacketIsTriedAgainAtTheNextAddress() {
        try (FakeProxy broken = new FakeProxy(message -> FakeProxy.CLOSE); FakeProxy good = FakeProxy.honest()) {
            Run run = Run.of("send", "--host", "127.0.0.1:" + broken.port() + ",127.0.0.1:" + good.port(), "--policy",
                    "PP_1",
                    "--payload", "x", "--idempotent");

            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void theNextAddressIsTriedIfTheFirstIsDownOrGoingDown() throws IOException {
        int dead;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = taken.getLocalPort();
        }
        try (FakeProxy leaving = new FakeProxy(message -> FakeProxy.refusal("SHUTTING_DOWN", "bye"));
                FakeProxy good = FakeProxy.honest()) {
            Run run = Run.of("send", "--host",
                    "127.0.0.1:" + dead + ",127.0.0.1:" + leaving.port() + ",127.0.0.1:" + good.port(),
                    "--policy", "PP_1", "--payload", "x");

            assertThat(run.exitCode()).isZero();
            assertThat(leaving.received).hasSize(1);
        }
    }

    @Test
    void anAnswerWithControlCharactersCannotSteerTheTerminal() {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.refusal("BAD_MESSAGE", "\\u001b[2Jgone"))) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_1", "--payload", "x");

            assertThat(run.err()).contains("?[2Jgone").doesNotContain("\u001b");
        }
    }
}
