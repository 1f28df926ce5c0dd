package io.revproc.server.answer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.revproc.server.Peer;
import io.revproc.server.transcript.Transcript;
import io.revproc.transport.Transport;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.PayloadDigest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class DataPortTest {
    private static final int MAX_MESSAGE = (1 << 20) + 1024;

    private static final Ident PP_1 = Ident.of("PP_1");

    private final Leases leases = new Leases(List.of(PP_1, Ident.of("P"), Ident.of("PP_2")));
    private final List<AutoCloseable> open = new ArrayList<>();

    /** Most of these tests are about messages, not about who may send them. */
    @BeforeEach
    void takeMessagesWithoutHello() {
        leases.grantWithoutHello(PP_1);
        leases.grantWithoutHello(Ident.of("P"));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private DataPort start(Transport transport, DataPortSettings settings, Transcript transcript) {
        return start(transport, settings, transcript, Digests::atOnce);
    }

    private DataPort start(Transport transport, DataPortSettings settings, Transcript transcript,
            Responder responder) {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, transport.ioHandlers());
        DataPort port = new DataPort(settings, transport, loops, leases, responder, transcript, null);
        open.add(() -> {
            port.close(Duration.ofSeconds(2));
            loops.shutdownGracefully(50, 2000, TimeUnit.MILLISECONDS).sync();
        });
        port.open();
        return port;
    }

    private DataPort start() {
        return start(Transport.choose(Transport.Choice.AUTO, "transport"), settings(100, 1 << 20),
                Transcript.off());
    }

    private static DataPortSettings settings(int maxConnections, int highWater) {
        return settings(0, maxConnections, highWater, Duration.ofMinutes(1));
    }

    private static DataPortSettings settings(int port, int maxConnections, int highWater, Duration messageTimeout) {
        return new DataPortSettings(Ident.of("1"), "127.0.0.1", port, MAX_MESSAGE, 4 << 20, maxConnections, highWater,
                messageTimeout, 100_000, 64 << 20, "policy-server.listen-address", "policy-server.listen");
    }

    private DataPort startWithMessageTimeout(Duration timeout) {
        return start(Transport.choose(Transport.Choice.AUTO, "transport"),
                settings(0, 10, 1 << 20, timeout),
                Transcript.off());
    }

    private Peer connect(DataPort port) throws Exception {
        Peer peer = new Peer(port.port());
        open.add(peer);
        return peer;
    }

    private static Message.Data data(int client, String payload) {
        return Message.Data.of(Ident.of(client), Ident.of("PP_1"), payload);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void answersASeedsMessageWithTheBytesOfTheContract(Transport transport) throws Exception {
        DataPort port = start(transport, settings(10, 1 << 20), Transcript.off());
        Peer peer = connect(port).send(data(1327, "hello"));
        assertThat(peer.text()).isEqualTo("{\"type\": 2, \"srcid\": 1, \"destid\": 1327, \"payloadsize\": 40, "
                + "\"payload\": \"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\"}");
    }

    @Test
    void putsTheMsgIdFirst() throws Exception {
        leases.grant(Ident.of("PP_1"), "L1");
        Peer peer = connect(start()).send(new Message.Hello("L1"));
        peer.send("{\"msgId\": 7, \"type\": 0, \"srcid\": \"1327\", \"privPoliId\": \"PP_1\", \"payload\": \"hello\"}");
        assertThat(peer.text()).isEqualTo("{\"msgId\": 7, \"type\": 2, \"srcid\": 1, \"destid\": \"1327\", "
                + "\"payloadsize\": 40, \"payload\": \"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "a \"quoted\" {brace} \\ and / \b\f\n\r\t", "grüße 😀 \u0000\u001f\u2028",
            "\\u0041 is no escape here"})
    void hashesTheDecodedPayload(String payload) throws Exception {
        Peer peer = connect(start()).send(data(1, payload));
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of(payload));
    }

    @Test
    void hashesAPayloadSpeltWithEscapes() throws Exception {
        Peer peer = connect(start()).send("{\"type\":0,\"srcid\":1,\"privPoliId\":\"P\",\"payload\":"
                + "\"\\u00e9\\ud83d\\ude00\\/\\\\\\\"x\"}");
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("é😀/\\\"x"));
    }

    @Test
    void answersInOrderWhateverTheMessagesAreCutInto() throws Exception {
        Peer peer = connect(start());
        List<String> payloads = IntStream.range(0, 50).mapToObj(i -> "payload {" + i + "\\").toList();
        StringBuilder all = new StringBuilder();
        for (String payload : payloads) {
            all.append("{\"type\": 0, \"srcid\": 5, \"privPoliId\": \"P\", \"payload\": \"")
                    .append(payload.replace("\\", "\\\\")).append("\"}\n");
        }
        byte[] bytes = all.toString().getBytes(StandardCharsets.UTF_8);
        peer.send(all.substring(0, bytes.length / 2));
        for (int i = bytes.length / 2; i < bytes.length; i++) {
            peer.socket.getOutputStream().write(bytes[i]);
        }
        for (String payload : payloads) {
            assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of(payload));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\\"})
    void answersAPayloadOf900KiB(String character) throws Exception {
        String payload = character.repeat(character.equals("x") ? 900 * 1024 : 450 * 1024);
        Peer peer = connect(start()).send(data(1, payload), data(2, "next"));
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of(payload));
        assertThat(peer.ack().destId()).isEqualTo(Ident.of(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "{\"type\": 0]", "[1]", "\u0000\u0000"})
    void garbageClosesOnlyItsConnection(String garbage) throws Exception {
        DataPort port = start();
        Peer other = connect(port).send(data(1, "before"));
        assertThat(other.ack().payload()).isEqualTo(PayloadDigest.of("before"));
        Peer peer = connect(port).send(garbage);
        assertThat(((Message.Refusal) peer.next()).code()).isEqualTo(ErrorCode.BAD_MESSAGE);
        assertThat(peer.ended()).isTrue();
        assertThat(other.send(data(1, "after")).ack().payload()).isEqualTo(PayloadDigest.of("after"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"type\": 0}", "{\"type\": 2, \"srcid\": 1, \"destid\": 1, \"payload\": \"\"}",
            "{\"type\": 0, \"srcid\": 1, \"payload\": 5}", "{\"type\": 0, \"type\": 0}", "{\"type\": 0,}"})
    void refusesAWellFramedMessageThatItCantAnswerAndGoesOn(String message) throws Exception {
        Peer peer = connect(start()).send(message).send(data(1, "next"));
        assertThat(((Message.Refusal) peer.next()).code()).isEqualTo(ErrorCode.BAD_MESSAGE);
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("next"));
    }

    @Test
    void aRefusalNamesTheMsgId() throws Exception {
        Peer peer = connect(start()).send("{\"type\": 2, \"msgId\": 17}{\"type\": 2, \"msgId\": \"a\"}");
        assertThat(((Message.Refusal) peer.next()).msgId()).isEqualTo(Ident.of(17));
        assertThat(((Message.Refusal) peer.next()).msgId()).isEqualTo(Ident.of("a"));
    }

    @Test
    void refusesAMessageOverTheLimitBeforeItsEnd() throws Exception {
        Peer peer = connect(start());
        peer.send("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"P\", \"payload\": \"" + "x".repeat(MAX_MESSAGE));
        assertThat(((Message.Refusal) peer.next()).code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(peer.ended()).isTrue();
    }

    @Test
    void closesAConnectionWhoseMessageDoesNotEnd() throws Exception {
        DataPort port = startWithMessageTimeout(Duration.ofMillis(300));
        Peer idle = connect(port).send(data(1, "x"));
        assertThat(idle.ack()).isNotNull();
        Peer stuck = connect(port).send("{\"type\": 0, \"payload\": \"");
        assertThat(stuck.ended()).isTrue();
        assertThat(idle.send(data(1, "y")).ack()).isNotNull();
    }

    @Test
    void aSlowStreamOfMessagesIsNotAMessageThatDoesNotEnd() throws Exception {
        Peer peer = connect(startWithMessageTimeout(Duration.ofSeconds(1)))
                .send("{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"P\", ");
        for (int i = 0; i < 8; i++) {
            assertThat(peer.socket.isClosed()).isFalse();
            long until = System.nanoTime() + Duration.ofMillis(150).toNanos();
            await().pollInterval(Duration.ofMillis(10)).until(() -> System.nanoTime() - until >= 0);
            peer.send("\"payload\": \"\"}{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"P\", ");
            assertThat(peer.ack()).isNotNull();
        }
    }

    @Test
    void incompleteMessagesHoldSoMuchMemoryAndNoMore() throws Exception {
        DataPort port = start(Transport.choose(Transport.Choice.AUTO, "transport"),
                settings(100, 1 << 20),
                Transcript.off());
        String most = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"P\", \"payload\": \"" + "x".repeat(900 * 1024);
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            peers.add(connect(port).send(most));
        }
        Peer refused = connect(port).send(most);
        List<Peer> all = new ArrayList<>(peers);
        all.add(refused);
        await().until(() -> port.refused() == 1);
        int answered = 0;
        for (Peer peer : all) {
            Message first;
            try {
                first = peer.send("\"}").next();
            } catch (IOException e) {
                continue;
            }
            answered += first instanceof Message.Ack ? 1 : 0;
        }
        assertThat(answered).isEqualTo(4);
        assertThat(connect(port).send(most + "\"}").ack()).isNotNull();
    }

    @Test
    void countsWhatItAnsweredAndRefused() throws Exception {
        DataPort port = start();
        Peer peer = connect(port).send(data(1, "a"), data(1, "b")).send("{}").send(data(1, "c"));
        peer.ack();
        peer.ack();
        peer.next();
        peer.ack();
        assertThat(port.answered()).isEqualTo(3);
        assertThat(port.refused()).isEqualTo(1);
    }

    @Test
    void aPeerThatClosedItsSideStillGetsItsAnswers() throws Exception {
        Peer peer = connect(start()).send(data(1, "last words"));
        peer.socket.shutdownOutput();
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("last words"));
        assertThat(peer.ended()).isTrue();
    }

    @Test
    void closesAConnectionWhoseLeaseNobodyGaveUs() throws Exception {
        leases.grant(Ident.of("PP_1"), "ours");
        Peer peer = connect(start()).send(new Message.Hello("theirs"));
        assertThat(peer.ended()).isTrue();
    }

    /** The server before us had this address, or the proxy's table is wrong: nobody's message may be answered here. */
    @Test
    void messagesUnderALeaseThatIsNotOursAreRefusedByNameBeforeTheConnectionCloses() throws Exception {
        leases.grant(PP_1, "ours");
        // in one write, as a proxy's first message comes behind its hello: a strange hello alone closes the connection
        Peer peer = connect(start())
                .send("{\"type\": 7, \"lease\": \"theirs\"}{\"msgId\": 1, \"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_1\", \"payload\": \"a\"}"
                        + "{\"msgId\": 2, \"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_9\", \"payload\": \"b\"}");
        assertThat(List.of(peer.text(), peer.text())).allMatch(text -> text.contains("\"code\": \"NOT_SERVED\"")
                && text.contains("\"retryable\": true")).extracting(text -> text.substring(0, 11))
                .containsExactly("{\"msgId\": 1", "{\"msgId\": 2");
        assertThat(peer.ended()).isTrue();
    }

    @Test
    void aMessageForAPolicyThatTheLeaseIsNotForIsRefusedAndTheOthersAnswered() throws Exception {
        leases.grant(PP_1, "one");
        leases.grant(Ident.of("PP_2"), "two");
        Peer peer = connect(start()).send(new Message.Hello("one"));
        peer.send("{\"msgId\": 1, \"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_2\", \"payload\": \"a\"}"
                + "{\"msgId\": 2, \"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_1\", \"payload\": \"b\"}");
        Message.Refusal refusal = (Message.Refusal) peer.next();
        assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_SERVED);
        assertThat(refusal.msgId()).isEqualTo(Ident.of(1));
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("b"));
    }

    @Test
    void aMessageOfAWiderPolicyThatTheProxyNamedWithTheLeaseIsAnsweredAndNoOther() throws Exception {
        leases.grant(PP_1, "one", List.of("PP_wide"));
        leases.grant(Ident.of("PP_2"), "two");
        Peer peer = connect(start()).send(new Message.Hello("one"));
        peer.send("{\"msgId\": 1, \"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_wide\", \"payload\": \"a\"}"
                + "{\"msgId\": 2, \"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_2\", \"payload\": \"b\"}");
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("a"));
        assertThat(((Message.Refusal) peer.next()).code()).isEqualTo(ErrorCode.NOT_SERVED);
        Peer other = connect(start()).send(new Message.Hello("two"));
        other.send("{\"msgId\": 1, \"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_wide\", \"payload\": \"a\"}");
        assertThat(((Message.Refusal) other.next()).code()).as("another lease's").isEqualTo(ErrorCode.NOT_SERVED);
    }

    @Test
    void aMessageWithoutHelloIsNotForAServerThatGotALease() throws Exception {
        leases.grant(PP_1, "ours");
        DataPort port = start();
        Peer peer = connect(port).send(data(1, "secret"));
        assertThat(((Message.Refusal) peer.next()).code()).isEqualTo(ErrorCode.NOT_SERVED);
        assertThat(((Message.Refusal) peer.send(data(1, "again")).next()).code()).isEqualTo(ErrorCode.NOT_SERVED);
        assertThat(port.answered()).isZero();
    }

    /** The proxy says that a lease is over; somebody with its id has no more right to an answer than a stranger. */
    @Test
    void leaseThatIsOverBringsNothingMoreOnOpenConnectionsNeither() throws Exception {
        leases.grant(PP_1, "LEASE-ONE");
        DataPort port = start();
        Peer open = connect(port).send(new Message.Hello("LEASE-ONE"));
        assertThat(open.send(data(1, "before")).ack().payload()).isNotEmpty();
        leases.end(PP_1, "LEASE-ONE");
        Message.Refusal refusal = (Message.Refusal) open.send(data(1, "after")).next();
        assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_SERVED);
        assertThat(refusal.sentence()).isEqualTo("The lease of this connection's hello is over");
        Peer late = connect(port).send(new Message.Hello("LEASE-ONE"), data(1, "late"));
        assertThat(((Message.Refusal) late.next()).code()).isEqualTo(ErrorCode.NOT_SERVED);
        leases.grant(PP_1, "LEASE-TWO");
        assertThat(connect(port).send(new Message.Hello("LEASE-TWO")).send(data(1, "again")).ack().payload())
                .isNotEmpty();
    }

    /** An old proxy's message, for the policy of the server that had this address before. */
    @Test
    void anOldProxysMessageForAPolicyThatIsNotOursIsRefusedAtOnceWithWhatItsClientNeeds() throws Exception {
        Peer peer = connect(start())
                .send("{\"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_9\", \"payload\": \"a\"}");
        assertThat(peer.text())
                .startsWith("{\"Error\": \"This server does not serve this policy\", \"code\": \"NOT_SERVED\"")
                .contains("\"type\": -1", "\"destid\": 5");
    }

    /** The proxy may have routed on one key; who reads the other is not asked. */
    @Test
    void messageThatNamesTwoPoliciesIsRefused() throws Exception {
        Peer peer = connect(start()).send(
                "{\"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_9\", \"payload\": \"a\", \"privPolyId\": \"PP_8\"}");
        assertThat(((Message.Refusal) peer.next()).code()).isEqualTo(ErrorCode.BAD_MESSAGE);
    }

    @Test
    void aMessageThatOvertakesAnOldProxysAnswerWaitsForIt() throws Exception {
        DataPort port = start();
        Peer peer = connect(port).send("{\"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_2\", \"payload\": \"a\"}");
        await().until(() -> port.connections() == 1);
        leases.grantWithoutHello(Ident.of("PP_2"));
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("a"));
    }

    /** However it is cut: others of its connection get their answers. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 21, 100_000, 4096})
    void aMessageOverTheLimitIsRefusedByNameAndTheOthersAnswered(int write) throws Exception {
        leases.grant(PP_1, "ours");
        Peer peer = connect(start()).send(new Message.Hello("ours"));
        String all = mux(1, "a") + mux(2, "x{\\\"".repeat(400_000)) + mux(3, "c");
        for (int at = 0; at < all.length(); at += write) {
            peer.send(all.substring(at, Math.min(all.length(), at + write)));
        }
        assertThat(peer.ack().msgId()).isEqualTo(Ident.of(1));
        Message.Refusal refusal = (Message.Refusal) peer.next();
        assertThat(refusal.code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(refusal.msgId()).isEqualTo(Ident.of(2));
        assertThat(peer.ack().msgId()).isEqualTo(Ident.of(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"type\": 0, \"type\": 0", "\"type\": 0, \"srcid\": 1", "\"type\": 9", "\"type\": 0,"})
    void aMuxMessageThatItCantAnswerIsRefusedByName(String rest) throws Exception {
        leases.grant(PP_1, "ours");
        Peer peer = connect(start()).send(new Message.Hello("ours"))
                .send("{\"msgId\": 17, " + rest + "}" + mux(18, "a"));
        assertThat(((Message.Refusal) peer.next()).msgId()).isEqualTo(Ident.of(17));
        assertThat(peer.ack().msgId()).isEqualTo(Ident.of(18));
    }

    @Test
    void aMessageThatGoesOnForEverClosesItsConnection() throws Exception {
        leases.grant(PP_1, "ours");
        Peer peer = connect(start()).send(new Message.Hello("ours"))
                .send("{\"msgId\": 1, \"type\": 0, \"payload\": \"");
        String part = "x".repeat(1 << 20);
        try {
            for (int i = 0; i < 80; i++) {
                peer.send(part);
            }
        } catch (IOException e) {
            return;
        }
        assertThat(((Message.Refusal) peer.next()).msgId()).isEqualTo(Ident.of(1));
        assertThat(((Message.Refusal) peer.next()).msgId()).isNull();
        assertThat(peer.ended()).isTrue();
    }

    private static String mux(int msgId, String payload) {
        return "{\"msgId\": " + msgId + ", \"type\": 0, \"srcid\": 5, \"privPoliId\": \"PP_1\", \"payload\": \""
                + payload
                + "\"}";
    }

    @Test
    void aHelloThatOvertakesTheAnswerToOurSetupWaitsForIt() throws Exception {
        DataPort port = start();
        Peer peer = connect(port).send(new Message.Hello("soon"), data(1, "a"), data(1, "b"));
        await().until(() -> port.connections() == 1);
        leases.grant(Ident.of("PP_1"), "soon");
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("a"));
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("b"));
    }

    @Test
    void theLeaseBeforeTheCurrentOneIsStillGood() throws Exception {
        leases.grant(Ident.of("PP_1"), "first");
        leases.grant(Ident.of("PP_1"), "second");
        DataPort port = start();
        assertThat(connect(port).send(new Message.Hello("first"), data(1, "x")).ack()).isNotNull();
        leases.grant(Ident.of("PP_1"), "third");
        assertThat(connect(port).send(new Message.Hello("first"), data(1, "x")).next())
                .isInstanceOf(Message.Refusal.class);
    }

    @Test
    void connectionsOverTheLimitAreTurnedAwayUntilOneCloses() throws Exception {
        DataPort port = start(Transport.choose(Transport.Choice.AUTO, "transport"), settings(1, 1 << 20),
                Transcript.off());
        Peer first = connect(port).send(data(1, "x"));
        assertThat(first.ack()).isNotNull();
        assertThat(connect(port).ended()).isTrue();
        first.close();
        await().until(() -> port.connections() == 0);
        assertThat(connect(port).send(data(1, "x")).ack()).isNotNull();
    }

    @Test
    void doesNotReadFromAPeerThatDoesNotReadItsAnswers() throws Exception {
        DataPort port = start(Transport.choose(Transport.Choice.AUTO, "transport"),
                settings(10, 64 * 1024),
                Transcript.off());
        Peer peer = connect(port);
        String batch = "{\"type\":0,\"srcid\":1,\"privPoliId\":\"P\",\"payload\":\"\"}".repeat(1000);
        AtomicLong sent = new AtomicLong();
        Thread writer = Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < 2000; i++) {
                    peer.send(batch);
                    sent.addAndGet(1000);
                }
            } catch (IOException e) {
                // the test is over
            }
        });
        long[] last = {-1};
        await().during(Duration.ofMillis(500)).until(() -> {
            boolean still = sent.get() == last[0];
            last[0] = sent.get();
            return still && last[0] > 0;
        });
        assertThat(sent.get()).isLessThan(2_000_000);
        long stopped = sent.get();
        for (int i = 0; i < stopped && sent.get() == stopped; i++) {
            assertThat(peer.ack().destId()).isEqualTo(Ident.of(1));
        }
        assertThat(sent.get()).isGreaterThan(stopped);
        peer.close();
        writer.join();
    }

    @Test
    void holdsEveryAnswerBackForTheDelayAndKeepsTheOrder() throws Exception {
        Duration delay = Duration.ofMillis(150);
        DataPort port = start(Transport.choose(Transport.Choice.AUTO, "transport"), settings(10, 1 << 20),
                Transcript.off(), Digests.after(delay));
        long start = System.nanoTime();
        Peer peer = connect(port).send(data(1, "a"), data(2, "b")).send(data(3, "c"));
        peer.socket.shutdownOutput();
        assertThat(peer.ack().destId()).isEqualTo(Ident.of(1));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(delay);
        assertThat(peer.ack().destId()).isEqualTo(Ident.of(2));
        assertThat(peer.ack().destId()).isEqualTo(Ident.of(3));
        assertThat(peer.ended()).isTrue();
    }

    @Test
    void aPortThatIsTakenIsSaidInOneSentence() {
        DataPort port = start();
        DataPortSettings taken = settings(port.port(), 1, 1024, Duration.ofSeconds(1));
        assertThatThrownBy(() -> start(Transport.choose(Transport.Choice.AUTO, "transport"), taken, Transcript.off()))
                .isInstanceOf(PortTakenException.class).hasMessage("the data port 127.0.0.1:" + port.port()
                        + " can't be opened (it is in use by another program); choose another with policy-server.listen");
    }

    @Test
    void closingThePortSendsTheAnswersThatAreOwed() throws Exception {
        DataPort port = start(Transport.choose(Transport.Choice.AUTO, "transport"),
                settings(10, 1 << 20),
                Transcript.off(), Digests.after(Duration.ofMillis(200)));
        Peer peer = connect(port).send(data(1, "owed"));
        await().until(() -> port.connections() == 1);
        Peer witness = connect(port).send(data(2, "read after the first"));
        assertThat(witness.ack()).isNotNull();
        peer.send(data(1, "owed too"));
        assertThat(peer.ack().payload()).isEqualTo(PayloadDigest.of("owed"));
        port.close(Duration.ofSeconds(2));
        assertThat(port.connections()).isZero();
    }

    @Test
    void theTranscriptShowsTheSeedsLinesWithControlCharactersEscaped() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataPort port = start(Transport.choose(Transport.Choice.AUTO, "transport"),
                settings(10, 1 << 20),
                Transcript.to(new PrintStream(out, true, StandardCharsets.UTF_8)));
        Peer peer = connect(port).send(data(1334, "a\u001b[2Jb"));
        String digest = peer.ack().payload();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Connected to 127.0.0.1:"
                + peer.socket.getLocalPort() + "\n"
                + "Received a message from client 1334, payload: a\\x1b[2Jb\n"
                + "Sending a response to client 1334, payload: " + digest + "\n");
    }
}
