package io.revproc.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.client.Reply;
import io.revproc.client.Request;
import io.revproc.client.RevprocClient;
import io.revproc.client.RevprocException;
import io.revproc.client.ServerFailedException;
import io.revproc.server.PolicyServer;
import io.revproc.server.Refusal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The library's client and servers while something breaks. A ledger holds what became of every message: each has an answer of its own or
 * an error; none was handled twice that may not be; none was handled whose sender was told that it may be sent again.
 */
class ClientFaultsTest {
    private static final String POLICY = "PP_1";

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private <C extends AutoCloseable> C keep(C closeable) {
        open.add(closeable);
        return closeable;
    }

    private TestProxy proxy(String... settings) {
        return keep(TestProxy.with(settings));
    }

    private static String address(TestProxy proxy) {
        return "127.0.0.1:" + proxy.address().getPort();
    }

    /** What handlers did and what senders heard. */
    private static final class Ledger {
        private final Map<String, AtomicInteger> handled = new ConcurrentHashMap<>();
        private final Map<String, RevprocException> mayBeSentAgain = new ConcurrentHashMap<>();
        private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        private final List<CompletableFuture<?>> futures = new ArrayList<>();
        private int next;

        io.revproc.server.Reply handle(String payload) {
            handled.computeIfAbsent(payload, key -> new AtomicInteger()).incrementAndGet();
            return io.revproc.server.Reply.of("re " + payload);
        }

        /** Sends one message; every third may be handled twice. */
        void send(RevprocClient client) {
            boolean idempotent = next % 3 == 0;
            String payload = (idempotent ? "twice " : "once ") + next++;
            Request request = Request.to(POLICY).payload(payload);
            futures.add(client.send(idempotent ? request.idempotent() : request)
                    .handle((reply, failure) -> ended(payload, reply, failure)));
        }

        private Void ended(String payload, Reply reply, Throwable failure) {
            if (failure == null) {
                answered.incrementAndGet();
                if (!reply.payloadText().equals("re " + payload)) {
                    wrong.add(payload + " was answered with another's answer");
                }
                if (!handled.containsKey(payload)) {
                    wrong.add(payload + " was answered by nobody");
                }
            } else {
                failed.incrementAndGet();
                if (!(failure instanceof RevprocException named)) {
                    wrong.add(payload + " failed with " + failure);
                } else if (named.retryable()) {
                    mayBeSentAgain.put(payload, named);
                }
            }
            return null;
        }

