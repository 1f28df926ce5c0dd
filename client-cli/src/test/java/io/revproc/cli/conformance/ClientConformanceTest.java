package io.revproc.cli.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each fault of a client is found by the check that is meant for it. */
class ClientConformanceTest {
    private static final Timing TIMING = new Timing(Duration.ofMillis(100), Duration.ofMillis(800),
            Duration.ofSeconds(2),
            Duration.ofMillis(300));

    /** What a client does wrong. */
    enum Fault {
        NONE, NO_PAYLOAD, READS_ONCE, STOPS_AT_WHITE_SPACE, SMALL_BUFFER, PRINTS_ESCAPES, ANY_KEY_ERROR, TAKES_REFUSALS,
        SENDS_AGAIN, SENDS_AGAIN_AT_ONCE, SENDS_AGAIN_AFTER_THE_END, TAKES_HALVES, WAITS
    }

    private static final Map<Fault, Future<List<Result>>> RUNS = new EnumMap<>(Fault.class);

    /** All at the same time: most of it is waiting. */
    @BeforeAll
    static void checkAll() {
        ExecutorService all = Executors.newFixedThreadPool(Fault.values().length);
        for (Fault fault : Fault.values()) {
            RUNS.put(fault, all.submit(() -> check(fault)));
        }
        all.shutdown();
    }

    private static List<Result> check(Fault fault) throws IOException, InterruptedException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ClientConformance conformance = new ClientConformance(any, null, TIMING)) {
            return conformance.run(Duration.ofSeconds(3), () -> new Client(fault, conformance.port()),
                    Requirement.all(false), next -> {}, each -> {});
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NONE                      |
            NO_PAYLOAD                | C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11
            READS_ONCE                | C2 C4
            STOPS_AT_WHITE_SPACE      | C3
            SMALL_BUFFER              | C4
            PRINTS_ESCAPES            | C5
            ANY_KEY_ERROR             | C6
            TAKES_REFUSALS            | C7 C8
            SENDS_AGAIN               | C7
            SENDS_AGAIN_AT_ONCE       | C8
            SENDS_AGAIN_AFTER_THE_END | C9 C10
            TAKES_HALVES              | C10
            WAITS                     | C11
            """)
    void theRightChecksFail(Fault fault, @Nullable String expected) throws Exception {
        List<Result> results = Objects.requireNonNull(RUNS.get(fault)).get(60, TimeUnit.SECONDS);

        assertThat(failed(results)).as("" + results).isEqualTo(expected == null ? "" : expected);
    }

    private static String failed(List<Result> results) {
        return results.stream().filter(result -> result.outcome() == Result.Outcome.FAILED)
                .map(result -> result.requirement().name()).collect(Collectors.joining(" "));
    }

    /** Where somebody else runs the client, only what comes over the network is judged. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NONE                      |
            SENDS_AGAIN               | C7
            SENDS_AGAIN_AFTER_THE_END | C9
            """)
    void aClientThatIsRunByHandIsJudgedByWhatItSends(Fault fault, @Nullable String expected) throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Set<Requirement> checks = EnumSet.of(Requirement.C1, Requirement.C7, Requirement.C9);
        try (ClientConformance conformance = new ClientConformance(any, null, TIMING)) {
            List<Result> results = conformance.run(Duration.ofSeconds(5), null, checks,
                    next -> new Client(fault, conformance.port()), each -> {});

            assertThat(failed(results)).as("" + results).isEqualTo(expected == null ? "" : expected);
        }
    }

    /** Sends one message, and takes what comes with its fault. */
    private static final class Client implements ClientConformance.Run {
        private static final int TIMED_OUT = 4;
        private static final int PATIENCE = 1_500;

        private final Fault fault;
        private final int port;
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile int exitCode = 1;
        private volatile String output = "";
        private volatile @Nullable Socket open;

        Client(Fault fault, int port) {
            this.fault = fault;
            this.port = port;
            Thread.ofVirtual().start(() -> {
                try {
                    send(0);
                } catch (SocketTimeoutException e) {
                    exitCode = TIMED_OUT;
                } catch (IOException | CheckException e) {
                    exitCode = 1;
                }
                over.countDown();
            });
        }

        private void send(int before) throws IOException, CheckException {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open = socket;
                Peer proxy = new Peer(socket);
                proxy.send("{\"msgId\": 1, \"type\": 0, \"srcid\": 1327, \"privPoliId\": \"PP_1\""
                        + (fault == Fault.NO_PAYLOAD ? "" : ", \"payload\": \"hello\"") + "}");
                if (fault == Fault.READS_ONCE || fault == Fault.STOPS_AT_WHITE_SPACE || fault == Fault.TAKES_HALVES) {
                    readOnce(socket);
                    return;
                }
                Peer.Said said = proxy.next(fault == Fault.WAITS ? 6_000 : PATIENCE);
                if (said == null) {
                    if (fault == Fault.SENDS_AGAIN_AFTER_THE_END && before == 0) {
                        send(1);
                    }
                    return;
                }
                take(said, before);
            } catch (CheckException e) {
                if (fault == Fault.SENDS_AGAIN_AFTER_THE_END && before == 0) {
                    send(1);
                }
            }
        }

        private void take(Peer.Said said, int before) throws IOException, CheckException {
            if (said.message() instanceof Message.Refusal) {
                boolean again = (fault == Fault.SENDS_AGAIN && said.raw().contains("false") && before == 0)
                        || (fault == Fault.SENDS_AGAIN_AT_ONCE && said.raw().contains("true") && before < 20);
                exitCode = fault == Fault.TAKES_REFUSALS ? 0 : 1;
                if (again) {
                    send(before + 1);
                }
            } else if (said.message() instanceof Message.Ack ack) {
                boolean bad = (fault == Fault.SMALL_BUFFER && said.raw().length() > 10_000)
                        || (fault == Fault.ANY_KEY_ERROR && said.raw().contains("\"Error\""));
                output = fault == Fault.PRINTS_ESCAPES && said.raw().contains("\\u") ? "ANSWER \\u00fc" : ack.payload();
                exitCode = bad ? 1 : 0;
            }
        }

        /** As programs do that never met a slow network. */
        private void readOnce(Socket socket) throws IOException {
            byte[] buffer = new byte[16 * 1024];
            socket.setSoTimeout(PATIENCE);
            String text = "";
            boolean more = true;
            while (more) {
                int n = socket.getInputStream().read(buffer);
                text += n < 0 ? "" : new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
                more = n > 0 && fault != Fault.READS_ONCE && !seemsWhole(text);
            }
            boolean begins = text.startsWith("{") || fault != Fault.STOPS_AT_WHITE_SPACE;
            exitCode = begins && seemsWhole(text) && !text.contains("\"Error\": \"This") ? 0 : 1;
        }

        private boolean seemsWhole(String text) {
            boolean half = fault == Fault.TAKES_HALVES && text.endsWith("\"ANSWER\"");
            return half || text.endsWith("}") || text.endsWith("\n");
        }

        @Override
        public boolean ended(Duration patience) throws InterruptedException {
            return over.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public int exitCode() {
            return exitCode;
        }

        @Override
        public String output() {
            return output;
        }

        @Override
        public void close() {
            Socket socket = open;
            try {
                if (socket != null) {
                    socket.close();
                }
            } catch (IOException e) {
                // gone is gone
            }
        }
    }
}
