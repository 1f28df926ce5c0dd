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
import io.revproc.proxy.route.SwitchTable;
import io.revproc.transport.HeldMemory;
import io.revproc.wire.Ident;
import io.revproc.wire.MessageScanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A connection for one message, without a socket: what it writes, and what it reports of what it reads. */
class OneMessageConnectionTest {
    private static final String MESSAGE = "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payloadsize\": 1, \"payload\": \"a\"}";
    private static final String ANSWER = "{\"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"b\"}";

    private final ManualLoop loop = new ManualLoop();
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH, () -> 0);
    private final ToldOutcomes told = new ToldOutcomes();
    private final FakeDialer dialer = new FakeDialer();
    private final HeldMemory answers = new HeldMemory("answers", 512, 128, (memory, holders, bytes) -> {});
    private boolean outOfDate;
    private final Upstreams upstreams = new Upstreams(loop.context(), dialer,
            new ForwardBounds(new KeptMessages(1 << 20, 1024), answers), 1024, () -> outOfDate, told);
    private Endpoint endpoint = server(1);
    private EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        loop.turn();
        loop.close();
        assertThat(answers.bytes()).as("all memory was given back").isZero();
    }

    private Endpoint server(int proto) {
        return table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(1), InetAddress.getLoopbackAddress(), 9001,
                proto, false, 1, null, 100, false, null, null), proto == 1 ? null : "L1");
    }

    private TestExchange send() {
        return send(MESSAGE);
    }

    private TestExchange send(String text) {
        TestExchange exchange = new TestExchange(Objects.requireNonNull(table.routes().find("PP_1")), 0);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MessageScanner scanner = new MessageScanner();
        assertThat(scanner.scan(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        upstreams.send(exchange, new Place.Placed(endpoint, null), bytes, 0, bytes.length, scanner.fields());
        return exchange;
    }

    private String open() {
        channel = dialer.last().open();
        return FakeDialer.written(channel);
    }

    private void read(String text) {
        FakeDialer.say(channel, text);
    }

    private static EndpointConnection connection(Exchange exchange) {
        return Objects.requireNonNull(exchange.connection);
    }

    @Test
    void oldServerGetsExactlyTheMessageAndIsLeftAfterItsAnswer() {
        TestExchange exchange = send();
        assertThat(exchange.stage).isEqualTo(Exchange.Stage.CONNECTING);
        assertThat(dialer.dials).hasSize(1);
        assertThat(open()).isEqualTo(MESSAGE);
        assertThat(exchange.stage).isEqualTo(Exchange.Stage.SENT);
        assertThat(told.lines).containsExactly("sent");
        read(ANSWER);
        assertThat(told.lines).containsExactly("sent", "answered " + ANSWER);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void oldServerIsToldThePayloadsSizeIfTheClientSaidNone() {
        send(MESSAGE.replace(" \"payloadsize\": 1,", ""));
        assertThat(open()).endsWith("\"payload\": \"a\", \"payloadsize\": 1}");
    }

    @Test
    void serverWithALeaseHearsItFirst() {
        endpoint = server(2);
        send(MESSAGE.replace("{", "{\"msgId\": 5, "));
        assertThat(open()).startsWith("{\"type\": 7").contains("\"L1\"")
                .endsWith("}" + MESSAGE.replace("{", "{\"msgId\": 5, "));
        read(ANSWER.replace("{", "{\"msgId\": 5, "));
        assertThat(told.lines).containsExactly("sent", "answered " + ANSWER);
    }

    @Test
    void answerMayComeInPieces() {
        send();
        open();
        read(ANSWER.substring(0, 20));
        assertThat(told.lines).containsExactly("sent");
        assertThat(answers.bytes()).isEqualTo(20);
        read(ANSWER.substring(20) + "{\"type\": 3}");
        assertThat(told.lines).containsExactly("sent", "answered " + ANSWER);
        channel.runPendingTasks();
        assertThat(answers.bytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {"nonsense | breach: malformed answer",
            "{\"type\": 2, \"srcid\": 1, \"destid\": 8, \"payload\": \"b\"} | breach: ",
            "{\"type\": 3} | breach: "})
    void answerThatIsNoneFailsTheMessage(String answer, String breach) {
        send();
        open();
        read(answer);
        assertThat(told.lines).hasSize(3).endsWith("failed");
        assertThat(told.lines.get(1)).startsWith(breach.strip());
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answerThatHoldsTooMuchMemoryEndsTheConnection() {
        send();
        open();
        read("{\"type\": 2, \"payload\": \"" + "x".repeat(600));
        loop.turn();
        assertThat(told.lines).containsExactly("sent", "breach: too much memory held by incomplete answers", "failed");
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusalSaysWhetherItIsOfTheServersPresentLease(boolean present) {
        endpoint = server(2);
        send();
        open();
        if (!present) {
            table.register(endpoint.spec(), "L2");
        }
        read("{\"Error\": \"Not now\", \"code\": \"OVERLOADED\", \"retryable\": true}");
        assertThat(told.lines).containsExactly("sent", "refused OVERLOADED true Not now " + present);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void endOfTheConnectionFailsTheMessageOnce() {
        send();
        open();
        channel.close();
        channel.close();
        assertThat(told.lines).containsExactly("sent", "failed");
    }

    @Test
    void errorOnTheConnectionFailsTheMessage() {
        send();
        open();
        channel.pipeline().fireExceptionCaught(new IllegalStateException());
        assertThat(told.lines).containsExactly("sent", "failed");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void failedConnectIsReported() {
        send();
        dialer.last().failed().accept(ConnectFailure.UNREACHABLE);
        assertThat(told.lines).containsExactly("unconnected 1 UNREACHABLE");
    }

    @Test
    void failedConnectToAServerThatIsGoneSaysNothingAboutIt() {
        send();
        table.remove(endpoint);
        dialer.last().failed().accept(ConnectFailure.UNREACHABLE);
        assertThat(told.lines).containsExactly("unsent 1");
    }

    @Test
    void nothingIsSentToAServerThatIsGoneMeanwhile() {
        send();
        table.remove(endpoint);
        assertThat(open()).isEmpty();
        assertThat(channel.isOpen()).isFalse();
        assertThat(told.lines).containsExactly("unsent 1");
    }

    @ParameterizedTest
    @CsvSource({"1, unsent 1", "2, sent"})
    void onlyAnOldServersAddressMayBeAnothersWhereTheTableIsOutOfDate(int proto, String expected) {
        endpoint = server(proto);
        send();
        outOfDate = true;
        assertThat(open().isEmpty()).isEqualTo(proto == 1);
        assertThat(told.lines).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource({
            // the server's protocol, whether the connect can be stopped, whether the message is taken back
            "1, true, true", "1, false, false", "2, true, true", "2, false, true"})
    void messageIsTakenBackWhereNoServerDiesOfThat(int proto, boolean cancels, boolean withdrawn) {
        endpoint = server(proto);
        dialer.cancels = cancels;
        TestExchange exchange = send();
        assertThat(connection(exchange).withdraw(exchange)).isEqualTo(withdrawn);
        if (!cancels) {
            assertThat(open().isEmpty()).isEqualTo(withdrawn);
            assertThat(channel.isOpen()).isEqualTo(!withdrawn);
            assertThat(told.lines).containsExactly(withdrawn ? "unsent 0" : "sent");
        }
    }

    @Test
    void messageThatWasSentIsNotTakenBack() {
        endpoint = server(2);
        dialer.cancels = true;
        TestExchange exchange = send();
        open();
        assertThat(connection(exchange).withdraw(exchange)).isFalse();
        read(ANSWER);
        assertThat(told.lines).hasSize(2);
    }

    @Test
    void messageThatWasGivenUpWhileConnectingIsSentAllTheSame() {
        TestExchange exchange = send();
        connection(exchange).abandon(exchange);
        assertThat(open()).isEqualTo(MESSAGE);
        assertThat(channel.isOpen()).isFalse();
        assertThat(told.lines).isEmpty();
        send();
        TestExchange late = send();
        connection(late).abandon(late);
        dialer.last().failed().accept(ConnectFailure.REFUSED);
        assertThat(told.lines).containsExactly("unconnected 0 REFUSED");
    }

    @Test
    void lateAnswerIsDropped() {
        TestExchange exchange = send();
        open();
        EndpointConnection connection = connection(exchange);
        connection.abandon(exchange);
        assertThat(channel.isOpen()).isFalse();
        EmbeddedChannel still = new EmbeddedChannel(dialer.last().handler());
        FakeDialer.say(still, ANSWER);
        assertThat(told.lines).containsExactly("sent");
        still.finishAndReleaseAll();
    }

    @Test
    void serverThatWasTakenOutWhileConnectingGetsNothing() {
        send();
        table.update(endpoint, state -> state.withMode(EndpointState.Mode.MAINTENANCE));
        assertThat(open()).isEmpty();
        assertThat(told.lines).containsExactly("unsent 1");
    }
}
