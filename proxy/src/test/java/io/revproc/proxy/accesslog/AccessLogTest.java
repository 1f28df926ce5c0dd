package io.revproc.proxy.accesslog;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.forward.Exchange;
import io.revproc.proxy.forward.RefusedMessage;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class AccessLogTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            InstantSource.system(), () -> 0);
    private final Endpoint endpoint = table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of("7"),
            InetAddress.getLoopbackAddress(), 9001, 1, false, 1, null, 10, false, null, null), null);

    @Test
    void lineSaysWhoWantedWhatFromWhomAndHowItEnded() {
        try (AccessLog log = log(100, 10)) {
            log.ended(message("1327"), endpoint, null, 40, TimeUnit.MICROSECONDS.toNanos(1_500));
            log.ended(message("\"a b\""), null, ErrorCode.OVERLOADED, 0, TimeUnit.MICROSECONDS.toNanos(9));
            log.ended(message("1"), null, null, -1, 0);
            log.refused(
                    new RefusedMessage(CLIENT, "x event=fake\n", "\"me\"".getBytes(StandardCharsets.UTF_8), new byte[0],
                            ErrorCode.NO_SERVER, 90));
            log.refused(new RefusedMessage(CLIENT, null, new byte[0], new byte[0], ErrorCode.BAD_MESSAGE, 5));
            log.refused(new RefusedMessage(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 4711), null,
                    new byte[0], new byte[0], ErrorCode.BAD_MESSAGE, 5));
        }

        assertThat(lines).containsExactly(
                "event=message client=127.0.0.1:4711 srcid=1327 policy=PP_1 server=7 outcome=answered us=1500 bytes=100 "
                        + "reply-bytes=40",
                "event=message client=127.0.0.1:4711 srcid=\"a b\" policy=PP_1 outcome=OVERLOADED us=9 bytes=100 "
                        + "reply-bytes=0",
                "event=message client=127.0.0.1:4711 srcid=1 policy=PP_1 outcome=cancelled us=0 bytes=100 reply-bytes=0",
                "event=message client=127.0.0.1:4711 srcid=me policy=\"x event?fake?\" outcome=NO_SERVER us=0 bytes=90 "
                        + "reply-bytes=0",
                "event=message client=127.0.0.1:4711 outcome=BAD_MESSAGE us=0 bytes=5 reply-bytes=0",
                "event=message client=[2001:db8:0:0:0:0:0:7]:4711 outcome=BAD_MESSAGE us=0 bytes=5 reply-bytes=0");
    }

    @Test
    void shareOfTheAnsweredOnesIsWrittenAndEveryRefusedOne() {
        double[] chances = {0.05, 0.5, 0.0999, 0.1};
        int[] next = {0};
        try (AccessLog log = new AccessLog(new AccessLogSettings(true, 10, 100), () -> chances[next[0]++],
                lines::add)) {
            for (int i = 0; i < 4; i++) {
                log.ended(message("" + i), endpoint, null, 40, 0);
            }
            log.ended(message("4"), endpoint, ErrorCode.TIMEOUT, 0, 0);
        }

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("srcid=0 ");
        assertThat(lines.get(1)).contains("srcid=2 ");
        assertThat(lines.get(2)).contains("outcome=TIMEOUT");
    }

    @Test
    void slowDiskHoldsUpNobodyAndWhatIsDroppedIsCounted() throws InterruptedException {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (AccessLog log = new AccessLog(new AccessLogSettings(true, 100, 5), () -> 0, line -> {
            writing.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            lines.add(line);
        })) {
            log.ended(message("0"), endpoint, null, 40, 0);
            assertThat(writing.await(1, TimeUnit.MINUTES)).isTrue();
            for (int i = 1; i <= 100; i++) {
                log.ended(message("" + i), endpoint, null, 40, 0);
            }
            assertThat(log.dropped()).isEqualTo(95);
            goOn.countDown();
            await().atMost(1, TimeUnit.MINUTES).until(() -> log.written() == 6);
            log.ended(message("101"), endpoint, null, 40, 0);
            await().atMost(1, TimeUnit.MINUTES).until(() -> log.written() == 7);
        }
        assertThat(lines).hasSize(7);
    }

    private AccessLog log(double share, int queue) {
        return new AccessLog(new AccessLogSettings(true, share, queue), () -> 0, lines::add);
    }

    @Test
    void feedTakesSoManyBetweenTwoLooksAndWhatWentWrongApart() {
        DeliveryFeed feed = new DeliveryFeed();
        feed.ended(message("0"), endpoint, null, 40, 0);
        assertThat(feed.take()).as("nobody watches").isEmpty();
        feed.open();
        for (int i = 0; i < 3 * DeliveryFeed.MAX_ENDED; i++) {
            feed.ended(message("1"), endpoint, null, 40, 0);
        }
        feed.ended(message("2"), endpoint, ErrorCode.TIMEOUT, 0, 0);
        feed.refused(new RefusedMessage(CLIENT, "PP_9", new byte[0], new byte[0], ErrorCode.NO_SERVER, 9));

        List<DeliveryFeed.Ended> taken = feed.take();
        assertThat(taken).hasSize(DeliveryFeed.MAX_ENDED + 2);
        assertThat(taken).extracting(ended -> ended.message().outcome()).endsWith("answered", "TIMEOUT", "NO_SERVER");
        assertThat(feed.take()).isEmpty();
        feed.ended(message("3"), endpoint, null, 40, 0);
        assertThat(feed.take()).hasSize(1);
        feed.ended(message("4"), endpoint, null, 40, 0);
        feed.close();
        assertThat(feed.take()).isEmpty();
        feed.ended(message("5"), endpoint, null, 40, 0);
        feed.refused(new RefusedMessage(CLIENT, "PP_9", new byte[0], new byte[0], ErrorCode.NO_SERVER, 9));
        assertThat(feed.take()).as("nobody watches any more").isEmpty();
    }

    private Exchange message(String srcId) {
        PolicyRoutes routes = Objects.requireNonNull(table.routes().find("PP_1"));
        return new Exchange(routes, 0, 100, false, 0) {
            @Override
            public InetSocketAddress client() {
                return CLIENT;
            }

            @Override
            public byte[] clientId() {
                return srcId.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            protected void replied(byte[] bytes, int from, int to, int cutStart, int cutEnd) {}

            @Override
            protected void refused(ErrorCode code, String sentence) {}
        };
    }
}
