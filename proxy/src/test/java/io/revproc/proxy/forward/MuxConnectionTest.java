package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;

import io.netty.channel.embedded.EmbeddedChannel;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.transport.HeldLoop;
import io.revproc.transport.HeldMemory;
import io.revproc.wire.Ident;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageScanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A kept connection, without a socket: what it writes, and what it reports of what it reads. */
class MuxConnectionTest {
    private static final long ID = 1 << 16;

    private final HeldLoop loop = new HeldLoop();
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH, () -> 0);
    private final EndpointSpec spec = new EndpointSpec(Ident.of("PP_1"), Ident.of(1), InetAddress.getLoopbackAddress(),
            9001, 2, true, 1, null, 100, false, null, null);
    private final Endpoint endpoint = table.register(spec, "L1");
    private final PolicyRoutes routes = Objects.requireNonNull(table.routes().find("PP_1"));
    private final ToldOutcomes told = new ToldOutcomes();
    private final FakeDialer dialer = new FakeDialer();
    private final HeldMemory answers = new HeldMemory("answers", 4096, 1024, (memory, holders, bytes) -> {});
    private final Upstreams upstreams = new Upstreams(loop.context(), dialer,
            new ForwardBounds(new KeptMessages(1 << 20, 1024), answers), 1024, () -> false, told);

    private EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void begin() {
        loop.context().now();
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        loop.close();
    }

    private TestExchange send(String text) {
        TestExchange exchange = new TestExchange(routes, 0);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MessageScanner scanner = new MessageScanner();
        assertThat(scanner.scan(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        exchange.sentNanos = loop.context().now();
        upstreams.send(exchange, new Place.Placed(endpoint, upstreams.find(endpoint)), bytes, 0, bytes.length,
                scanner.fields());
        return exchange;
    }

    private TestExchange send() {
        return send("{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"a\"}");
    }

    /** The connection is open, and its hello has been sent. */
    private void open() {
        channel = dialer.last().open();
    }

    private String written() {
        loop.context().run();
        return FakeDialer.written(channel);
    }

    private void read(String text) {
        FakeDialer.say(channel, text);
    }

    private static String answer(long id) {
        return "{\"msgId\": " + id + ", \"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"b\"}";
    }

    @Test
    void messagesWaitForTheConnectionAndLeaveWithTheLeaseAndAnIdInOneWrite() {
        Exchange first = send();
        send("{\"msgId\": \"own\", \"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"b\"}");
        assertThat(first.stage).isEqualTo(Exchange.Stage.CONNECTING);
        assertThat(dialer.dials).as("one connection").hasSize(1);
        open();
        assertThat(told.lines).containsExactly("sent", "sent");
        String out = written();
        assertThat(out).contains("\"lease\": \"L1\"").contains("{\"msgId\": " + ID + ", \"type\": 0, \"srcid\": 7")
                .contains("{\"msgId\": " + (ID + 1) + ", ").doesNotContain("own");
        assertThat(first.stage).isEqualTo(Exchange.Stage.SENT);
        assertThat(first.message).as("nobody needs its copy any more").isNull();
    }

    @Test
    void answersComeInAnyOrderAndInPieces() {
        send();
        send();
        open();
        written();
        read(answer(ID + 1));
        read(answer(ID).substring(0, 20));
        assertThat(told.lines).hasSize(3);
        read(answer(ID).substring(20));
        assertThat(told.lines.subList(2, 4)).allMatch(line -> line.startsWith("answered {") && !line.contains("msgId"));
        assertThat(channel.isOpen()).isTrue();
        assertThat(upstreams.find(endpoint)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
            "{\"msgId\": 65537, \"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"b\"} | breach: answer to a message that is not in flight",
            "{\"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"b\"} | breach: answer to a message that is not in flight",
            "nonsense | breach: malformed answer"})
    void whatCannotBeTrustedEndsTheConnectionAndFailsAllThatItHas(String answer, String breach) {
        send();
        open();
        written();
        told.lines.clear();
        read(answer);
        assertThat(told.lines).containsExactly(breach, "failed");
        assertThat(channel.isOpen()).isFalse();
        assertThat(upstreams.find(endpoint)).as("the next message gets a new connection").isNull();
    }

    @Test
    void answerThatIsNoneIsThatMessagesEndAlone() {
        send();
        send();
        open();
        written();
        told.lines.clear();
        read("{\"msgId\": " + ID + ", \"type\": 2, \"srcid\": 1, \"destid\": 8, \"payload\": \"b\"}");
        assertThat(told.lines).hasSize(2).last().isEqualTo("failed");
        assertThat(told.lines.getFirst()).startsWith("breach: ");
        read(answer(ID + 1));
        assertThat(told.lines).hasSize(3).last().asString().startsWith("answered");
    }

    @Test
    void refusalIsReportedWithWhatTheServerSaid() {
        send();
        open();
        written();
        told.lines.clear();
        read("{\"msgId\": " + ID + ", \"Error\": \"Not now\", \"code\": \"OVERLOADED\", \"retryable\": true}");
        assertThat(told.lines).containsExactly("refused OVERLOADED true Not now true");
    }

    @Test
    void connectionOfAnEarlierLeaseGetsNothingNewAndEndsWithItsLastAnswer() {
        send();
        open();
        written();
        table.register(spec, "L2");
        upstreams.changed(endpoint);
        assertThat(channel.isOpen()).as("one is in flight").isTrue();
        assertThat(upstreams.find(endpoint)).isNull();
        told.lines.clear();
        read(answer(ID));
        assertThat(told.lines).hasSize(1);
    }

    @Test
    void messagesThatWaitForTheConnectionGoElsewhereIfTheServerIsGone() {
        send();
        send();
        table.remove(endpoint);
        open();
        assertThat(told.lines).containsExactly("unsent 2");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void failedConnectIsReportedOnce() {
        send();
        dialer.last().failed().accept(ConnectFailure.REFUSED);
        dialer.last().failed().accept(ConnectFailure.REFUSED);
        assertThat(told.lines).containsExactly("unconnected 1 REFUSED");
        assertThat(upstreams.find(endpoint)).isNull();
    }

    @Test
    void messageThatWaitsForTheConnectionIsTakenBack() {
        Exchange exchange = send();
        EndpointConnection connection = Objects.requireNonNull(exchange.connection);
        assertThat(connection.withdraw(exchange)).isTrue();
        assertThat(connection.withdraw(exchange)).isFalse();
        open();
        assertThat(told.lines).isEmpty();
        assertThat(written()).doesNotContain("msgId");
    }

    @Test
    void whoSaysNothingSinceAMessageWasSentGetsANewConnection() {
        Exchange silent = send();
        open();
        written();
        EndpointConnection connection = Objects.requireNonNull(silent.connection);
        silent.sentNanos = loop.context().now();
        connection.abandon(silent);
        assertThat(upstreams.find(endpoint)).isNull();
        assertThat(channel.isOpen()).as("nothing else is in flight").isFalse();
    }

    @Test
    void lateAnswerOfAMessageThatWasGivenUpIsDropped() {
        Exchange late = send();
        send();
        open();
        written();
        read(answer(ID + 1));
        late.sentNanos = loop.context().now() - 1;
        Objects.requireNonNull(late.connection).abandon(late);
        told.lines.clear();
        read(answer(ID));
        assertThat(told.lines).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void endOfTheConnectionFailsWhatIsInFlight() {
        send();
        send();
        open();
        written();
        told.lines.clear();
        channel.close();
        assertThat(told.lines).containsExactly("failed", "failed");
        assertThat(upstreams.find(endpoint)).isNull();
    }

    @Test
    void serverThatIsOutGetsNoMoreOnItsConnection() {
        send();
        open();
        written();
        table.update(endpoint, EndpointState::fall);
        upstreams.changed(endpoint);
        assertThat(upstreams.find(endpoint)).isNull();
    }

    @Test
    void connectionTakesMessagesWhileItsServerReadsThem() {
        send();
        MuxConnection connection = Objects.requireNonNull(upstreams.find(endpoint));
        assertThat(connection.accepts()).as("it is being opened").isTrue();
        assertThat(connection.isOpen()).isFalse();
        open();
        assertThat(connection.accepts()).isTrue();
        assertThat(connection.isOpen()).isTrue();
        assertThat(connection.place()).isEqualTo(new Place.Placed(endpoint, connection));
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        assertThat(connection.accepts()).isFalse();
        channel.runPendingTasks();
        assertThat(told.lines).doesNotContain("room");
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        assertThat(told.lines).as("who waits may go on").contains("room");
        channel.close();
        assertThat(connection.accepts()).isFalse();
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void errorEndsTheConnectionWithAllThatItHas() {
        send();
        open();
        written();
        told.lines.clear();
        channel.pipeline().fireExceptionCaught(new IllegalStateException());
        assertThat(told.lines).containsExactly("failed");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void nothingLeavesThatWasStillToBeWrittenWhenTheConnectionEnded() {
        send();
        open();
        channel.pipeline().fireExceptionCaught(new IllegalStateException());
        assertThat(told.lines).endsWith("failed");
        assertThat(written()).isEmpty();
    }

    @Test
    void ownIdOfTheClientIsReplacedWhereverItStands() {
        for (String text : new String[]{
                "{\"msgId\": \"own\", \"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"b\"}",
                "{\"type\": 0, \"msgId\": \"own\", \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"b\"}",
                "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"b\", \"msgId\": \"own\"}"}) {
            send(text);
        }
        open();
        String rest = "\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"b\"}";
        assertThat(written()).endsWith("{\"msgId\": " + ID + ", " + rest + "{\"msgId\": " + (ID + 1) + ", " + rest
                + "{\"msgId\": " + (ID + 2) + ", " + rest);
    }

    @Test
    void openConnectionTakesAMessageAtOnceAndKeepsNoCopy() {
        send();
        open();
        written();
        told.lines.clear();
        TestExchange second = send();
        assertThat(told.lines).containsExactly("sent");
        assertThat(second.stage).isEqualTo(Exchange.Stage.SENT);
        assertThat(second.message).isNull();
        assertThat(written()).startsWith("{\"msgId\": " + (ID + 1) + ", \"type\"");
    }

    @Test
    void copyIsKeptWhereAnotherServerMayGetWhatThisOneRefuses() {
        table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(2), InetAddress.getLoopbackAddress(), 9002, 2,
                true, 1, null, 100, false, null, null), "M1");
        PolicyRoutes two = Objects.requireNonNull(table.routes().find("PP_1"));
        two.load().refusing();
        TestExchange first = sendTo(two);
        open();
        written();
        assertThat(first.message).as("sent when the connection was there").isNotNull();
        assertThat(sendTo(two).message).isNotNull();
        assertThat(sendTo(routes).message).as("it knows no other server").isNull();
    }

    private TestExchange sendTo(PolicyRoutes known) {
        TestExchange exchange = new TestExchange(known, 0);
        upstreams.send(exchange, new Place.Placed(endpoint, upstreams.find(endpoint)), MESSAGE, 0, MESSAGE.length,
                fields());
        return exchange;
    }

    private static final byte[] MESSAGE = "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"a\"}"
            .getBytes(StandardCharsets.UTF_8);

    private static MessageFields fields() {
        MessageScanner scanner = new MessageScanner();
        assertThat(scanner.scan(MESSAGE, 0, MESSAGE.length)).isEqualTo(MESSAGE.length);
        return scanner.fields();
    }

    @Test
    void idempotentMessageKeepsItsCopyUntilItEnds() {
        TestExchange exchange = new TestExchange(routes, 0, MESSAGE.length, true);
        upstreams.send(exchange, new Place.Placed(endpoint, null), MESSAGE, 0, MESSAGE.length, fields());
        open();
        written();
        assertThat(exchange.message).isEqualTo(MESSAGE);
    }

    @Test
    void tracedMessageNamesTheProxysSpanUnlessTheServerIsOld() {
        String trace = "00-11111111111111111111111111111111-2222222222222222-01";
        TestExchange exchange = new TestExchange(routes, 0);
        exchange.trace(() -> trace);
        upstreams.send(exchange, new Place.Placed(endpoint, null), MESSAGE, 0, MESSAGE.length, fields());
        TestExchange escaped = new TestExchange(routes, 0);
        escaped.trace(() -> trace);
        byte[] odd = "{\"tracep\\u0061rent\": \"x\", \"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"a\"}"
                .getBytes(StandardCharsets.UTF_8);
        open();
        assertThat(written()).contains("\"traceparent\": \"" + trace + "\", \"type\": 0");
        MessageScanner scanner = new MessageScanner();
        if (scanner.scan(odd, 0, odd.length) == odd.length) {
            upstreams.send(escaped, new Place.Placed(endpoint, upstreams.find(endpoint)), odd, 0, odd.length,
                    scanner.fields());
            assertThat(written()).contains("tracep\\u0061rent").doesNotContain(trace);
        }
        Endpoint old = table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(3), InetAddress.getLoopbackAddress(),
                9003, 1, false, 1, null, 100, false, null, null), null);
        TestExchange part1 = new TestExchange(routes, 0);
        part1.trace(() -> trace);
        upstreams.send(part1, new Place.Placed(old, null), MESSAGE, 0, MESSAGE.length, fields());
        EmbeddedChannel toOld = dialer.last().open();
        assertThat(FakeDialer.written(toOld)).doesNotContain("traceparent");
        toOld.finishAndReleaseAll();
    }

    @Test
    void memoryOfAnIncompleteAnswerIsCountedUntilTheConnectionEnds() {
        send();
        open();
        written();
        read(answer(ID).substring(0, 20));
        assertThat(answers.bytes()).isEqualTo(20);
        channel.close();
        assertThat(answers.bytes()).isZero();
    }

    @Test
    void answerThatHoldsTooMuchMemoryEndsTheConnection() {
        send();
        open();
        written();
        told.lines.clear();
        read("{\"msgId\": " + ID + ", \"payload\": \"" + "x".repeat(5_000));
        assertThat(told.lines).containsExactly("breach: too much memory held by incomplete answers", "failed");
        assertThat(channel.isOpen()).isFalse();
        assertThat(answers.bytes()).isZero();
    }

    @Test
    void connectionThatWasGivenUpBeforeItOpenedIsClosed() {
        send();
        dialer.last().failed().accept(ConnectFailure.REFUSED);
        open();
        assertThat(channel.isOpen()).isFalse();
        assertThat(told.lines).containsExactly("unconnected 1 REFUSED");
    }

    @Test
    void retiredConnectionEndsOnceNothingIsInFlight() {
        Exchange last = send();
        send();
        open();
        written();
        MuxConnection connection = Objects.requireNonNull(upstreams.find(endpoint));
        connection.retire();
        assertThat(channel.isOpen()).isTrue();
        assertThat(upstreams.find(endpoint)).isNull();
        read(answer(ID + 1));
        assertThat(channel.isOpen()).isTrue();
        last.sentNanos = Long.MIN_VALUE / 2;
        connection.abandon(last);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void serverThatLeavesTooManyUnansweredGetsANewConnection() {
        send();
        open();
        MuxConnection connection = Objects.requireNonNull(upstreams.find(endpoint));
        for (int i = 0; i < 1024; i++) {
            Exchange given = send();
            given.sentNanos = loop.context().now() - 1;
            connection.abandon(given);
        }
        assertThat(upstreams.find(endpoint)).isSameAs(connection);
        read(answer(ID + 1));
        Exchange again = send();
        again.sentNanos = loop.context().now() - 1;
        connection.abandon(again);
        assertThat(upstreams.find(endpoint)).as("one of them was answered late").isSameAs(connection);
        Exchange more = send();
        more.sentNanos = loop.context().now() - 1;
        connection.abandon(more);
        assertThat(upstreams.find(endpoint)).isNull();
        assertThat(channel.isOpen()).as("the first is in flight").isTrue();
    }
}
