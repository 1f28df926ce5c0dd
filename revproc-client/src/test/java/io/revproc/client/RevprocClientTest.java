package io.revproc.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.revproc.transport.Transport;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Against a proxy whose every word the test says. */
class RevprocClientTest {
    private static final String NO_PROXY = "127.0.0.1:1";

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private ScriptedProxy keep(ScriptedProxy proxy) {
        open.add(proxy);
        return proxy;
    }

    private RevprocClient start(RevprocClient.Builder settings) {
        RevprocClient client = settings.build();
        open.add(client);
        return client;
    }

    private static RevprocClient.Builder to(Object... proxies) {
        List<String> addresses = new ArrayList<>();
        for (Object proxy : proxies) {
            addresses.add(proxy instanceof ScriptedProxy scripted ? scripted.address() : (String) proxy);
        }
        return RevprocClient.builder().proxies(String.join(",", addresses)).connections(1)
                .closeTimeout(Duration.ZERO).connectTimeout(Duration.ofSeconds(20));
    }

    private static Throwable failure(CompletableFuture<Reply> future) throws Exception {
        try {
            return new AssertionError("answered: " + future.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    private static Request hello() {
        return Request.to("PP_1").payload("hello");
    }

    @Test
    void aTokenIsShownOnceOnEachConnectionAndAgainWhereItIsAnotherOne() {
        ScriptedProxy proxy = keep(ScriptedProxy.echo());
        AtomicReference<@Nullable String> token = new AtomicReference<>("first");
        RevprocClient client = start(to(proxy).evidence(token::get));
        client.send("PP_1", "a").join();
        client.send("PP_1", "b").join();
        assertThat(proxy.tokens).containsExactly("first");
        token.set("second");
        client.send("PP_1", "c").join();
        client.send("PP_1", "d").join();
        assertThat(proxy.tokens).containsExactly("first", "second");
        proxy.peers.forEach(ScriptedProxy.Peer::close);
        await().until(proxy.peers::isEmpty);
        client.send(hello().idempotent()).join();
        assertThat(proxy.tokens).containsExactly("first", "second", "second");
    }

    @Test
    void aTokenThatIsRefusedCostsNoConnectionAndAProxyThatKnowsNoTokensIsUsedAllTheSame() {
        ScriptedProxy proxy = keep(ScriptedProxy.echo());
        proxy.onToken = (peer, shown) -> peer
                .send(new Message.Refusal(ErrorCode.BAD_MESSAGE, "type must be less", shown.msgId(), false, null));
        RevprocClient client = start(to(proxy).evidence(() -> "token"));
        for (int i = 0; i < 3; i++) {
            assertThat(client.send("PP_1", "a").join().payloadText()).isEqualTo("a");
        }
        assertThat(proxy.tokens).hasSize(1);
        assertThat(proxy.peers).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void textsComeBackAsTheyWere(Transport transport) {
        RevprocClient client = start(to(keep(ScriptedProxy.echo())).transport(transport));
        for (String text : List.of("", "plain", "a \"quoted\" {brace} \\ / \b\f\n\r\t\u0000\u001f", "grüße 😀 \u2028",
                "x".repeat(900_000))) {
            assertThat(client.send("PP_1", text).join().payloadText()).isEqualTo(text);
            assertThat(client.call("PP_1", text).payloadText()).isEqualTo(text);
        }
        assertThat(client.inFlight()).isZero();
    }

    @Test
    void allThatIsAskedForIsOnTheWire() {
        ScriptedProxy proxy = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(proxy).id("1327"));
        client.send(Request.to("PP_2").payload("ä").idempotent().deadline(Duration.ofSeconds(2)).receipt()
                .traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")).join();
        client.send(Request.to("999").from("shop \"1\"")).join();
        Message.Data first = proxy.received.getFirst();
        assertThat(Objects.requireNonNull(first.deadline()).toMillis()).isBetween(1500L, 2000L);
        assertThat(first).isEqualTo(new Message.Data(Ident.of(1327), Ident.of("PP_2"), 1, "ä", Ident.of(1), true,
                first.deadline(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true));
        assertThat(proxy.received.getLast())
                .isEqualTo(new Message.Data(new Ident("shop \"1\"", true), Ident.of(999), 0, "", Ident.of(2), false,
                        null, null, false));
    }

    @Test
    void receiptIsHandedOn() {
        ScriptedProxy proxy = keep(new ScriptedProxy((peer, message) -> peer
                .send("{\"msgId\": " + message.msgId() + ", \"type\": 2, \"srcid\": \"s\\u00e9\", \"destid\": 1, "
                        + "\"payload\": \"\", \"receipt\": \"a.b.c\"}")));
        RevprocClient client = start(to(proxy));
        Reply reply = client.send(hello().receipt()).join();
        assertThat(reply.receipt()).isEqualTo("a.b.c");
        assertThat(reply.server()).isEqualTo("sé");
    }

    @Test
    void repliesMayComeInAnyOrder() throws Exception {
        BlockingQueue<Runnable> later = new LinkedBlockingQueue<>();
        ScriptedProxy proxy = keep(new ScriptedProxy(
                (peer, message) -> later.add(() -> peer.answer(message, message.payload()))));
        RevprocClient client = start(to(proxy));
        List<CompletableFuture<Reply>> all = IntStream.range(0, 50).mapToObj(i -> client.send("PP_1", "m" + i))
                .toList();
        List<Runnable> answers = new ArrayList<>();
        while (answers.size() < 50) {
            answers.add(Objects.requireNonNull(later.poll(20, TimeUnit.SECONDS)));
        }
        answers.reversed().forEach(Runnable::run);
        for (int i = 0; i < 50; i++) {
            assertThat(all.get(i).get(20, TimeUnit.SECONDS).payloadText()).isEqualTo("m" + i);
        }
        assertThat(proxy.peers).as("one connection for all").hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"NO_SERVER, NoServerException", "UNKNOWN_POLICY, NoServerException", "NOT_SERVED, NoServerException",
            "NO_LIVE_SERVER, NoServerException", "OVERLOADED, OverloadedException",
            "RATE_LIMITED, OverloadedException", "TIMEOUT, RequestTimeoutException",
            "SERVER_FAILED, ServerFailedException", "BAD_MESSAGE, InvalidRequestException",
            "TOO_LARGE, InvalidRequestException", "NOT_ALLOWED, NotAllowedException",
            "SHUTTING_DOWN, PolicyRefusedException"})
    void eachRefusalHasItsException(ErrorCode code, String exception) throws Exception {
        ScriptedProxy proxy = keep(new ScriptedProxy((peer, message) -> peer.refuse(message, code)));
        RevprocClient client = start(to(proxy));
        Throwable failure = failure(client.send(hello()));
        assertThat(failure.getClass().getSimpleName()).isEqualTo(exception);
        assertThat(failure).isInstanceOfSatisfying(PolicyRefusedException.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.retryable()).isEqualTo(code.retryable());
            assertThat(refused.sentence()).isEqualTo("a sentence");
        });
        assertThatThrownBy(() -> client.call(hello())).isInstanceOf(PolicyRefusedException.class)
                .hasStackTraceContaining("RevprocClientTest");
        assertThat(client.inFlight()).isZero();
    }

    @Test
    void messageThatMayHaveBeenHandledIsNotSentAgain() throws Exception {
        ScriptedProxy breaks = keep(new ScriptedProxy((peer, message) -> peer.close()));
        ScriptedProxy other = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(breaks, other));
        Throwable failure = failure(client.send(hello()));
        assertThat(failure).isInstanceOf(ConnectionLostException.class)
                .hasMessage("the message may have been handled: the proxy closed the connection");
        assertThat(((RevprocException) failure).retryable()).isFalse();
        assertThat(breaks.received).hasSize(1);
        assertThat(other.received).isEmpty();
        assertThat(client.call("PP_1", "next").payloadText()).as("the next one goes to the next proxy")
                .isEqualTo("next");
    }

    @Test
    void idempotentMessageIsSentAgainToTheNextProxyAndNotForEver() throws Exception {
        ScriptedProxy breaks = keep(new ScriptedProxy((peer, message) -> peer.close()));
        ScriptedProxy other = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(breaks, other));
        assertThat(client.send(hello().idempotent()).join().payloadText()).isEqualTo("hello");
        other.script = breaks.script;
        assertThat(failure(client.send(hello().idempotent()))).isInstanceOf(ConnectionLostException.class);
        assertThat(breaks.received.size() + other.received.size()).isEqualTo(2 + CallRules.MAX_ATTEMPTS);
    }

