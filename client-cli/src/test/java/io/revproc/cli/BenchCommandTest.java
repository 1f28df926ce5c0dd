package io.revproc.cli;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.cli.bench.LoadPlan;
import io.revproc.cli.bench.Verify;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BenchCommandTest {
    @ParameterizedTest
    @CsvSource({"keep,1,1,32,1,0", "keep,8,16,32,2,0", "keep,3,4,300000,1,0", "connect,8,1,32,1,0",
            "keep,4,1,32,1,5000",
            "keep,4,8,32,2,5000", "connect,4,1,32,1,5000", "keep,1,5,0,1,0"})
    void everyMessageIsAnsweredAndCountedOnce(String mode, int connections, int depth, int payload, int threads,
            int rate) {
        int messages = payload > 1_000 ? 40 : 300;
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("bench", "--verify", "sha1", "--port", proxy.port(), "--mode", mode, "--connections",
                    "" + connections, "--depth",
                    "" + depth, "--payload-size", "" + payload, "--threads", "" + threads, "--rate", "" + rate,
                    "--messages",
                    "" + messages, "--policies", "PP_1..PP_3", "--duration", "60s", "--json");

            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
            assertThat(run.json()).containsEntry("messages", messages).containsEntry("errors", java.util.Map.of());
            assertThat(proxy.received).hasSize(messages).anyMatch(message -> message.contains("PP_3"));
            assertThat(proxy.connections.get()).isEqualTo(mode.equals("keep") ? connections : messages);
        }
    }

    @ParameterizedTest
    @CsvSource({"keep,4", "connect,1"})
    void aConnectionCanKeepToOnePolicy(String mode, int depth) {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("bench", "--port", proxy.port(), "--mode", mode, "--connections", "2", "--depth",
                    "" + depth, "--policies", "PP_1,PP_2,PP_3", "--policy-per", "connection", "--messages", "200",
                    "--duration", "60s", "--json");

            assertThat(run.exitCode()).isZero();
            assertThat(proxy.received).hasSize(200).anyMatch(message -> message.contains("PP_1"))
                    .anyMatch(message -> message.contains("PP_2")).noneMatch(message -> message.contains("PP_3"));
        }
    }

    @Test
    void aWrongHashAndARefusalAreCountedByTheirNames() {
        AtomicInteger turn = new AtomicInteger();
        try (FakeProxy proxy = new FakeProxy(message -> switch (turn.getAndIncrement() % 4) {
            case 0 -> FakeProxy.refusal("OVERLOADED", "busy");
            case 1 -> FakeProxy.ack(message).replaceAll("[0-9a-f]{40}", "0".repeat(40));
            default -> FakeProxy.ack(message);
        })) {
            Run run = Run.of("bench", "--verify", "sha1", "--port", proxy.port(), "--connections", "2", "--messages",
                    "40", "--duration", "60s", "--json");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.json()).containsEntry("messages", 20)
                    .containsEntry("errors", java.util.Map.of("OVERLOADED", 10, "HASH", 10));
        }
    }

    @Test
    void aConnectionThatBreaksIsCountedAndOpenedAnew() {
        AtomicInteger turn = new AtomicInteger();
        try (FakeProxy proxy = new FakeProxy(
                message -> turn.getAndIncrement() == 3 ? FakeProxy.CLOSE : FakeProxy.ack(message))) {
            Run run = Run.of("bench", "--port", proxy.port(), "--connections", "1", "--messages", "10", "--duration",
                    "60s", "--json");

            assertThat(run.json()).containsEntry("messages", 9).containsEntry("errors", java.util.Map.of("CLOSED", 1));
            assertThat(proxy.connections).hasValue(2);
        }
    }

    @Test
    void aMessageWithoutAnAnswerIsATimeout() {
        AtomicInteger turn = new AtomicInteger();
        try (FakeProxy proxy = new FakeProxy(
                message -> turn.getAndIncrement() == 0 ? FakeProxy.SILENCE : FakeProxy.ack(message))) {
            Run run = Run.of("bench", "--port", proxy.port(), "--connections", "1", "--messages", "3", "--duration",
                    "60s",
                    "--timeout", "50ms", "--json");

            assertThat(run.json()).containsEntry("messages", 2).containsEntry("errors", java.util.Map.of("TIMEOUT", 1));
        }
    }

    @Test
    void aStallShowsInTheLatencyOfTheMessagesThatWereDueMeanwhile() {
        AtomicInteger turn = new AtomicInteger();
        try (FakeProxy proxy = new FakeProxy(message -> {
            if (turn.getAndIncrement() == 0) {
                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            }
            return FakeProxy.ack(message);
        })) {
            Run run = Run.of("bench", "--port", proxy.port(), "--connections", "1", "--rate", "1000", "--messages",
                    "100",
                    "--duration", "60s", "--json");

            assertThat(run.json()).containsEntry("messages", 100);
            assertThat(((Number) java.util.Objects.requireNonNull(run.json().get("p50Us"))).doubleValue())
                    .as("half of the messages were due more than 20 ms before the stall ended").isGreaterThan(20_000);
        }
    }

    @Test
    void whatFindsNoRoomInTimeIsCountedToo() {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.SILENCE)) {
            Run run = Run.of("bench", "--port", proxy.port(), "--connections", "1", "--rate", "100", "--messages", "10",
                    "--duration", "100ms", "--warmup", "0", "--timeout", "150ms", "--json");
            assertThat(run.json()).containsEntry("messages", 0);
            assertThat(run.out()).contains("UNSENT", "TIMEOUT");
        }
    }

    @ParameterizedTest
    @CsvSource({"none, true", "echo, true", "sha1, false"})
    void aServerThatEchoesIsRightWhereThatIsWanted(String verify, boolean right) {
        try (FakeProxy proxy = FakeProxy.echo()) {
            Run run = Run.of("bench", "--verify", verify, "--port", proxy.port(), "--connections", "2", "--messages",
                    "40", "--duration", "60s", "--json");

            assertThat(run.exitCode()).isEqualTo(right ? 0 : 1);
            assertThat(run.json()).containsEntry("messages", right ? 40 : 0).containsEntry("errors",
                    right ? java.util.Map.of() : java.util.Map.of("HASH", 40));
        }
    }

    @ParameterizedTest
    @CsvSource({"0.5, 9000, 0, 'warming up, 11s left'",
            "6, 9000, 0, '[################..............] 9,000 messages, 1,500/s, 5s left'",
            "6, 9000, 10000, '[###########################...] 9,000 messages, 1,500/s, 1s left'",
            "13, 20000, 0, '[##############################] 20,000 messages, 1,538/s, 0s left'"})
    void theBarIsThatOfWhatEndsTheRunFirst(double seconds, long done, long messages, String line) {
        LoadPlan plan = new LoadPlan(List.of(new InetSocketAddress(1)), 1, 1, true, List.of("P"),
                LoadPlan.PolicyPer.MESSAGE, 1, Verify.NONE, Duration.ofSeconds(1), Duration.ofSeconds(10), messages, 0,
                1, Duration.ofSeconds(1), null);

        assertThat(BenchCommand.progress(plan, Math.round(seconds * 1e9), done)).isEqualTo(line);
    }

    @Test
    void idleConnectionsAreHeld() {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("bench", "--port", proxy.port(), "--idle", "20", "--duration", "10ms", "--json");

            assertThat(run.exitCode()).isZero();
            assertThat(run.json()).containsEntry("opened", 20).containsEntry("alive", 20);
            assertThat(proxy.received).isEmpty();
        }
    }

    @Test
    void theResultForAPersonNamesRateAndPercentiles() {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("bench", "--port", proxy.port(), "--messages", "10");

            assertThat(run.out()).contains("64 kept connections, 1 in flight each, 32-byte payloads",
                    "messages  10 in ",
                    "errors    none", "p50 ", "p99.9 ");
        }
    }

    @Test
    void nobodyListeningEndsWithThree() {
        assertThat(Run.of("bench", "--port", "1", "--messages", "1").exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(Run.of("bench", "--port", "1", "--idle", "1").exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void aPlanThatMakesNoSenseIsWrongUsage() {
        assertThat(Run.of("bench", "--mode", "connect", "--depth", "2").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Run.of("bench", "--duration", "0").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Run.of("bench", "--connections", "0").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void rangesOfPoliciesAreExpanded() {
        assertThat(BenchCommand.expand(List.of("PP_9..PP_11", "7..8", "A", "B.C"))).containsExactly("PP_9", "PP_10",
                "PP_11",
                "7", "8", "A", "B.C");
    }
}
