package io.revproc.server;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.SetupDialect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The library's server with handlers of every kind, against a proxy made for the test. */
class PolicyServerTest {
    private static final Handler ECHO = request -> Reply.of(request.payload());

    private final FakeProxy proxy = new FakeProxy();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(proxy));

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private PolicyServer start(PolicyServer.Builder settings) {
        PolicyServer server = settings.proxies("" + proxy.port()).id("1").build().start();
        open.add(server);
        await().until(server::registered);
        return server;
    }

    @Test
    void evidenceThatCannotBeHadKeepsNoServerFromRegistering() {
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", ECHO).evidence(() -> {
            throw new IllegalStateException("the vault is sealed");
        }));
        assertThat(server.registered()).isTrue();
    }

    private Peer connect(PolicyServer server, String policy) throws Exception {
        Peer peer = new Peer(server.port());
        open.add(peer);
        return peer.send(new Message.Hello(proxy.lease(policy)));
    }

    private static Message.Data data(int msgId, String payload) {
        return new Message.Data(Ident.of(1327), Ident.of("PP_1"), payload.length(), payload, Ident.of(msgId), false,
                null, null, false);
    }

    private static Message.Data unnamed(String payload) {
        return Message.Data.of(Ident.of(1327), Ident.of("PP_1"), payload);
    }

    @Test
    void handlerSeesAllOfTheMessage() throws Exception {
        AtomicReference<ServerRequest> seen = new AtomicReference<>();
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", request -> {
            seen.set(request);
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            return Reply.of("ö \"" + request.payloadText() + "\" \n");
        }));
        Peer peer = connect(server, "PP_1");
        peer.send(new Message.Data(new Ident("a \"b\" \\", true), Ident.of("PP_1"), 1, "ä\n", Ident.of(5), true,
                Duration.ofMillis(1234), "00-ab-cd-01", false));
        assertThat(peer.text()).isEqualTo("{\"msgId\": 5, \"type\": 2, \"srcid\": 1, \"destid\": \"a \\\"b\\\" \\\\\", "
                + "\"payloadsize\": 8, \"payload\": \"ö \\\"ä\\n\\\" \\n\"}");
        ServerRequest request = seen.get();
        assertThat(request.policy()).isEqualTo("PP_1");
        assertThat(request.clientId()).isEqualTo("a \"b\" \\");
        assertThat(request.payloadText()).isEqualTo("ä\n");
        assertThat(request.idempotent()).isTrue();
        assertThat(request.deadline()).isEqualTo(Duration.ofMillis(1234));
        assertThat(request.traceparent()).isEqualTo("00-ab-cd-01");
        assertThat(request.toString()).doesNotContain("ä");
        peer.send(data(6, "x"));
        peer.ack();
        assertThat(seen.get().deadline()).isNull();
        assertThat(seen.get().traceparent()).isNull();
        assertThat(server.answered()).isEqualTo(2);
    }

    @Test
    void settingsAreInTheSetup() {
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", ECHO).handle("PP_2", ECHO).token("s3cret")
                .weight(3).zone("eu-1").maxInFlight(64).mux(false));
        assertThat(proxy.received(Message.Setup.class)).containsExactlyInAnyOrder(
                new Message.Setup(Ident.of(1), Ident.of("PP_1"), server.port(), 2, false, 3, "eu-1", 64, "s3cret",
                        false),
                new Message.Setup(Ident.of(1), Ident.of("PP_2"), server.port(), 2, false, 3, "eu-1", 64, "s3cret",
                        false));
        assertThat(server.registrations()).extracting(Registration::policy).containsExactly("PP_1", "PP_2");
        assertThat(server.registrations()).allSatisfy(registration -> {
            assertThat(registration.state()).isEqualTo("registered");
            assertThat(registration.proxy()).isEqualTo("127.0.0.1:" + proxy.port());
            assertThat(registration.reason()).isNull();
        });
    }

    /** Spring's bean opens the port with the context, and its life begins to register when all else runs. */
    @Test
    void aServerWhosePortIsOpenAlreadyStarts() {
        try (PolicyServer server = PolicyServer.builder().id("9").listen(0).proxies("127.0.0.1:" + proxy.port())
                .handle("PP_9", ECHO).build()) {
            server.open();
            int port = server.port();
            server.start();
            assertThat(server.port()).isEqualTo(port);
        }
    }

    @Test
    void slowHandlerHoldsUpNobody() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", request -> {
            if (request.payloadText().equals("slow")) {
                slow.await();
            }
            return Reply.of(request.payload());
        }));
        Peer peer = connect(server, "PP_1").send(data(1, "slow"), data(2, "b"), data(3, "c"));
        assertThat(List.of(peer.ack().payload(), peer.ack().payload())).containsExactlyInAnyOrder("b", "c");
        assertThat(server.inFlight()).isEqualTo(1);
        slow.countDown();
        assertThat(peer.ack().payload()).isEqualTo("slow");
        assertThat(server.inFlight()).isZero();
    }

    @Test
    void answersOfMessagesWithoutANameComeInOrderWithTheRefusalsBetweenThem() throws Exception {
        BlockingQueue<CompletableFuture<Reply>> later = new LinkedBlockingQueue<>();
        PolicyServer server = start(PolicyServer.builder().handleAsync("PP_1", request -> {
            CompletableFuture<Reply> reply = new CompletableFuture<>();
            later.add(reply);
            return reply;
        }).executor(Runnable::run));
        Peer peer = connect(server, "PP_1").send(unnamed("a"), unnamed("b")).send("{\"type\": 0}")
                .send(unnamed("c"), data(9, "named"));
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            replies.add(Objects.requireNonNull(later.poll(20, TimeUnit.SECONDS)));
        }
        replies.get(3).complete(Reply.of("named first"));
        assertThat(peer.ack().payload()).isEqualTo("named first");
        replies.get(2).complete(Reply.of("c"));
        replies.get(1).complete(Reply.of("b"));
        replies.get(0).complete(Reply.of("a"));
        assertThat(peer.ack().payload()).isEqualTo("a");
        assertThat(peer.ack().payload()).isEqualTo("b");
        assertThat(((Message.Refusal) peer.next()).code()).isEqualTo(ErrorCode.BAD_MESSAGE);
        assertThat(peer.ack().payload()).isEqualTo("c");
    }

    /** Whatever comes in one burst: those that wait for their turn are bounded, and all are answered. */
    @Test
    void manyMessagesWithoutANameAreAllAnsweredInOrder() throws Exception {
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", ECHO));
        Peer peer = connect(server, "PP_1");
        int many = 5000;
        Thread writer = Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < many; i++) {
                    peer.send(unnamed("m" + i));
                }
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        for (int i = 0; i < many; i++) {
            assertThat(peer.ack().payload()).isEqualTo("m" + i);
        }
        writer.join();
        assertThat(server.inFlight()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"retryable, OVERLOADED, true", "failed, SERVER_FAILED, false", "invalid, BAD_MESSAGE, false",
            "notAllowed, NOT_ALLOWED, false"})
    void handlerThatRefusesSaysSo(String kind, ErrorCode code, boolean retryable) throws Exception {
        Refusal refusal = switch (kind) {
            case "retryable" -> Refusal.retryable("not now\u001b");
            case "failed" -> Refusal.failed("not now\u001b");
            case "invalid" -> Refusal.invalid("not now\u001b");
            default -> Refusal.notAllowed("not now\u001b");
        };
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", request -> {
            throw refusal;
        }).handleAsync("PP_2", request -> CompletableFuture.supplyAsync(() -> {
            throw refusal;
        })));
        Peer peer = connect(server, "PP_1").send(data(1, "a"));
        String expected = "{\"msgId\": 1, \"Error\": \"not now\\\\x1b\", \"code\": \"" + code + "\", \"retryable\": "
                + retryable + "}";
        assertThat(peer.text()).isEqualTo(expected);
        Peer later = connect(server, "PP_2").send(new Message.Data(Ident.of(1), Ident.of("PP_2"), 0, "", Ident.of(1),
                false, null, null, false));
        assertThat(later.text()).isEqualTo(expected);
        assertThat(server.refused()).isEqualTo(2);
    }

    /** What a handler in code without null checks may do. */
    @SuppressWarnings("NullAway")
    private static CompletionStage<Reply> nothing() {
        return null;
    }

    @SuppressWarnings("NullAway")
    private static CompletionStage<Reply> stageOfNothing() {
        return CompletableFuture.completedFuture(null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exception", "error", "null", "later", "null later", "throws instead of a stage"})
    void handlerThatFailsCostsItsOneMessageAndSaysNothingOfIt(String how) throws Exception {
        PrintStream stderr = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            PolicyServer server = start(PolicyServer.builder().handleAsync("PP_1", request -> {
                String payload = request.payloadText();
                if (payload.equals("fine")) {
                    return CompletableFuture.completedFuture(Reply.of("fine"));
                }
                return switch (how) {
                    case "exception" -> throw new IllegalStateException(payload);
                    case "error" -> throw new StackOverflowError(payload);
                    case "null" -> stageOfNothing();
                    case "later" -> CompletableFuture.failedFuture(new IllegalStateException(payload));
                    case "null later" -> stageOfNothing().thenApplyAsync(reply -> reply);
                    default -> nothing();
                };
            }));
            Peer peer = connect(server, "PP_1").send(data(1, "s3cret"));
            assertThat(peer.text()).isEqualTo("{\"msgId\": 1, \"Error\": \"The server failed to handle the message\", "
                    + "\"code\": \"SERVER_FAILED\", \"retryable\": false}");
            assertThat(peer.send(data(2, "fine")).ack().payload()).isEqualTo("fine");
            assertThat(server.inFlight()).isZero();
        } finally {
            System.setErr(stderr);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("s3cret")
                .contains("event=handler_failed policy=PP_1 exception=java.lang.");
    }

    @Test
    void failureHandlerChoosesWhatTheClientHears() throws Exception {
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", request -> {
            throw new IllegalStateException(request.payloadText());
        }).onFailure((request, failure) -> {
            if (request.payloadText().equals("b")) {
                throw new IllegalArgumentException();
            }
            if (request.payloadText().equals("c")) {
                throw new NoClassDefFoundError();
            }
            return Refusal.invalid(failure.getClass().getSimpleName());
        }));
        Peer peer = connect(server, "PP_1").send(data(1, "a"));
        assertThat(((Message.Refusal) peer.next()).sentence()).isEqualTo("IllegalStateException");
        assertThat(((Message.Refusal) peer.send(data(2, "b")).next()).code()).isEqualTo(ErrorCode.SERVER_FAILED);
        assertThat(((Message.Refusal) peer.send(data(3, "c")).next()).code()).isEqualTo(ErrorCode.SERVER_FAILED);
    }

    @Test
    void moreThanItMayIsRefusedSoThatAnotherServerMayTakeIt() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        PolicyServer server = start(PolicyServer.builder().maxInFlight(2).handle("PP_1", request -> {
            slow.await();
            return Reply.of(request.payload());
        }));
        Peer peer = connect(server, "PP_1").send(data(1, "a"), data(2, "b"), data(3, "c"));
        Message.Refusal refusal = (Message.Refusal) peer.next();
        assertThat(refusal.msgId()).isEqualTo(Ident.of(3));
        assertThat(refusal.code()).isEqualTo(ErrorCode.OVERLOADED);
        slow.countDown();
        assertThat(List.of(peer.ack().payload(), peer.ack().payload())).containsExactlyInAnyOrder("a", "b");
        assertThat(peer.send(data(4, "d")).ack().payload()).isEqualTo("d");
    }

    @Test
    void answerThatIsTooLargeIsARefusal() throws Exception {
        PolicyServer server = start(PolicyServer.builder().maxMessageSize(2048)
                .handle("PP_1", request -> Reply.of("x".repeat(Integer.parseInt(request.payloadText())))));
        Peer peer = connect(server, "PP_1").send(data(1, "4000"), data(2, "1000"));
        List<Message> answers = List.of(peer.next(), peer.next());
        assertThat(answers).filteredOn(Message.Refusal.class::isInstance).singleElement()
                .isEqualTo(new Message.Refusal(ErrorCode.SERVER_FAILED,
                        "The server's answer is larger than the limit for messages", Ident.of(1), false, null));
        assertThat(answers).filteredOn(Message.Ack.class::isInstance).hasSize(1);
    }

    @Test
    void closingDrainsWaitsForHandlersAndDeregisters() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch slow = new CountDownLatch(1);
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", request -> {
            begun.countDown();
            slow.await();
            return Reply.of(request.payload());
        }));
        Peer peer = connect(server, "PP_1").send(data(1, "a"));
        begun.await();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close, Thread::startVirtualThread);
        await().until(() -> proxy.received(Message.Deregister.class).size() == 1);
        slow.countDown();
        assertThat(peer.ack().payload()).isEqualTo("a");
        assertThat(peer.ended()).isTrue();
        closing.get(20, TimeUnit.SECONDS);
        assertThat(proxy.received(Message.Drain.class)).hasSize(1);
        assertThat(server.registrations()).noneMatch(Registration::registered);
    }

    @Test
    void handlerThatWillNotEndIsInterrupted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        PolicyServer server = start(PolicyServer.builder().drainTimeout(Duration.ZERO).handle("PP_1", request -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
            return Reply.of("");
        }));
        connect(server, "PP_1").send(data(1, "a"));
        begun.await();
        server.close();
        await().untilTrue(interrupted);
    }

    @Test
    void oldProxyIsServedFromTheStart() throws Exception {
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", ECHO).part1(SetupDialect.NUMBERS));
        assertThat(proxy.received).containsExactly(Message.Setup.part1(Ident.of(1), Ident.of("PP_1"), server.port()));
        try (Peer peer = new Peer(server.port())) {
            assertThat(peer.send(unnamed("x")).ack().payload()).isEqualTo("x");
        }
    }

    @Test
    void settingsThatDoNotGoTogetherAreSaid() {
        assertThatThrownBy(() -> PolicyServer.builder().build()).hasMessageContaining("a handler for at least one");
        assertThatThrownBy(() -> PolicyServer.builder().handle("PP_1", ECHO).handle("PP_1", ECHO))
                .hasMessageContaining("has a handler already");
        assertThatThrownBy(() -> PolicyServer.builder().weight(0)).hasMessageContaining("between 1 and 1000");
        assertThatThrownBy(() -> Reply.of(new byte[]{(byte) 0x80})).hasMessageContaining("Base64");
        PolicyServer server = start(PolicyServer.builder().handle("PP_1", ECHO));
        assertThatThrownBy(server::register).hasMessageContaining("registers already");
        server.close();
        server.close();
    }
}
