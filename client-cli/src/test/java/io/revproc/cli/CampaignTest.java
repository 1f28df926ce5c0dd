package io.revproc.cli;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CampaignTest {
    @Test
    void manyMessagesOnSeveralConnectionsEndInASummary() {
        try (FakeProxy proxy = FakeProxy.honest()) {
            Run run = Run.of("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x", "--repeat", "100",
                    "--concurrency", "4");

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
            assertThat(run.out()).startsWith("50 messages: 20 matched, 30 failed (OVERLOADED 30), ");
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
                .isEqualTo("[###############...............] 50/100 50/s");
        assertThat(Progress.line(7, 0, 1_000_000_000)).isEqualTo("7 messages, 7/s");
    }
}