    @Test
    void messageThatAProxyOnItsWayDownRefusedGoesToTheNextOne() throws Exception {
        BlockingQueue<Runnable> owed = new LinkedBlockingQueue<>();
        ScriptedProxy leaving = keep(new ScriptedProxy((peer, message) -> {
            if (message.payload().equals("owed")) {
                owed.add(() -> peer.answer(message, "paid"));
            } else {
                peer.refuse(message, ErrorCode.SHUTTING_DOWN);
            }
        }));
        ScriptedProxy other = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(leaving, other));
        CompletableFuture<Reply> first = client.send("PP_1", "owed");
        Runnable pay = Objects.requireNonNull(owed.poll(20, TimeUnit.SECONDS));
        assertThat(client.send("PP_1", "new").get(20, TimeUnit.SECONDS).payloadText()).isEqualTo("new");
        assertThat(first).isNotDone();
        pay.run();
        assertThat(first.get(20, TimeUnit.SECONDS).payloadText()).isEqualTo("paid");
    }

    /** Of 3,000 messages each cost a connection that stayed open, until the proxy had none left for anybody. */
    @Test
    void serverThatGoesDownIsNotTakenForItsProxy() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        Set<ScriptedProxy.Peer> seen = ConcurrentHashMap.newKeySet();
        ScriptedProxy proxy = keep(new ScriptedProxy((peer, message) -> {
            if (seen.add(peer)) {
                connections.incrementAndGet();
            }
            peer.send("{\"Error\": \"bye\", \"code\": \"SHUTTING_DOWN\", \"retryable\": true, \"msgId\": "
                    + message.msgId() + ", \"srcid\": \"server 1\"}");
        }));
        RevprocClient client = start(to(proxy));
        for (int i = 0; i < 100; i++) {
            assertThat(failure(client.send(hello()))).isInstanceOfSatisfying(PolicyRefusedException.class, refused -> {
                assertThat(refused.code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
                assertThat(refused.retryable()).isTrue();
            });
        }
        assertThat(connections).hasValue(1);
        assertThat(proxy.received).as("the proxy has tried the other servers").hasSize(100);
    }

    @Test
    void connectionToAProxyThatGoesDownIsClosedOnceNothingIsOwed() throws Exception {
        ScriptedProxy proxy = keep(
                new ScriptedProxy((peer, message) -> peer.refuse(message, ErrorCode.SHUTTING_DOWN)));
        RevprocClient client = start(to(proxy));
        for (int i = 0; i < 20; i++) {
            assertThat(failure(client.send(hello()))).isInstanceOf(PolicyRefusedException.class);
        }
        await().untilAsserted(() -> assertThat(proxy.peers).hasSizeLessThanOrEqualTo(1));
    }

    /** A certificate that is just being replaced, say. */
    @Test
    void tlsContextThatCanNotBeHadIsAskedForAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        RevprocClient client = start(to(keep(ScriptedProxy.echo())).connectTimeout(Duration.ofSeconds(1)).tls(() -> {
            asked.incrementAndGet();
            throw new IllegalStateException("half a\nfile");
        }));
        assertThat(failure(client.send(hello()))).isInstanceOf(ProxyUnreachableException.class)
                .hasMessageEndingWith("the TLS context can't be had: half a\\nfile");
        await().untilAsserted(() -> {
            client.send(hello());
            assertThat(asked).hasValueGreaterThan(3);
        });
    }

    @Test
    void proxyThatTakesNoConnectionsIsNotHammered() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        ScriptedProxy full = keep(new ScriptedProxy((peer, message) -> {
            connections.incrementAndGet();
            peer.send("{\"Error\": \"too many connections\", \"code\": \"OVERLOADED\", \"retryable\": true}");
            peer.close();
        }));
        RevprocClient client = start(to(full));
        for (int i = 0; i < 5; i++) {
            assertThat(failure(client.send(hello()))).isInstanceOf(ConnectionLostException.class)
                    .hasMessageContaining("OVERLOADED: too many connections");
        }
        assertThat(client.connections().getFirst().reason()).contains("OVERLOADED");
        long start = System.nanoTime();
        assertThat(failure(client.send(hello()))).isInstanceOf(ConnectionLostException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as("the delay grows")
                .isGreaterThan(Duration.ofMillis(50));
    }

    @Test
    void proxyThatIsNotThereCostsNothingWhereAnotherIs() {
        ScriptedProxy proxy = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(NO_PROXY, proxy).connections(3));
        for (int i = 0; i < 20; i++) {
            assertThat(client.call("PP_1", "m" + i).payloadText()).isEqualTo("m" + i);
        }
    }

    @Test
    void whereNoProxyIsTheMessageFailsSoonAndMayBeSentAgain() throws Exception {
        RevprocClient client = start(to(NO_PROXY).connectTimeout(Duration.ofMillis(100)));
        long start = System.nanoTime();
        Throwable failure = failure(client.send(hello()));
        assertThat(failure).isInstanceOf(ProxyUnreachableException.class)
                .hasMessage("127.0.0.1:1: connection refused: no proxy listens there");
        assertThat(((RevprocException) failure).retryable()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(100));
        assertThat(client.connections()).singleElement()
                .satisfies(one -> assertThat(one.reason()).contains("connection refused"));
        assertThatThrownBy(() -> client.connect().get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ProxyUnreachableException.class);
    }

    @Test
    void proxyThatComesBackIsFoundAgain() {
        ScriptedProxy proxy = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(proxy));
        assertThat(client.call("PP_1", "a").payloadText()).isEqualTo("a");
        proxy.stop();
        await().until(() -> !client.connected());
        CompletableFuture<Reply> waiting = client.send("PP_1", "b");
        proxy.restart();
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(20))
                .satisfies(reply -> assertThat(reply.payloadText()).isEqualTo("b"));
    }

    @Test
    void connectsBeforeTheFirstMessageWhereAsked() throws Exception {
        RevprocClient client = start(to(keep(ScriptedProxy.echo())));
        assertThat(client.connected()).isFalse();
        client.connect().get(20, TimeUnit.SECONDS);
        assertThat(client.connected()).isTrue();
    }

    @Test
    void deadlinePassesHereWhereTheProxySaysNothingAndItsConnectionIsLeft() throws Exception {
        ScriptedProxy silent = keep(new ScriptedProxy((peer, message) -> {}));
        ScriptedProxy other = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(silent, other));
        CompletableFuture<Reply> patient = client.send(hello().idempotent());
        Throwable failure = failure(client.send(hello().deadline(Duration.ofMillis(50))));
        assertThat(failure).isInstanceOf(RequestTimeoutException.class)
                .hasMessage("TIMEOUT: no reply within 50 ms; the message may have been handled");
        assertThat(((RevprocException) failure).retryable()).isFalse();
        assertThat(patient.get(20, TimeUnit.SECONDS).payloadText()).as("sent again elsewhere").isEqualTo("hello");
    }

    @Test
    void lateReplyIsNobodysAndOthersKeepTheirConnection() throws Exception {
        AtomicReference<Runnable> late = new AtomicReference<>();
        ScriptedProxy proxy = keep(new ScriptedProxy((peer, message) -> {
            if (message.payload().equals("late")) {
                late.set(() -> peer.answer(message, "too late"));
            } else {
                peer.answer(message, message.payload());
            }
        }));
        RevprocClient client = start(to(proxy));
        CompletableFuture<Reply> timed = client
                .send(Request.to("PP_1").payload("late").deadline(Duration.ofMillis(500)));
        await().until(() -> late.get() != null);
        assertThat(client.call("PP_1", "heard from").payloadText()).isEqualTo("heard from");
        assertThat(failure(timed)).isInstanceOf(RequestTimeoutException.class);
        late.get().run();
        assertThat(client.call("PP_1", "next").payloadText()).isEqualTo("next");
        assertThat(proxy.peers).hasSize(1);
    }

    @Test
    void fullClientFailsAtOnceOrWaits() throws Exception {
        BlockingQueue<Runnable> later = new LinkedBlockingQueue<>();
        ScriptedProxy proxy = keep(new ScriptedProxy(
                (peer, message) -> later.add(() -> peer.answer(message, message.payload()))));
        RevprocClient hasty = start(to(proxy).maxInFlight(2));
        CompletableFuture<Reply> first = hasty.send(hello());
        CompletableFuture<Reply> large = hasty.send(Request.to("PP_1").payload("x".repeat(300_000)));
        assertThat(failure(large)).as("takes two places").isInstanceOf(OverloadedException.class);
        CompletableFuture<Reply> second = hasty.send(hello());
        Throwable third = failure(hasty.send(hello()));
        assertThat(third).isInstanceOf(OverloadedException.class);
        assertThat(((RevprocException) third).retryable()).isTrue();
        Objects.requireNonNull(later.poll(20, TimeUnit.SECONDS)).run();
        Objects.requireNonNull(later.poll(20, TimeUnit.SECONDS)).run();
        CompletableFuture.allOf(first, second).get(20, TimeUnit.SECONDS);

        RevprocClient patient = start(to(proxy).maxInFlight(1).waitWhenFull());
        CompletableFuture<Reply> one = patient.send(hello());
        Runnable answer = Objects.requireNonNull(later.poll(20, TimeUnit.SECONDS));
        CompletableFuture<Reply> two = CompletableFuture.supplyAsync(() -> patient.call(hello()),
                Thread::startVirtualThread);
        assertThat(failure(patient.send(hello().deadline(Duration.ofMillis(20)))))
                .isInstanceOf(OverloadedException.class);
        answer.run();
        Objects.requireNonNull(later.poll(20, TimeUnit.SECONDS)).run();
        CompletableFuture.allOf(one, two).get(20, TimeUnit.SECONDS);
        assertThat(patient.inFlight()).isZero();
    }

    @Test
    void messageThatIsTooLargeIsNotSent() throws Exception {
        ScriptedProxy proxy = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(proxy).maxMessageSize(1024));
        assertThat(failure(client.send("PP_1", "x".repeat(1024)))).isInstanceOfSatisfying(InvalidRequestException.class,
                failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TOO_LARGE));
        assertThat(client.call("PP_1", "x".repeat(500)).payloadText()).hasSize(500);
        assertThat(proxy.received).hasSize(1);
    }

    @Test
    void codeThatBlocksOnAReplyHoldsUpNobody() throws Exception {
        RevprocClient client = start(to(keep(ScriptedProxy.echo())));
        CountDownLatch never = new CountDownLatch(1);
        List<CompletableFuture<Void>> blocked = IntStream.range(0, 100)
                .mapToObj(i -> client.send("PP_1", "m" + i).thenAccept(reply -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })).toList();
        CompletableFuture<Reply> nested = client.send("PP_1", "outer")
                .thenApply(reply -> client.call("PP_1", "inner of " + reply.payloadText()));
        assertThat(nested.get(20, TimeUnit.SECONDS).payloadText()).isEqualTo("inner of outer");
        assertThat(blocked).noneMatch(CompletableFuture::isDone);
        never.countDown();
        CompletableFuture.allOf(blocked.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    }

    @Test
    void interruptedThreadStopsWaiting() throws Exception {
        RevprocClient client = start(to(keep(new ScriptedProxy((peer, message) -> {}))));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = Thread.startVirtualThread(() -> thrown.set(catchThrowable(() -> client.call(hello()))));
        await().until(() -> client.inFlight() == 1);
        caller.interrupt();
        caller.join();
        assertThat(thrown.get()).isInstanceOf(CancellationException.class);
    }

    @Test
    void evidenceThatCannotBeHadCostsNoMessage() {
        AtomicReference<String> token = new AtomicReference<>();
        ScriptedProxy proxy = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(proxy).evidence(() -> Objects.requireNonNull(token.get())));
        assertThat(client.send("PP_1", "without").orTimeout(20, TimeUnit.SECONDS).join().payloadText())
                .isEqualTo("without");
        token.set("a.b.c");
        assertThat(client.send("PP_1", "with").orTimeout(20, TimeUnit.SECONDS).join().payloadText()).isEqualTo("with");
        assertThat(proxy.tokens).containsExactly("a.b.c");
        assertThat(client.inFlight()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n\r\n", "{\"type\": 3}", "{\"msgId\": 1, \"type\": 2}",
            "{\"type\": 2, \"srcid\": 1, \"destid\": 1, \"payload\": \"\"}", "{\"msgId\": 1, \"type\": 2,}"})
    void whatIsNoReplyEndsTheConnection(String nonsense) throws Exception {
        ScriptedProxy proxy = keep(new ScriptedProxy((peer, message) -> peer.send(nonsense)));
        RevprocClient client = start(to(proxy));
        assertThat(failure(client.send(hello()))).isInstanceOf(ConnectionLostException.class)
                .hasMessageContaining("does not speak the protocol");
    }

    @Test
    void refusalOfTheWholeConnectionIsTheReason() throws Exception {
        ScriptedProxy proxy = keep(new ScriptedProxy((peer, message) -> {
            peer.send("{\"Error\": \"too much\", \"code\": \"OVERLOADED\", \"retryable\": true}");
            peer.close();
        }));
        assertThat(failure(start(to(proxy)).send(hello()))).isInstanceOf(ConnectionLostException.class)
                .hasMessageContaining("the proxy said OVERLOADED: too much");
    }

    @Test
    void idleConnectionIsClosedAndMadeAgain() {
        ScriptedProxy proxy = keep(ScriptedProxy.echo());
        RevprocClient client = start(to(proxy).idleTimeout(Duration.ofSeconds(1)));
        assertThat(client.call("PP_1", "a").payloadText()).isEqualTo("a");
        await().until(() -> proxy.peers.isEmpty());
        assertThat(client.call("PP_1", "b").payloadText()).isEqualTo("b");
    }

    @Test
    void closingWaitsForRepliesAndFailsTheRest() throws Exception {
        BlockingQueue<Runnable> later = new LinkedBlockingQueue<>();
        ScriptedProxy proxy = keep(new ScriptedProxy((peer, message) -> {
            if (message.payload().equals("slow")) {
                later.add(() -> peer.answer(message, "done"));
            }
        }));
        RevprocClient patient = to(proxy).closeTimeout(Duration.ofSeconds(20)).build();
        CompletableFuture<Reply> slow = patient.send("PP_1", "slow");
        Runnable answer = Objects.requireNonNull(later.poll(20, TimeUnit.SECONDS));
        CompletableFuture<Void> closing = CompletableFuture.runAsync(patient::close, Thread::startVirtualThread);
        await().until(() -> failure(patient.send(hello())) instanceof ClientClosedException);
        answer.run();
        assertThat(slow.get(20, TimeUnit.SECONDS).payloadText()).isEqualTo("done");
        closing.get(20, TimeUnit.SECONDS);

        RevprocClient hasty = to(proxy).build();
        CompletableFuture<Reply> lost = hasty.send("PP_1", "never");
        await().until(() -> proxy.received.stream().anyMatch(message -> message.payload().equals("never")));
        hasty.close();
        hasty.close();
        assertThatThrownBy(() -> hasty.connect().get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ClientClosedException.class);
        assertThat(failure(lost)).isInstanceOfSatisfying(ClientClosedException.class,
                failure -> assertThat(failure.retryable()).isFalse());
    }

    @Test
    void hasBoundsForItsSettings() {
        assertThatThrownBy(() -> RevprocClient.builder().connections(0)).hasMessageContaining("between 1 and 64");
        assertThatThrownBy(() -> RevprocClient.builder().proxies("a:b:c")).hasMessageContaining("brackets");
        assertThatThrownBy(() -> Request.to("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> hello().deadline(Duration.ZERO)).hasMessageContaining("1 ms");
        assertThatThrownBy(() -> hello().payload("\ud800")).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> hello().payload(new byte[]{(byte) 0xff})).hasMessageContaining("Base64");
        assertThatThrownBy(() -> hello().traceparent("a\"b")).isInstanceOf(IllegalArgumentException.class);
    }
}
