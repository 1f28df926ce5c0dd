package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
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
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
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
    private final Told told = new Told();
    private final Dial dial = new Dial();
    private final Upstreams upstreams = new Upstreams(loop.context(), dial,
            new ForwardBounds(new KeptMessages(1 << 20, 1024),
                    new HeldMemory("answers", 1 << 20, 1024, (memory, holders, bytes) -> {})),
            1024, () -> false, told);

    /** What the connection reports, as text. */
    private static final class Told implements Outcomes {
        final List<String> lines = new ArrayList<>();

        @Override
        public void sent(Exchange exchange) {
            lines.add("sent");
        }

        @Override
        public void answered(Exchange exchange, Endpoint at, byte[] bytes, int from, int to, int cutStart,
                int cutEnd) {
            lines.add("answered " + new String(bytes, from, cutStart - from, StandardCharsets.UTF_8)
                    + new String(bytes, cutEnd, to - cutEnd, StandardCharsets.UTF_8));
        }

        @Override
        public void refused(Exchange exchange, Endpoint at, ErrorCode code, boolean retryable, String sentence,
                boolean present) {
            lines.add("refused " + code + " " + retryable + " " + sentence + " " + present);
        }

        @Override
        public void failed(Exchange exchange, Endpoint at) {
            lines.add("failed");
        }

        @Override
        public void breach(Endpoint at, String what) {
            lines.add("breach: " + what);
        }

        @Override
        public void unconnected(Endpoint at, Collection<Exchange> exchanges, ConnectFailure failure) {
            lines.add("unconnected " + exchanges.size() + " " + failure);
        }

        @Override
        public void unsent(Endpoint at, Collection<Exchange> exchanges) {
            lines.add("unsent " + exchanges.size());
        }

        @Override
        public void roomAgain() {
            lines.add("room");
        }
    }

    /** Opens no socket: the test says when the connection is there. */
    private static final class Dial implements Dialer {
        private final List<Consumer<Channel>> connected = new ArrayList<>();
        private final List<Consumer<ConnectFailure>> failed = new ArrayList<>();
        private final List<ChannelHandler> handlers = new ArrayList<>();

        @Override
        public Dialer.Dial connect(Endpoint to, ChannelHandler handler, Consumer<Channel> open,
                Consumer<ConnectFailure> failure) {
            handlers.add(handler);
            connected.add(open);
            failed.add(failure);
            return () -> false;
        }
    }

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
        channel = new EmbeddedChannel(dial.handlers.getLast());
        dial.connected.getLast().accept(channel);
    }

    private String written() {
        loop.context().run();
        StringBuilder out = new StringBuilder();
        ByteBuf buffer;
        while ((buffer = channel.readOutbound()) != null) {
            out.append(buffer.toString(StandardCharsets.UTF_8));
            buffer.release();
        }
        return out.toString();
    }

    private void read(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    private static String answer(long id) {
        return "{\"msgId\": " + id + ", \"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"b\"}";
    }

    @Test
    void messagesWaitForTheConnectionAndLeaveWithTheLeaseAndAnIdInOneWrite() {
        Exchange first = send();
        send("{\"msgId\": \"own\", \"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"b\"}");
        assertThat(first.stage).isEqualTo(Exchange.Stage.CONNECTING);
        assertThat(dial.handlers).as("one connection").hasSize(1);
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
        dial.failed.getLast().accept(ConnectFailure.REFUSED);
        dial.failed.getLast().accept(ConnectFailure.REFUSED);
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
}
