package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.transport.HeldLoop;
import io.revproc.transport.TurnWriter;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Which replies leave in which order. */
class ReplyQueueTest {
    private static final byte[] NONE = new byte[0];
    private static final byte[] SRC_ID = utf8("7");

    private final HeldLoop loop = new HeldLoop();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final TurnWriter writer = new TurnWriter(loop.context(), channel);
    private final List<Boolean> told = new ArrayList<>();
    private final ReplyQueue replies = new ReplyQueue(writer, told::add,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), null);
    private final PolicyRoutes routes = policy();

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        loop.close();
    }

    private static PolicyRoutes policy() {
        SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(1, 1),
                () -> Instant.EPOCH, () -> 0);
        table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(1), InetAddress.getLoopbackAddress(), 9001, 1,
                false, 1, null, 1, false, null, null), null);
        return Objects.requireNonNull(table.routes().find("PP_1"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private ClientExchange message(String msgId) {
        ClientExchange exchange = new ClientExchange(replies, routes, 0, 10, false, 0, utf8(msgId), SRC_ID,
                null);
        replies.add(exchange);
        return exchange;
    }

    private void reply(ClientExchange exchange, String text) {
        byte[] bytes = utf8("<<" + text + ">>");
        replies.reply(exchange, bytes, 2, bytes.length - 2, bytes.length - 2, bytes.length - 2);
    }

    /** What has left by the end of the turn. */
    private String left() {
        writer.run();
        StringBuilder out = new StringBuilder();
        ByteBuf buffer;
        while ((buffer = channel.readOutbound()) != null) {
            out.append(buffer.toString(StandardCharsets.UTF_8));
            buffer.release();
        }
        return out.toString();
    }

    @Test
    void repliesLeaveInTheOrderOfTheirMessages() {
        ClientExchange a = message("");
        ClientExchange b = message("");
        ClientExchange c = message("");
        reply(c, "{c}");
        reply(b, "{b}");
        assertThat(left()).isEmpty();
        assertThat(replies.owed()).isEqualTo(3);
        reply(a, "{a}");
        assertThat(left()).isEqualTo("{a}{b}{c}");
        assertThat(replies.owed()).isZero();
    }

    @Test
    void replyWithAnIdOvertakesAndCarriesIt() {
        message("");
        ClientExchange named = message("\"x\"");
        reply(named, "{\"type\": 2}");
        assertThat(left()).isEqualTo("{\"msgId\": \"x\", \"type\": 2}");
        assertThat(replies.owed()).isEqualTo(1);
    }

    @Test
    void proxysOwnAnswersComeBehindWhatIsOwedBeforeThem() {
        ClientExchange a = message("");
        replies.answer(utf8("{1}"));
        replies.answer(utf8("{2}"));
        ClientExchange b = message("");
        replies.answer(utf8("{3}"));
        assertThat(replies.owed()).as("they are owed like others").isEqualTo(5);
        reply(b, "{b}");
        assertThat(left()).isEmpty();
        reply(a, "{a}");
        assertThat(left()).isEqualTo("{a}{1}{2}{b}{3}");
        assertThat(replies.owed()).isZero();
        replies.answer(utf8("{4}"));
        assertThat(left()).isEqualTo("{4}");
    }

    @Test
    void serversOwnIdIsCutOutOfWhatComesInOrder() {
        ClientExchange a = message("");
        ClientExchange b = message("");
        byte[] bytes = utf8("{\"msgId\": 9, \"type\": 2}");
        replies.reply(b, bytes, 0, bytes.length, 1, 13);
        replies.reply(a, bytes, 0, bytes.length, 1, 13);
        assertThat(left()).isEqualTo("{\"type\": 2}{\"type\": 2}");
    }

    @Test
    void refusalTakesItsTurnAndSaysWhetherTheConnectionEnds() {
        ClientExchange a = message("");
        ClientExchange b = message("");
        replies.refuse(b, ErrorCode.TIMEOUT, "late");
        assertThat(left()).isEmpty();
        replies.refuse(a, ErrorCode.SHUTTING_DOWN, "bye");
        assertThat(left()).containsSubsequence("bye", "late");
        assertThat(told).containsExactly(false, true);
    }

    @Test
    void whoIsGoneGetsNothing() {
        ClientExchange a = message("");
        ClientExchange named = message("1");
        reply(message(""), "{early}");
        replies.refuse(named, ErrorCode.TIMEOUT, "late");
        left();
        assertThat(replies.owed()).isEqualTo(2);
        assertThat(a.ordered()).isTrue();
    }

    @Test
    void refusalRepeatsTheIdsAsTheClientWroteThem() {
        assertThat(new String(Refusals.of(ErrorCode.NO_SERVER, "No \"one\"", utf8("\"a\\u0062\""), SRC_ID),
                StandardCharsets.UTF_8)).isEqualTo(
                        "{\"Error\": \"No \\\"one\\\"\", \"code\": \"NO_SERVER\", \"retryable\": true, \"msgId\": \"a\\u0062\"}");
        assertThat(new String(Refusals.of(ErrorCode.TIMEOUT, "late", NONE, utf8("\"c\"")), StandardCharsets.UTF_8))
                .startsWith("{\"Error\": \"late\"").endsWith(
                        "\"type\": -1, \"srcid\": \"proxy\", \"destid\": \"c\", \"payloadsize\": 4, \"payload\": \"late\"}");
        assertThat(new String(Refusals.of(ErrorCode.TOO_LARGE, "large", NONE, NONE), StandardCharsets.UTF_8))
                .contains("\"destid\": null");
    }
}
