package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import io.netty.channel.embedded.EmbeddedChannel;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.proxy.route.ServerSums;
import io.revproc.proxy.route.Standstill;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableObserver.Change;
import io.revproc.transport.HeldMemory;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageScanner;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A message's whole life on one event loop, without a socket: who gets it, what its client hears, who is told. */
class ForwarderTest {
    private static final String MESSAGE = "{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"PP_1\", \"payload\": \"a\"}";
    private static final String ANSWER = "{\"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"b\"}";
    private static final int LARGE = KeptMessages.SMALL + 1;
    private static final long ID = 1 << 16;

    private final ManualLoop loop = new ManualLoop();
    private final FakeDialer dialer = new FakeDialer();
    private final List<String> told = new ArrayList<>();
    private final Log log = new Log();
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private final KeptMessages kept = new KeptMessages(1, LARGE);
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 2),
            () -> Instant.EPOCH, () -> 0);
    private int wokeOthers;
    private final Forwarder forwarder = forwarder(20);

    /** Keeps all that it is told of, and lets the test decide whether deliveries can be recorded. */
    private final class Log implements DeliveryLog {
        private boolean admits = true;
        private boolean admitsAgain = true;
        private @Nullable Consumer<byte[]> receipt;

        @Override
        public boolean admit(Delivery message, byte[] bytes, int from, int to, boolean wanted) {
            message.receipt = wanted;
            return admits;
        }

        @Override
        public boolean admitAgain(Delivery message) {
            return admitsAgain;
        }

        @Override
        public void delivered(Delivery message, Endpoint endpoint, long nanos, Consumer<byte[]> wanted) {
            told.add("delivered for a receipt");
            receipt = wanted;
        }

        @Override
        public void arrived(Exchange message, byte[] bytes, MessageFields fields) {
            told.add("arrived");
        }

        @Override
        public void forwarding(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to) {
            told.add("forwarding " + endpoint.spec().id());
        }

        @Override
        public void sent(Exchange message) {
            told.add("sent");
        }

        @Override
        public void replied(Exchange message, Endpoint endpoint, byte[] bytes, int from, int to, long now) {
            told.add("replied");
        }

        @Override
        public void refused(Exchange message, @Nullable Endpoint endpoint, ErrorCode code, String sentence,
                long now) {
            told.add("refused " + code);
        }

        @Override
        public void cancelled(Exchange message, long now) {
            told.add("cancelled");
        }

        @Override
        public void unreachable(Endpoint endpoint) {
            told.add("unreachable");
        }

        @Override
        public void answered(Endpoint endpoint, long nanos) {
            told.add("answered");
            assertThat(nanos).isBetween(0L, Duration.ofMinutes(5).toNanos());
        }

        @Override
        public void failed(Endpoint endpoint, ErrorCode code, long nanos) {
            told.add("failed " + code);
            assertThat(nanos).isBetween(0L, Duration.ofMinutes(5).toNanos());
        }

        @Override
        public void notServed(Endpoint endpoint, boolean present) {
            told.add("not served " + present);
        }

        @Override
        public void delivered(Delivery message, Endpoint endpoint, @Nullable ErrorCode failure, long nanos) {
            told.add("delivered " + failure);
            assertThat(nanos).isBetween(0L, Duration.ofMinutes(5).toNanos());
        }

        @Override
        public void done(Delivery message) {
            told.add("done");
        }

        @Override
        public void cut(Delivery message, Endpoint endpoint, long nanos) {
            told.add("cut");
            assertThat(nanos).isBetween(0L, Duration.ofMinutes(5).toNanos());
        }

        @Override
        public void cutOff(Endpoint endpoint, String why, int messages) {
            told.add("cut off " + messages + " " + why);
        }
    }

    private Forwarder forwarder(int retryBudget) {
        return forwarder(TestSettings.of(retryBudget));
    }

    private Forwarder forwarder(ForwardSettings settings) {
        return new Forwarder(loop.context(),
                new ForwardCollaborators(table::routes, settings, 1024, List.of(), null, null), log,
                new ForwardBounds(kept, new HeldMemory("answers", 1 << 20, 1024, (memory, holders, bytes) -> {})),
                () -> wokeOthers++, dialer);
    }

    @AfterEach
    void end() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
        loop.turn();
        loop.close();
    }

    private Endpoint server(int id, int proto, boolean mux, int maxInFlight) {
        return table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(id), InetAddress.getLoopbackAddress(),
                9000 + id, proto, mux, 1, null, maxInFlight, false, null, null), proto == 1 ? null : "lease-" + id);
    }

    private PolicyRoutes routes() {
        return Objects.requireNonNull(table.routes().find("PP_1"));
    }

    private TestExchange message(boolean idempotent) {
        return new TestExchange(routes(), System.nanoTime(), MESSAGE.length(), idempotent);
    }

    private TestExchange forward() {
        return forward(message(false), MESSAGE);
    }

    private TestExchange forward(TestExchange exchange, String text) {
        return forward(forwarder, exchange, text);
    }

    private static TestExchange forward(Forwarder by, TestExchange exchange, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MessageScanner scanner = new MessageScanner();
        assertThat(scanner.scan(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        by.forward(exchange, bytes, 0, bytes.length, scanner.fields(), 0);
        return exchange;
    }

    /** The server that was dialled last takes the connection. */
    private EmbeddedChannel open() {
        EmbeddedChannel channel = dialer.last().open();
        channels.add(channel);
        return channel;
    }

    private String written(EmbeddedChannel channel) {
        loop.turn();
        return FakeDialer.written(channel);
    }

    private static void answer(EmbeddedChannel channel, long id) {
        FakeDialer.say(channel, "{\"msgId\": " + id + ", " + ANSWER.substring(1));
    }

    private static void refuse(EmbeddedChannel channel, long id, String code, boolean retryable) {
        FakeDialer.say(channel, "{\"msgId\": " + id + ", \"Error\": \"Not now\", \"code\": \"" + code
                + "\", \"retryable\": " + retryable + "}");
    }

    private PolicySums sums() {
        return new PolicySums().add(routes().load());
    }

    @Test
    void answerGoesToTheClientAndItsPlaceIsFreeAgain() {
        Endpoint server = server(1, 2, true, 10);
        TestExchange exchange = forward();
        EmbeddedChannel channel = open();
        assertThat(written(channel)).contains("lease-1", "\"payload\": \"a\"");
        assertThat(exchange.sentNanos()).isGreaterThanOrEqualTo(exchange.arrivedNanos());
        answer(channel, ID);
        assertThat(exchange.ends).hasSize(1);
        assertThat(told).containsExactly("arrived", "forwarding 1", "sent", "answered", "replied", "delivered null",
                "done");
        assertThat(exchange.stage).isEqualTo(Exchange.Stage.DONE);
        assertThat(exchange.connection).isNull();
        assertThat(exchange.message).isNull();
        assertThat(server.inFlight()).isZero();
        ServerSums counted = new ServerSums().add(server);
        assertThat(counted.answered()).isEqualTo(1);
        assertThat(counted.requestBytes()).isEqualTo(MESSAGE.length());
        assertThat(counted.replyBytes()).isGreaterThanOrEqualTo(ANSWER.length());
        assertThat(routes().load().durations().count()).isEqualTo(1);
    }

    @Test
    void nothingIsHandedOverThatCanNotBeRecorded() {
        server(1, 2, true, 10);
        log.admits = false;
        TestExchange exchange = forward();
        assertThat(exchange.ends).containsExactly("OVERLOADED");
        assertThat(exchange.sentences).first().asString().contains("record can't be written");
        assertThat(dialer.dials).isEmpty();
        assertThat(told).containsExactly("arrived", "refused OVERLOADED", "done");
        assertThat(sums().refused(ErrorCode.OVERLOADED)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
            // mux, idempotent, what becomes of a message that there is no memory to keep
            "true, false, goes on", "true, true, OVERLOADED", "false, false, OVERLOADED", "false, true, OVERLOADED"})
    void messageThatWouldHaveToBeKeptIsRefusedWhereMemoryIsShort(boolean mux, boolean idempotent, String expected) {
        Endpoint server = server(1, 2, mux, 10);
        kept.add(routes().load(), LARGE);
        TestExchange exchange = forward(new TestExchange(routes(), System.nanoTime(), LARGE, idempotent), MESSAGE);
        if (expected.equals("OVERLOADED")) {
            assertThat(exchange.ends).containsExactly("OVERLOADED");
            assertThat(exchange.sentences).first().asString().contains("large messages wait");
            assertThat(kept.refused()).isEqualTo(1);
            assertThat(dialer.dials).isEmpty();
            assertThat(server.inFlight()).isZero();
        } else {
            assertThat(exchange.ends).isEmpty();
            assertThat(dialer.dials).hasSize(1);
            assertThat(kept.refused()).isZero();
        }
    }

    @Test
    void narrowerPolicysServersMayHaveToBeWaitedForToo() {
        NarrowerPolicy.register(table, 2, false, 10);
        server(1, 2, true, 10);
        assertThat(routes().narrower()).isNotNull();
        kept.add(routes().load(), LARGE);
        TestExchange exchange = forward(new TestExchange(routes(), System.nanoTime(), LARGE, false), MESSAGE);
        assertThat(exchange.ends).containsExactly("OVERLOADED");
    }

    @Test
    void narrowerPolicysServersOfKeptConnectionsNeedNoCopy() {
        NarrowerPolicy.register(table, 2, true, 10);
        server(1, 2, true, 10);
        kept.add(routes().load(), LARGE);
        TestExchange exchange = forward(new TestExchange(routes(), System.nanoTime(), LARGE, false), MESSAGE);
        assertThat(exchange.ends).isEmpty();
    }

    @Test
    void messageThatGoesToANarrowerPolicysServerIsCountedAsSuch() {
        NarrowerPolicy.register(table, 2, true, 10);
        forward(new TestExchange(routes(), System.nanoTime(), 10, false), MESSAGE);
        assertThat(told).contains("forwarding 2");
        assertThat(routes().load().widened()).containsExactly(Map.entry(Ident.of("NARROW"), 1L));
    }

    @Test
    void messageThatMustWaitAndCanNotBeKeptIsRefused() {
        server(1, 2, true, 1);
        forward();
        kept.add(routes().load(), LARGE);
        TestExchange exchange = forward(new TestExchange(routes(), System.nanoTime(), LARGE, false), MESSAGE);
        assertThat(exchange.ends).containsExactly("OVERLOADED");
        assertThat(kept.refused()).isEqualTo(1);
        assertThat(routes().load().waiting()).isZero();
    }

    @Test
    void whoWaitsGetsThePlaceThatBecomesFree() {
        server(1, 2, true, 1);
        TestExchange first = forward();
        TestExchange second = forward();
        TestExchange third = forward();
        TestExchange fourth = forward();
        assertThat(second.stage).isEqualTo(Exchange.Stage.WAITING);
        assertThat(fourth.ends).as("two may wait").containsExactly("OVERLOADED");
        EmbeddedChannel channel = open();
        written(channel);
        int woken = wokeOthers;
        answer(channel, ID);
        assertThat(first.ends).hasSize(1);
        assertThat(wokeOthers).as("another loop's may be first").isGreaterThan(woken);
        assertThat(second.stage).as("only at the end of the turn").isEqualTo(Exchange.Stage.WAITING);
        assertThat(written(channel)).contains("msgId");
        assertThat(second.stage).isEqualTo(Exchange.Stage.SENT);
        assertThat(third.stage).isEqualTo(Exchange.Stage.WAITING);
        assertThat(routes().load().waiting()).isEqualTo(1);
        assertThat(sums().queued()).isEqualTo(2);
    }

    @Test
    void whoComesLaterDoesNotOvertakeThoseWhoWait() {
        server(1, 2, true, 1);
        forward();
        TestExchange waits = forward();
        server(2, 2, true, 10);
        TestExchange later = forward();
        assertThat(later.stage).isEqualTo(Exchange.Stage.WAITING);
        forwarder.wake();
        loop.turn();
        assertThat(waits.stage).isEqualTo(Exchange.Stage.CONNECTING);
        assertThat(later.stage).isEqualTo(Exchange.Stage.CONNECTING);
    }

    @Test
    void newServerTakesThoseWhoWait() {
        server(1, 2, true, 1);
        forward();
        TestExchange waits = forward();
        loop.turn();
        forwarder.changed(Change.REGISTERED, server(2, 2, true, 10), table.routes());
        loop.turn();
        assertThat(waits.stage).isEqualTo(Exchange.Stage.CONNECTING);
    }

    @Test
    void whoWaitsForServersThatAreGoneIsRefused() {
        Endpoint server = server(1, 2, true, 1);
        TestExchange sent = forward();
        TestExchange waits = forward();
        written(open());
        table.update(server, state -> state.lose("lease-1"));
        forwarder.wake();
        loop.turn();
        assertThat(waits.ends).containsExactly("NO_LIVE_SERVER");
        assertThat(routes().load().waiting()).isZero();
        assertThat(sent.ends).isEmpty();
    }

    @Test
    void policyWithoutAnyServerHasNoneToOffer() {
        Endpoint server = server(1, 2, true, 1);
        forward();
        TestExchange waits = forward();
        table.remove(server);
        forwarder.wake();
        loop.turn();
        assertThat(waits.ends).hasSize(1).first().asString().startsWith("NO_");
    }

    @Test
    void messageWhoseConnectFailsGoesToAnotherServer() {
        server(1, 2, true, 10);
        server(2, 2, true, 10);
        TestExchange exchange = forward();
        String first = told.getLast();
        dialer.last().failed().accept(ConnectFailure.REFUSED);
        assertThat(told).contains("unreachable").last().asString().startsWith("forwarding").isNotEqualTo(first);
        assertThat(exchange.failedAttempts()).isEqualTo(1);
        assertThat(sums().retries(false)).isEqualTo(1);
        assertThat(sums().retries(true)).isZero();
        EmbeddedChannel channel = open();
        written(channel);
        answer(channel, ID);
        assertThat(exchange.ends).hasSize(1).first().asString().contains("payload");
    }

    @ParameterizedTest
    @EnumSource(ConnectFailure.class)
    void messageThatNoServerCanBeReachedForIsRefused(ConnectFailure failure) {
        Endpoint server = server(1, 2, true, 10);
        TestExchange exchange = forward();
        dialer.last().failed().accept(failure);
        boolean ours = failure == ConnectFailure.OURS;
        assertThat(exchange.ends).containsExactly(ours ? "OVERLOADED" : "NO_LIVE_SERVER");
        assertThat(exchange.sentences).first().asString().contains(ours ? "another connection" : "");
        assertThat(new ServerSums().add(server).unreachable()).isEqualTo(ours ? 0 : 1);
        assertThat(server.inFlight()).isZero();
        assertThat(sums().retries(false)).as("no other server got it").isZero();
    }

    @Test
    void trialThatThisProcessHadNoSocketForIsMadeAgainASecondLater() {
        Endpoint server = server(1, 2, true, 10);
        table.update(server, EndpointState::fall);
        server.trialAt(loop.context().now() - 1);
        TestExchange trial = forward();
        assertThat(trial.trial).isTrue();
        dialer.last().failed().accept(ConnectFailure.OURS);
        long now = loop.context().now();
        assertThat(server.trialIsDue(now + 999_000_000)).isFalse();
        assertThat(server.trialIsDue(now + 1_000_000_000)).isTrue();
    }

    @Test
    void messagesAreCountedForTrialsOnlyWhileAServerIsOut() {
        Endpoint out = server(1, 2, true, 10);
        server(2, 2, true, 1_000);
        for (int i = 0; i < 200; i++) {
            forward();
        }
        assertThat(routes().load().trials().spend()).isFalse();
        table.update(out, EndpointState::eject);
        for (int i = 0; i < 100; i++) {
            assertThat(routes().load().trials().spend()).isFalse();
            forward();
        }
        assertThat(routes().load().trials().spend()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
            // idempotent, retry budget in percent, the record takes it again, what the client gets
            "false, 20, true, SERVER_FAILED", "true, 0, true, SERVER_FAILED", "true, 20, false, SERVER_FAILED",
            "true, 20, true, an answer"})
    void onlyAnIdempotentMessageIsSentAgainAfterItsServerFailed(boolean idempotent, int budget, boolean recorded,
            String expected) {
        server(1, 2, true, 10);
        server(2, 2, true, 10);
        log.admitsAgain = recorded;
        TestExchange exchange = forward(forwarder(budget), message(idempotent), MESSAGE);
        EmbeddedChannel first = open();
        written(first);
        first.close();
        assertThat(told).contains("failed SERVER_FAILED", "delivered SERVER_FAILED");
        if (expected.equals("SERVER_FAILED")) {
            assertThat(exchange.ends).containsExactly("SERVER_FAILED");
            assertThat(sums().retries(true)).isZero();
        } else {
            assertThat(dialer.dials).hasSize(2);
            assertThat(dialer.dials.getFirst().to()).isNotSameAs(dialer.last().to());
            assertThat(sums().retries(true)).isEqualTo(1);
            assertThat(exchange.failedAttempts()).isEqualTo(1);
            EmbeddedChannel second = open();
            written(second);
            answer(second, ID);
            assertThat(exchange.ends).hasSize(1).first().asString().contains("payload");
        }
    }

    @ParameterizedTest
    @CsvSource({
            // code, retryable: what its client gets of the only server, whether another one gets it
            "OVERLOADED, true, OVERLOADED, true", "OVERLOADED, false, SERVER_FAILED, false",
            "BAD_MESSAGE, false, BAD_MESSAGE, false", "NOT_SERVED, false, NOT_SERVED, true"})
    void serversRefusalIsThatMessagesEndOrGoesElsewhere(String code, boolean retryable, String expected,
            boolean elsewhere) {
        Endpoint server = server(1, 2, true, 10);
        TestExchange alone = forward();
        EmbeddedChannel channel = open();
        written(channel);
        refuse(channel, ID, code, retryable);
        assertThat(alone.ends).containsExactly(expected + " by server");
        assertThat(alone.sentences).containsExactly(
                expected.equals(code) ? "Not now" : ErrorCode.valueOf(expected).sentence());
        assertThat(told).contains(code.equals("NOT_SERVED") ? "not served true" : "answered")
                .contains("delivered SERVER_FAILED");
        assertThat(routes().load().isRefusing()).isEqualTo(elsewhere);
        assertThat(server.inFlight()).isZero();
        assertThat(channel.isOpen()).isTrue();

        server(2, 2, true, 10);
        int dials = dialer.dials.size();
        TestExchange one = forward();
        TestExchange other = forward();
        written(channel);
        refuse(channel, ID + (1 << 16), code, retryable);
        assertThat(dialer.dials.size() > dials).as("the other server is called in turn").isTrue();
        assertThat(one.refusals + other.refusals).isEqualTo(elsewhere ? 1 : 0);
        assertThat(one.ends.size() + other.ends.size()).isEqualTo(elsewhere ? 0 : 1);
    }

    @Test
    void thirdRefusalIsTheLast() {
        for (int id = 1; id <= 5; id++) {
            server(id, 2, true, 10);
        }
        TestExchange exchange = forward(message(true), MESSAGE);
        int servers = 0;
        while (exchange.ends.isEmpty()) {
            EmbeddedChannel channel = open();
            written(channel);
            servers++;
            refuse(channel, ID, "OVERLOADED", true);
        }
        assertThat(servers).isEqualTo(3);
        assertThat(exchange.ends).containsExactly("OVERLOADED by server");
        assertThat(exchange.failedAttempts()).isEqualTo(2);
    }

    @Test
    void refusalThatCanNotBeRecordedAgainIsTheLast() {
        server(1, 2, true, 10);
        server(2, 2, true, 10);
        log.admitsAgain = false;
        TestExchange exchange = forward(message(true), MESSAGE);
        EmbeddedChannel channel = open();
        written(channel);
        refuse(channel, ID, "OVERLOADED", true);
        assertThat(exchange.ends).containsExactly("OVERLOADED by server");
    }

    @Test
    void serverThatWasSetUpAnewSinceItRefusedMayBeAskedAgain() {
        Endpoint server = server(1, 2, true, 10);
        TestExchange exchange = forward(message(true), MESSAGE);
        EmbeddedChannel channel = open();
        written(channel);
        table.register(server.spec(), "lease-new");
        refuse(channel, ID, "NOT_SERVED", false);
        assertThat(told).contains("not served false");
        assertThat(exchange.failedAttempts()).isZero();
        assertThat(dialer.dials).hasSize(2);
    }

    @Test
    void refusalWithoutAWordIsToldInOurs() {
        server(1, 2, true, 10);
        TestExchange exchange = forward();
        EmbeddedChannel channel = open();
        written(channel);
        FakeDialer.say(channel,
                "{\"msgId\": " + ID + ", \"Error\": \"\", \"code\": \"OVERLOADED\", \"retryable\": true}");
        assertThat(exchange.sentences).containsExactly(ErrorCode.OVERLOADED.sentence());
    }

    @Test
    void receiptComesLaterAndEndsTheAnswer() {
        server(1, 2, true, 10);
        TestExchange exchange = forward(message(false), MESSAGE.replace("}", ", \"receipt\": true}"));
        EmbeddedChannel channel = open();
        written(channel);
        answer(channel, ID);
        assertThat(told).endsWith("replied", "delivered for a receipt", "done");
        assertThat(exchange.ends).isEmpty();
        Objects.requireNonNull(log.receipt).accept("\"receipt\": 1".getBytes(StandardCharsets.UTF_8));
        assertThat(exchange.ends).containsExactly(ANSWER.substring(0, ANSWER.length() - 1) + ", \"receipt\": 1}");
    }

    @Test
    void clientThatLeavesTakesItsWaitingMessageWithIt() {
        server(1, 2, true, 1);
        forward();
        TestExchange waits = forward();
        told.clear();
        forwarder.cancel(waits);
        assertThat(told).containsExactly("cancelled", "done");
        assertThat(routes().load().waiting()).isZero();
        assertThat(sums().cancelled()).isEqualTo(1);
        assertThat(waits.ends).isEmpty();
    }

    @Test
    void clientThatLeavesTakesBackWhatWasNotHandedOver() {
        Endpoint server = server(1, 2, true, 10);
        table.update(server, EndpointState::fall);
        server.trialAt(loop.context().now() - 1);
        TestExchange exchange = forward();
        told.clear();
        forwarder.cancel(exchange);
        assertThat(told).containsExactly("cancelled", "done");
        assertThat(server.inFlight()).isZero();
        assertThat(exchange.trial).isFalse();
        assertThat(server.trialIsDue(loop.context().now())).as("the next message is the trial").isTrue();
        assertThat(routes().load().trials().spend()).as("it has cost no other trial").isTrue();
    }

    @Test
    void messageThatItsServerHasEndsWithItsAnswerThoughTheClientLeft() {
        Endpoint server = server(1, 2, true, 10);
        TestExchange exchange = forward(message(true), MESSAGE);
        EmbeddedChannel channel = open();
        written(channel);
        told.clear();
        forwarder.cancel(exchange);
        assertThat(told).isEmpty();
        assertThat(server.inFlight()).isEqualTo(1);
        channel.close();
        assertThat(told).as("it goes to nobody else").endsWith("cancelled", "done");
        assertThat(server.inFlight()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"answer", "refusal", "end"})
    void whatComesAfterTheClientsDeadlineIsNotToldToItAgain(String after) {
        Endpoint server = server(1, 2, true, 10);
        TestExchange exchange = message(true);
        forward(exchange, MESSAGE);
        EmbeddedChannel channel = open();
        written(channel);
        exchange.givenUp = true;
        told.clear();
        switch (after) {
            case "answer" -> answer(channel, ID);
            case "refusal" -> refuse(channel, ID, "OVERLOADED", true);
            default -> channel.close();
        }
        assertThat(told).containsExactly(after.equals("end") ? "failed SERVER_FAILED" : "answered", "done");
        assertThat(exchange.ends).isEmpty();
        assertThat(server.inFlight()).isZero();
    }

    @Test
    void messageThatIsHandedOverAfterItsDeadlineIsRecordedAsSuch() {
        server(1, 2, true, 10);
        TestExchange exchange = forward();
        exchange.givenUp = true;
        told.clear();
        open();
        assertThat(told).containsExactly("sent", "delivered TIMEOUT");
    }

    @Test
    void messageThatWasGivenUpIsNotSentElsewhere() {
        server(1, 2, true, 10);
        server(2, 2, true, 10);
        TestExchange exchange = forward();
        exchange.givenUp = true;
        dialer.last().failed().accept(ConnectFailure.REFUSED);
        assertThat(dialer.dials).hasSize(1);
        assertThat(exchange.stage).isEqualTo(Exchange.Stage.DONE);
    }

    @Test
    void deadlineOfAMessageIsWatched() {
        server(1, 2, true, 10);
        TestExchange exchange = new TestExchange(routes(), System.nanoTime() - Duration.ofHours(1).toNanos(), 10,
                false);
        forward(exchange, MESSAGE);
        written(open());
        Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(2)).until(() -> {
            loop.pass(Duration.ofMillis(10));
            return !exchange.ends.isEmpty();
        });
        assertThat(exchange.ends).containsExactly("TIMEOUT");
        assertThat(told).endsWith("delivered TIMEOUT", "done", "refused TIMEOUT");
    }

    @Test
    void deadlineOfAMessageThatHasEndedIsOver() {
        server(1, 2, true, 10);
        TestExchange exchange = new TestExchange(routes(), System.nanoTime() - Duration.ofHours(1).toNanos(), 10,
                false);
        forward(exchange, MESSAGE);
        EmbeddedChannel channel = open();
        written(channel);
        answer(channel, ID);
        long began = System.nanoTime();
        Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(2)).until(() -> {
            loop.pass(Duration.ofMillis(10));
            return System.nanoTime() - began > 2 * DeadlineWheel.TICK_NANOS;
        });
        assertThat(exchange.ends).hasSize(1);
    }

    @Test
    void messageTooLargeForOldServersIsRefusedWhereTheyAreAll() {
        Endpoint old = server(1, 1, false, 10);
        TestExchange exchange = forward(message(false), MESSAGE.replace("\"a\"", "\"" + "a".repeat(1000) + "\""));
        assertThat(exchange.ends).containsExactly("TOO_LARGE");
        assertThat(old.inFlight()).isZero();
        TestExchange small = forward();
        assertThat(small.stage).isEqualTo(Exchange.Stage.CONNECTING);
    }

    @Test
    void changeOfAServersStateEndsItsConnection() {
        Endpoint server = server(1, 2, true, 10);
        TestExchange exchange = forward();
        EmbeddedChannel channel = open();
        written(channel);
        answer(channel, ID);
        assertThat(exchange.ends).hasSize(1);
        forwarder.changed(Change.REGISTERED, server, table.routes());
        loop.turn();
        assertThat(channel.isOpen()).isTrue();
        table.update(server, EndpointState::fall);
        assertThat(channel.isOpen()).as("on the loop alone").isTrue();
        forwarder.changed(Change.UPDATED, server, table.routes());
        loop.turn();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void changeOfAServerWithoutKeptConnectionsNeedsNoLoop() {
        Endpoint server = server(1, 2, false, 10);
        forwarder.changed(Change.UPDATED, server, table.routes());
        assertThat(dialer.dials).isEmpty();
        assertThat(forwarder.observer()).isNotNull().isNotSameAs(ForwardObserver.NONE);
    }

    private Forwarder cutting() {
        return forwarder(TestSettings.of(20, Duration.ofSeconds(10), InFlightWithoutGrant.CUT));
    }

    /** From now on the rules let no message go to this server. */
    private void bar(Forwarder told, Endpoint server) {
        table.ruledBy(spec -> spec.equals(server.spec()) ? "Its grant ended" : null);
        table.reassess();
        told.changed(Change.UPDATED, server, table.routes());
        told.changed(Change.UPDATED, server, table.routes());
        loop.turn();
    }

    @Test
    void messagesAtAServerThatMayNotHaveThemAreCutOffTogether() {
        Forwarder cutting = cutting();
        Endpoint server = server(1, 2, true, 10);
        TestExchange one = forward(cutting, message(false), MESSAGE);
        TestExchange two = forward(cutting, message(false), MESSAGE);
        EmbeddedChannel channel = open();
        written(channel);
        told.clear();
        bar(cutting, server);
        assertThat(one.ends).containsExactly("SERVER_FAILED");
        assertThat(one.sentences).first().asString().contains("approval ended");
        assertThat(two.ends).containsExactly("SERVER_FAILED");
        assertThat(told).containsExactly("cut", "refused SERVER_FAILED", "done", "cut", "refused SERVER_FAILED", "done",
                "cut off 2 Its grant ended");
        assertThat(server.inFlight()).isZero();
        assertThat(channel.isOpen()).as("nothing is in flight on it, and no late answer can come").isFalse();
    }

    @Test
    void idempotentMessageThatIsCutOffGoesToAServerThatMayHaveIt() {
        Forwarder cutting = cutting();
        server(1, 2, true, 10);
        server(2, 2, true, 10);
        TestExchange exchange = forward(cutting, message(true), MESSAGE);
        written(open());
        Endpoint first = dialer.last().to();
        bar(cutting, first);
        assertThat(dialer.dials).hasSize(2);
        assertThat(dialer.last().to()).isNotSameAs(first);
        EmbeddedChannel channel = open();
        written(channel);
        answer(channel, ID);
        assertThat(exchange.ends).hasSize(1).first().asString().contains("payload");
    }

    @Test
    void messageThatWasNotSentYetGoesElsewhereUnharmed() {
        Forwarder cutting = cutting();
        server(1, 2, true, 10);
        server(2, 2, true, 10);
        TestExchange exchange = forward(cutting, message(false), MESSAGE);
        Endpoint first = dialer.last().to();
        told.clear();
        bar(cutting, first);
        assertThat(told).doesNotContain("cut").noneMatch(each -> each.startsWith("cut off"));
        assertThat(dialer.last().to()).isNotSameAs(first);
        assertThat(exchange.stage).isEqualTo(Exchange.Stage.CONNECTING);
        assertThat(first.inFlight()).isZero();
    }

    @Test
    void messageWhoseClientHasHeardIsOnlyEnded() {
        Forwarder cutting = cutting();
        Endpoint server = server(1, 2, true, 10);
        TestExchange exchange = forward(cutting, message(false), MESSAGE);
        written(open());
        exchange.givenUp = true;
        told.clear();
        bar(cutting, server);
        assertThat(exchange.ends).isEmpty();
        assertThat(told).startsWith("done").doesNotContain("cut");
        assertThat(server.inFlight()).isZero();
    }

    @Test
    void messagesOfOtherServersStay() {
        Forwarder cutting = cutting();
        server(1, 2, true, 10);
        server(2, 2, true, 10);
        forward(cutting, message(false), MESSAGE);
        forward(cutting, message(false), MESSAGE);
        dialer.dials.forEach(dial -> channels.add(dial.open()));
        loop.turn();
        Endpoint barred = dialer.dials.getFirst().to();
        told.clear();
        bar(cutting, barred);
        assertThat(told).contains("cut off 1 Its grant ended").filteredOn("cut"::equals).hasSize(1);
        assertThat(dialer.dials.getLast().to().inFlight()).isEqualTo(1);
    }

    @Test
    void withoutTheSettingTheAnswersAreWaitedFor() {
        Endpoint server = server(1, 2, true, 10);
        TestExchange exchange = forward();
        EmbeddedChannel channel = open();
        written(channel);
        bar(forwarder, server);
        assertThat(exchange.ends).isEmpty();
        answer(channel, ID);
        assertThat(exchange.ends).hasSize(1);
    }

    @Test
    void idempotentMessageIsKeptUntilItEndsAndNoLonger() {
        server(1, 2, true, 10);
        forward();
        EmbeddedChannel channel = open();
        written(channel);
        TestExchange exchange = forward(message(true), MESSAGE);
        assertThat(exchange.message).as("it may have to be sent again").isNotNull();
        written(channel);
        answer(channel, ID + 1);
        assertThat(exchange.ends).hasSize(1);
        assertThat(exchange.message).isNull();
        assertThat(kept.bytes()).isZero();
    }

    @Test
    void everyIdempotentMessageEarnsAPartOfARetry() {
        server(1, 2, true, 100);
        server(2, 2, true, 100);
        Forwarder generous = forwarder(100);
        for (int i = 0; i < 15; i++) {
            TestExchange exchange = forward(generous, message(true), MESSAGE);
            EmbeddedChannel failing = open();
            written(failing);
            failing.close();
            assertThat(exchange.ends).as("message %d goes on", i).isEmpty();
            EmbeddedChannel other = open();
            written(other);
            answer(other, ID);
            assertThat(exchange.ends).hasSize(1);
            other.close();
        }
    }

    @Test
    void placeThatAMessageLeavesIsForThoseWhoWait() {
        Endpoint one = server(1, 2, true, 1);
        Endpoint two = server(2, 2, true, 1);
        TestExchange first = forward();
        FakeDialer.Dialled dialled = dialer.last();
        TestExchange second = forward();
        TestExchange waits = forward();
        loop.turn();
        dialled.failed().accept(ConnectFailure.REFUSED);
        assertThat(first.stage).as("the other server is full").isEqualTo(Exchange.Stage.WAITING);
        loop.turn();
        assertThat(waits.permit.endpoint()).isSameAs(dialled.to()).isIn(one, two);
        assertThat(first.stage).isEqualTo(Exchange.Stage.WAITING);
        assertThat(second.stage).isEqualTo(Exchange.Stage.CONNECTING);
    }

    @Test
    void messageWhoseServerLeavesBeforeItIsSentGoesElsewhereAndIsNoTrial() {
        Endpoint leaving = server(1, 2, true, 10);
        table.update(leaving, EndpointState::fall);
        leaving.trialAt(loop.context().now() - 1);
        TestExchange exchange = forward();
        assertThat(exchange.trial).isTrue();
        Endpoint other = server(2, 2, true, 10);
        table.update(leaving, state -> state.withMode(EndpointState.Mode.MAINTENANCE));
        open();
        assertThat(exchange.trial).isFalse();
        assertThat(exchange.permit.endpoint()).isSameAs(other);
        assertThat(exchange.failedAttempts()).as("it was not at that server").isZero();
    }

    @Test
    void serverThatReadsAgainWakesThoseWhoWait() {
        server(1, 2, true, 10);
        forward();
        EmbeddedChannel channel = open();
        written(channel);
        int woken = wokeOthers;
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        channel.runPendingTasks();
        TestExchange waits = forward();
        assertThat(waits.stage).isEqualTo(Exchange.Stage.WAITING);
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        assertThat(wokeOthers).isGreaterThan(woken);
        loop.turn();
        assertThat(waits.stage).isEqualTo(Exchange.Stage.SENT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oldServersGetNothingWhileTheTableMayBeOutOfDate(boolean doubts) {
        server(1, 1, false, 10);
        long now = System.nanoTime();
        Standstill standstill = new Standstill(Duration.ofHours(1).toNanos(), 1,
                doubts ? now - Duration.ofHours(2).toNanos() : now);
        Forwarder careful = new Forwarder(loop.context(),
                new ForwardCollaborators(table::routes, TestSettings.of(0), 1024, List.of(), null, standstill), log,
                new ForwardBounds(kept, new HeldMemory("answers", 1 << 20, 1024, (memory, holders, bytes) -> {})),
                null, dialer);
        TestExchange exchange = forward(careful, message(false), MESSAGE);
        assertThat(exchange.ends).isEqualTo(doubts ? List.of("NO_LIVE_SERVER") : List.of());
        assertThat(dialer.dials).hasSize(doubts ? 0 : 1);
    }

    @Test
    void oldServersRefusalIsNoneThatAnybodyAgreedOn() {
        server(1, 1, false, 10);
        TestExchange exchange = forward();
        EmbeddedChannel channel = open();
        FakeDialer.say(channel, "{\"Error\": \"Not mine\", \"code\": \"NOT_SERVED\", \"retryable\": true}");
        assertThat(told).contains("answered").doesNotContain("not served true");
        assertThat(exchange.ends).containsExactly("SERVER_FAILED by server");
        assertThat(exchange.sentences).containsExactly(ErrorCode.SERVER_FAILED.sentence());
    }
}
