package io.revproc.cli.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.revproc.cli.conformance.FaultyServer.Fault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each fault is found by the check that is meant for it, and by no other that does not depend on it. */
class ServerConformanceTest {
    private static final Timing TIMING = new Timing(Duration.ofMillis(100), Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofMillis(300));
    private static final int AT_ONCE = 10;
    private static final Map<Fault, Future<List<Result>>> RUNS = new EnumMap<>(Fault.class);

    /** All at the same time: most of it is waiting. */
    @BeforeAll
    static void checkAll() {
        ExecutorService some = Executors.newFixedThreadPool(AT_ONCE);
        for (Fault fault : Fault.values()) {
            RUNS.put(fault, some.submit(() -> check(fault)));
        }
        some.shutdown();
    }

    private static List<Result> check(Fault fault) throws IOException, InterruptedException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerConformance conformance = new ServerConformance(any, null, TIMING);
                FaultyServer server = new FaultyServer(fault, conformance.port())) {
            return conformance.run(Duration.ofSeconds(10), server, checks(fault), each -> {});
        }
    }

    /** Those of the same kind; the others would only take time. */
    private static Set<Requirement> checks(Fault fault) {
        return switch (fault) {
            case NONE -> Requirement.all(true);
            case LISTENS_LATE -> EnumSet.of(Requirement.S1, Requirement.S2);
            case FIXED_HEARTBEAT, NO_HEARTBEAT, DIES_OF_NOTICES, ANSWERS_NOTICES, IGNORES_ERRORS,
                    IGNORES_UNKNOWN_ERRORS ->
                EnumSet.range(Requirement.S15, Requirement.S17);
            case REGISTERS_ONCE, TRUSTS_SILENCE, HAMMERS -> EnumSet.range(Requirement.S18, Requirement.S20);
            case NO_DRAIN, LEAVES_TOO_SOON, STOPS_ANSWERING, NO_DEREGISTER, NEVER_ENDS ->
                EnumSet.of(Requirement.S21, Requirement.S22);
            default -> EnumSet.range(Requirement.S1, Requirement.S14);
        };
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NONE                   |
            LISTENS_LATE           | S2
            ONE_READ_IS_WHOLE      | S3 S9
            ONE_MESSAGE_PER_READ   | S4 S6
            MSG_ID_LAST            | S5
            FIXED_DEST_ID          | S4 S5 S6 S8
            FORGETS_SOME           | S6
            LATIN_1                | S7
            TYPE_IS_A_NUMBER       | S8
            SMALL_BUFFER           | S9
            ANY_LEASE              | S10
            NO_HELLO_NEEDED        | S11
            ANY_POLICY             | S12
            DIES_OF_GARBAGE        | S13
            CLOSES_AT_ONCE         | S14
            FIXED_HEARTBEAT        | S15 S16 S17
            NO_HEARTBEAT           | S15 S16 S17
            DIES_OF_NOTICES        | S16
            ANSWERS_NOTICES        | S16
            IGNORES_ERRORS         | S17
            IGNORES_UNKNOWN_ERRORS | S17
            REGISTERS_ONCE         | S18 S20
            TRUSTS_SILENCE         | S19
            HAMMERS                | S20
            NO_DRAIN               | S21
            LEAVES_TOO_SOON        | S21
            STOPS_ANSWERING        | S21
            NO_DEREGISTER          | S22
            NEVER_ENDS             | S22
            """)
    void theRightChecksFail(Fault fault, @Nullable String expected) throws Exception {
        List<Result> results = Objects.requireNonNull(RUNS.get(fault)).get(60, TimeUnit.SECONDS);

        assertThat(results).as("" + results).hasSize(checks(fault).size());
        assertThat(results.stream().filter(result -> result.outcome() == Result.Outcome.FAILED)
                .map(result -> result.requirement().name()).collect(Collectors.joining(" ")))
                .as("" + results).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void aSetupOfPart1FailsAndTheRestIsSkipped() throws Exception {
        List<Result> results = Objects.requireNonNull(RUNS.get(Fault.NO_PROTO)).get(60, TimeUnit.SECONDS);

        assertThat(results.getFirst()).isEqualTo(new Result(Requirement.S1, Result.Outcome.FAILED,
                "The setup has no \"proto\": 2, so the server gets no lease and no heartbeats."));
        assertThat(results.subList(2, results.size())).allMatch(result -> result.outcome() == Result.Outcome.SKIPPED);
    }

    @Test
    void nobodyWhoRegistersIsOneFailure() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerConformance conformance = new ServerConformance(any, null, TIMING)) {
            List<Result> results = conformance.run(Duration.ofMillis(1), null, Requirement.all(true), each -> {});

            assertThat(results).first().extracting(Result::outcome).isEqualTo(Result.Outcome.FAILED);
            assertThat(results).hasSize(22).filteredOn(result -> result.outcome() == Result.Outcome.SKIPPED)
                    .hasSize(21);
        }
    }

    /** The page that implementers read has the same requirements in the same words. */
    @Test
    void theProtocolsPageHasEveryRequirement() throws IOException {
        String page = Files.readString(Path.of("../docs/protocol.md"));

        assertThat(Requirement.values()).filteredOn(each -> !page.contains("| " + each + " | " + each.text() + " |\n"))
                .isEmpty();
    }
}