        /** Waits for the end of every message. */
        void close() throws Exception {
            CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).get(40, TimeUnit.SECONDS);
            handled.forEach((payload, times) -> {
                if (times.get() > 1 && payload.startsWith("once")) {
                    wrong.add(payload + " was handled " + times + " times");
                }
            });
            mayBeSentAgain.forEach((payload, failure) -> {
                if (handled.containsKey(payload)) {
                    wrong.add(payload + " was handled, and its sender may send it again: " + failure);
                }
            });
            assertThat(wrong).isEmpty();
            assertThat(answered.get() + failed.get()).isEqualTo(next);
            assertThat(answered.get()).isPositive();
        }
    }

    private PolicyServer server(Ledger ledger, String id, String proxies) {
        return keep(PolicyServer.builder().proxies(proxies).id(id).drainTimeout(Duration.ofSeconds(10))
                .handle(POLICY, request -> {
                    Thread.sleep(1);
                    return ledger.handle(request.payloadText());
                }).build().start());
    }

    private RevprocClient client(String proxies) {
        return keep(RevprocClient.builder().proxies(proxies).connectTimeout(Duration.ofSeconds(20))
                .maxInFlight(100_000).closeTimeout(Duration.ZERO).build());
    }

    /** Sends for as long as the fault takes, and a little before and after. */
    private static void through(Ledger ledger, RevprocClient client, Fault fault) throws Exception {
        ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
        CountDownLatch some = new CountDownLatch(100);
        try (sender) {
            var sending = sender.scheduleAtFixedRate(() -> {
                for (int i = 0; i < 10; i++) {
                    ledger.send(client);
                }
                some.countDown();
            }, 0, 2, TimeUnit.MILLISECONDS);
            await().until(() -> ledger.answered.get() > 100);
            fault.happen();
            int then = ledger.answered.get();
            await().atMost(Duration.ofSeconds(30)).until(() -> ledger.answered.get() > then + 100);
            some.await();
            sending.cancel(false);
        }
        ledger.close();
    }

    private interface Fault {
        void happen() throws Exception;
    }

    @Test
    void theNetworkToAProxyIsCutUnderLoad() throws Exception {
        Ledger ledger = new Ledger();
        TestProxy one = proxy();
        TestProxy two = proxy();
        server(ledger, "1", address(one));
        server(ledger, "2", address(two));
        one.awaitServers(POLICY, 1);
        two.awaitServers(POLICY, 1);
        Cable cable = keep(new Cable(one.address().getPort()));
        through(ledger, client("127.0.0.1:" + cable.port() + "," + address(two)), () -> {
            // Between two rounds of messages there may be none on its way: so some are held up first, those that may be sent twice among them.
            cable.swallow();
            await().until(() -> cable.lost() > 2_000);
            cable.cut();
            cable.mend();
        });
        assertThat(ledger.failed).as("what was on its way").hasValueGreaterThan(0);
    }

    /** Nobody is told that the connections are dead: the deadline tells. */
    @Test
    void theNetworkToAProxySwallowsEverythingUnderLoad() throws Exception {
        Ledger ledger = new Ledger();
        TestProxy proxy = proxy();
        server(ledger, "1", address(proxy));
        proxy.awaitServers(POLICY, 1);
        Cable cable = keep(new Cable(proxy.address().getPort()));
        RevprocClient client = keep(RevprocClient.builder().proxies("127.0.0.1:" + cable.port())
                .deadline(Duration.ofMillis(500)).maxInFlight(100_000).closeTimeout(Duration.ZERO).build());
        through(ledger, client, cable::swallow);
        assertThat(ledger.failed).as("what was swallowed").hasValueGreaterThan(0);
    }

    /** What crosses the end of the connection on a busy machine is named as lost; nobody can know better. */
    @Test
    void aProxyDrainsUnderLoad() throws Exception {
        Ledger ledger = new Ledger();
        TestProxy one = proxy();
        TestProxy two = proxy();
        server(ledger, "1", address(one));
        server(ledger, "2", address(two));
        one.awaitServers(POLICY, 1);
        two.awaitServers(POLICY, 1);
        through(ledger, client(address(one) + "," + address(two)), one::stop);
    }

    @Test
    void theOnlyProxyIsRestartedUnderLoad() throws Exception {
        Ledger ledger = new Ledger();
        TestProxy first = proxy();
        int port = first.address().getPort();
        server(ledger, "1", address(first));
        first.awaitServers(POLICY, 1);
        through(ledger, client(address(first)), () -> {
            assertThat(first.stop().await(20, TimeUnit.SECONDS)).isTrue();
            TestProxy second = proxy("revproc.listener.port", "" + port);
            second.awaitServers(POLICY, 1);
        });
    }

    @Test
    void aServerLeavesUnderLoadAndNothingFails() throws Exception {
        Ledger ledger = new Ledger();
        TestProxy proxy = proxy();
        PolicyServer leaving = server(ledger, "1", address(proxy));
        server(ledger, "2", address(proxy));
        proxy.awaitServers(POLICY, 2);
        through(ledger, client(address(proxy)), leaving::close);
        assertThat(ledger.failed).hasValue(0);
    }

    @Test
    void theNetworkToAServerIsCutUnderLoad() throws Exception {
        Ledger ledger = new Ledger();
        TestProxy proxy = proxy();
        server(ledger, "1", address(proxy));
        Cable cable = keep(new Cable(proxy.address().getPort()));
        server(ledger, "2", "127.0.0.1:" + cable.port());
        proxy.awaitServers(POLICY, 2);
        through(ledger, client(address(proxy)), () -> {
            cable.cut();
            cable.mend();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "refuses"})
    void aHandlerFailsForSomeMessagesAndTheOthersAreAnswered(String how) throws Exception {
        Ledger ledger = new Ledger();
        TestProxy proxy = proxy();
        keep(PolicyServer.builder().proxies(address(proxy)).id("1").handle(POLICY, request -> {
            if (request.payloadText().endsWith("7")) {
                if (how.equals("refuses")) {
                    throw Refusal.retryable("not now");
                }
                ledger.handle(request.payloadText());
                throw new IllegalStateException();
            }
            return ledger.handle(request.payloadText());
        }).build().start());
        proxy.awaitServers(POLICY, 1);
        RevprocClient client = client(address(proxy));
        for (int i = 0; i < 1000; i++) {
            ledger.send(client);
        }
        ledger.close();
        assertThat(ledger.failed).hasValue(100);
    }

    @Test
    void handlerThatIsTooSlowCostsItsMessageItsDeadlineAlone() throws Exception {
        TestProxy proxy = proxy();
        CountDownLatch slow = new CountDownLatch(1);
        keep(PolicyServer.builder().proxies(address(proxy)).id("1").handle(POLICY, request -> {
            if (request.payloadText().equals("slow")) {
                slow.await();
            }
            return io.revproc.server.Reply.of("");
        }).build().start());
        proxy.awaitServers(POLICY, 1);
        RevprocClient client = client(address(proxy));
        CompletableFuture<Throwable> timed = client
                .send(Request.to(POLICY).payload("slow").deadline(Duration.ofMillis(300)))
                .handle((reply, failure) -> Objects.requireNonNull(failure));
        for (int i = 0; i < 100; i++) {
            client.call(POLICY, "quick");
        }
        assertThat(timed.get(20, TimeUnit.SECONDS)).hasMessage(
                "TIMEOUT: The server did not answer in time; it may have handled the message");
        slow.countDown();
    }

    @Test
    void serverThatBreaksOffIsNamed() throws Exception {
        TestProxy proxy = proxy();
        try (MuxServer server = MuxServer.held(proxy, 1, POLICY)) {
            RevprocClient client = client(address(proxy));
            CompletableFuture<Throwable> broken = client.send(POLICY, "x")
                    .handle((reply, failure) -> Objects.requireNonNull(failure));
            server.take();
            server.close();
            assertThat(broken).succeedsWithin(Duration.ofSeconds(20)).isInstanceOf(ServerFailedException.class);
        }
    }
}
