package io.revproc.acceptance.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.revproc.acceptance.faults.SharedProxy.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Servers that come and go, get stuck, or answer nonsense while messages come. Faults 3, 6, 7, 10 and 12. */
@ExtendWith(SharedProxy.class)
class ServerFaultsIT {
    private static final int CAPACITY = 2_000_000;
    private static final int FLAPS = 50;

    @Test
    void policyWhoseServersAreAllGoneIsRefusedUntilTheyAreBack(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        CountingServer one = CountingServer.of(proxy.port(), 1, "GONE", ledger);
        CountingServer two = CountingServer.of(proxy.port(), 2, "GONE", ledger);
        try (one; two; Load load = Load.steady(proxy.port(), ledger, "GONE")) {
            load.awaitAnswers(100);
            one.close();
            two.close();
            load.awaitRefusal("NO_LIVE_SERVER");
            try (CountingServer back = CountingServer.of(proxy.port(), 1, "GONE", ledger)) {
                load.awaitAnswers(200);
                assertThat(back.received()).isPositive();
                load.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith("NO_LIVE_SERVER",
                        "SERVER_FAILED");
            }
        }
    }

    @Test
    void serverThatRestartsOnAnotherPortTakesItsPlace(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        try (CountingServer steady = CountingServer.of(proxy.port(), 1, "MOVED", ledger);
                Load load = Load.steady(proxy.port(), ledger, "MOVED")) {
            CountingServer moving = CountingServer.of(proxy.port(), 2, "MOVED", ledger);
            for (int i = 0; i < 5; i++) {
                load.awaitAnswers(50);
                moving.close();
                CountingServer there = CountingServer.of(proxy.port(), 2, "MOVED", ledger);
                int gotSoFar = there.received();
                await().atMost(Duration.ofSeconds(60)).until(() -> there.received() > gotSoFar);
                int last = moving.received();
                load.awaitAnswers(50);
                assertThat(moving.received()).as("the old port gets nothing more").isEqualTo(last);
                moving = there;
            }
            assertThat(steady.received()).isPositive();
            load.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith("SERVER_FAILED");
            moving.close();
        }
    }

