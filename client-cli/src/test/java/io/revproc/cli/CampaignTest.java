package io.revproc.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CampaignTest {
    @Test
    void manyMessagesOnSeveralConnectionsEndInASummary() {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--repeat", "100",
                    "--concurrency", "4", "--verify", "sha1");

            assertThat(run.exitCode()).isZero();
            assertThat(run.lines()).singleElement().asString().startsWith("100 messages: 100 matched, ");
            assertThat(run.err()).isEmpty();
            assertThat(proxy.received).hasSize(100);
            assertThat(proxy.connections).hasValueBetween(1, 4);
        }
    }

    @Test
    void failuresAreCountedByCodeAndOnlyTheFirstAreShown() {
        AtomicInteger turn = new AtomicInteger();
        try (FakeProxy proxy = new FakeProxy(
                message -> turn.incrementAndGet() > 20
                        ? FakeProxy.refusal("OVERLOADED", "busy")
                        : FakeProxy.ack(message))) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--repeat", "50");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.out()).startsWith("50 messages: 20 answered, 30 failed (OVERLOADED 30), ");
            assertThat(run.err().lines()).hasSize(10);
        }
    }

    @Test
    void jsonHasOneLinePerMessageAndNoSummary() {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--repeat", "5",
                    "--json");

            assertThat(run.lines()).hasSize(5).allMatch(line -> line.startsWith("{"));
        }
    }

    @Test
    void packetsOfAFileAreRepeatedToo() {
        String packet = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"A\", \"payload\": \"x\"}";
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = new Run.Setup().input(packet + packet.replace("\"A\"", "\"B\"")).run("send", "--port",
                    proxy.port(),
                    "--packet", "-", "--repeat", "3", "--concurrency", "2");

            assertThat(run.exitCode()).isZero();
            assertThat(proxy.received).hasSize(6).filteredOn(message -> message.contains("\"B\"")).hasSize(3);
        }
    }

    /** The first message is answered last. */
    @Test
    void repliesComeInTheOrderOfTheMessages() throws InterruptedException {
        CountDownLatch others = new CountDownLatch(20);
        try (FakeProxy proxy = new FakeProxy(message -> {
            if ("1".equals(message.get("payload"))) {
                awaitAll(others);
            }
            others.countDown();
            return FakeProxy.ack(message, String.valueOf(message.get("payload")));
        })) {
            String lines = IntStream.rangeClosed(1, 200).mapToObj(i -> i + "\n").collect(Collectors.joining());
            Run run = new Run.Setup().input(lines).run("send", "--port", proxy.port(), "--policy", "P", "--payload",
                    "-",
                    "--concurrency", "4");

            assertThat(run).isEqualTo(new Run(0, lines, ""));
            assertThat(proxy.connections).hasValueBetween(2, 4);
        }
    }

    private static void awaitAll(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void repeatedMessagesShowTheirRepliesIfDetailsAreWanted() {
        try (FakeProxy proxy = FakeProxy.echo()) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "P", "--payload", "x", "--repeat", "3", "-v");

            assertThat(run.out()).isEqualTo("x\nx\nx\n");
            assertThat(run.err().lines()).hasSize(4).last().asString().startsWith("revproc: 3 messages: 3 answered, ");
        }
    }

    @Test
    void anUnreachableProxyIsSaidNotAThousandTimes() {
        Run run = Run.of("send", "--port", "1", "--policy", "PP_2", "--payload", "x", "--repeat", "1000");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void aNumberOutOfBoundsIsWrongUsage() {
        for (String[] option : new String[][]{{"--repeat", "0"}, {"--concurrency", "-1"}, {"--deadline", "1us"}}) {
            assertThat(Run.of("send", "--policy", "A", "--payload", "x", option[0], option[1]).exitCode())
                    .isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void theBarShowsHowFarItIs() {
        assertThat(Progress.line(50, 100, 1_000_000_000))
                .isEqualTo("[###############...............] 50/100 50/s, 1s left");
        assertThat(Progress.line(1, 10_000, 1_000_000_000)).endsWith(" 1/10000 1/s, 2h 46m left");
        assertThat(Progress.line(100, 100, 1_000_000_000)).endsWith(" 100/100 100/s");
        assertThat(Progress.line(7, 0, 1_000_000_000)).isEqualTo("7 messages, 7/s");
        assertThat(Progress.lineOfBytes(500_000_000, 2_000_000_000, 5_000_000_000L))
                .isEqualTo("[#######.......................] 25 %, 100 MB/s, 15s left");
        assertThat(Progress.lineOfBytes(2_000_000_001, 2_000_000_000, 5_000_000_000L)).as("it grew meanwhile")
                .endsWith("] 100 %, 400 MB/s");
        assertThat(Progress.lineOfBytes(0, 0, 1)).contains("100 %");
    }
}