    @Test
    void flappingServerHarmsOnlyTheMessagesItHad(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        try (CountingServer steady = CountingServer.of(proxy.port(), 1, "FLAP", ledger);
                Load load = Load.steady(proxy.port(), ledger, "FLAP");
                Load again = new Load(proxy.port(), 1, ledger, Shot.plain(ledger, "FLAP", true, 0),
                        CountingClient.Plan.STEADY)) {
            for (int i = 0; i < FLAPS; i++) {
                try (CountingServer flapping = CountingServer.of(proxy.port(), 2, "FLAP", ledger)) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> flapping.received() > 0);
                }
            }
            load.awaitAnswers(200);
            load.finish();
            assertThat(steady.received()).isPositive();
            Ledger.Account account = again.finish().assertClean().assertConnectionsKept()
                    .assertRefusedOnlyWith("SERVER_FAILED");
            SharedProxy.figure("server that flaps 50 times: refused of " + account.sent(),
                    account.refusedWith("SERVER_FAILED"), "");
        }
    }

    @Test
    void stuckPolicyDoesNotHoldUpABusyOne(Running proxy) throws Exception {
        Ledger busyLedger = new Ledger(CAPACITY);
        Ledger stuckLedger = new Ledger(CAPACITY);
        try (CountingServer busy = CountingServer.of(proxy.port(), 1, "BUSY", busyLedger);
                CountingServer stuck = CountingServer.of(proxy.port(), 1, "STUCK", stuckLedger, CountingServer.NEVER);
                Load flood = new Load(proxy.port(), 8, stuckLedger, Shot.plain(stuckLedger, "STUCK", false, 1_500),
                        CountingClient.Plan.FAST)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> stuck.received() >= 8 * 48);
            long start = System.nanoTime();
            try (Load load = new Load(proxy.port(), 2, busyLedger, Shot.plain(busyLedger, "BUSY"),
                    CountingClient.Plan.STEADY)) {
                load.awaitAnswers(1_000);
                load.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith();
            }
            SharedProxy.figure("1,000 messages beside a stuck policy took", SharedProxy.millisSince(start), "ms");
            assertThat(busy.received()).isEqualTo(busyLedger.sent());
            flood.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith("TIMEOUT", "OVERLOADED",
                    "NO_LIVE_SERVER");
        }
    }

    /** Writes the right answer to most messages, and something else to some. */
    private static CountingServer.Answers sometimes(CountingServer.Answers odd) {
        return (message, ack, out) -> {
            if (Shot.number(message.payload()) % 20 == 7) {
                odd.answer(message, ack, out);
            } else {
                CountingServer.AT_ONCE.answer(message, ack, out);
            }
        };
    }

    private static CountingServer.Answers instead(String text) {
        return sometimes((message, ack, out) -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Holds every other answer until the next one was sent. */
    private static CountingServer.Answers outOfOrder() {
        Map<OutputStream, String> held = new ConcurrentHashMap<>();
        return (message, ack, out) -> {
            String before = held.remove(out);
            if (before == null) {
                held.put(out, ack);
            } else {
                CountingServer.AT_ONCE.answer(message, ack, out);
                CountingServer.AT_ONCE.answer(message, before, out);
            }
        };
    }

    private record Evil(String policy, Ledger ledger, CountingServer server, Load load) {}

    @Test
    void serverThatBreaksTheProtocolLosesItsConnectionAndNobodyElseSuffers(Running proxy) throws Exception {
        Map<String, CountingServer.Answers> habits = Map.of(
                "TWICE", sometimes((message, ack, out) -> CountingServer.AT_ONCE.answer(message, ack + ack, out)),
                "SHUFFLED", outOfOrder(),
                "FOREIGN", sometimes((message, ack, out) -> CountingServer.AT_ONCE.answer(message,
                        ack.replaceFirst("\\d+", "1234567890123"), out)),
                "HUGE", instead("{\"msgId\": 65536, \"type\": 2, \"payload\": \"" + "a".repeat(2 << 20) + "\"}"),
                "GARBAGE", instead("}}\u0000 these are not the bytes {\"you\": look for]"),
                "WRONG", instead("{\"type\": 2, \"srcid\": 1, \"destid\": 2, \"payload\": \"\"}"));
        Ledger good = new Ledger(CAPACITY);
        List<Evil> evils = new ArrayList<>();
        try (CountingServer server = CountingServer.of(proxy.port(), 1, "GOOD", good);
                Load load = new Load(proxy.port(), 2, good, Shot.plain(good, "GOOD"), CountingClient.Plan.STEADY)) {
            for (Map.Entry<String, CountingServer.Answers> habit : habits.entrySet()) {
                evils.add(evil(proxy, habit.getKey(), habit.getValue()));
            }
            for (Evil evil : evils) {
                evil.load().awaitAnswers(100);
                if (!evil.policy().equals("SHUFFLED")) {
                    evil.load().awaitRefusal("SERVER_FAILED");
                }
            }
            load.awaitAnswers(500);
            load.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith();
            assertThat(server.received()).isEqualTo(good.sent());
            for (Evil evil : evils) {
                Ledger.Account account = evil.load().finish().assertClean().assertConnectionsKept();
                if (evil.policy().equals("SHUFFLED")) {
                    account.assertRefusedOnlyWith("TIMEOUT");
                } else {
                    account.assertRefusedOnlyWith("SERVER_FAILED", "NO_LIVE_SERVER", "TIMEOUT");
                }
            }
        } finally {
            evils.forEach(evil -> {
                evil.load().close();
                evil.server().close();
            });
        }
    }

    private static Evil evil(Running proxy, String policy, CountingServer.Answers answers) throws IOException {
        Ledger ledger = new Ledger(CAPACITY);
        CountingServer server = CountingServer.of(proxy.port(), 1, policy, ledger, answers);
        return new Evil(policy, ledger, server, new Load(proxy.port(), 1, ledger,
                Shot.plain(ledger, policy, false, 2_000), CountingClient.Plan.STEADY));
    }
}
