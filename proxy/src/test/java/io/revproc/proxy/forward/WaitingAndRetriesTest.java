package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import io.revproc.wire.MessageScanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What is small and bounded on a message's way: the wait queues, the retry budget, the bytes for a Part 1 server. */
class WaitingAndRetriesTest {
    @Test
    void queueOfAPolicyIsBoundedInOrderAndItsOwn() {
        PolicyRoutes one = TestExchange.policy("PP_1", 2);
        PolicyRoutes other = TestExchange.policy("PP_2", 1);
        WaitQueues queues = new WaitQueues();
        Exchange first = new TestExchange(one, 0);
        Exchange second = new TestExchange(one, 0);
        assertThat(queues.offer(first)).isTrue();
        assertThat(queues.offer(second)).isTrue();
        assertThat(queues.offer(new TestExchange(one, 0))).as("full").isFalse();
        assertThat(queues.offer(new TestExchange(other, 0))).as("another policy's queue").isTrue();
        assertThat(one.load().waiting()).isEqualTo(2);
        assertThat(queues.first(one.load())).isSameAs(first);
        queues.remove(first);
        queues.remove(first);
        assertThat(one.load().waiting()).isEqualTo(1);
        assertThat(queues.first(one.load())).isSameAs(second);
        assertThat(queues.loads()).containsExactlyInAnyOrder(one.load(), other.load());
        queues.remove(second);
        assertThat(queues.hasWaiting(one.load())).isFalse();
        assertThat(queues.hasWaiting(other.load())).isTrue();
        assertThat(queues.first(one.load())).isNull();
        assertThat(queues.isEmpty()).isFalse();
    }

    @Test
    void messageLeavesTheQueueFromAnywhere() {
        PolicyRoutes routes = TestExchange.policy("PP_1", 1_000);
        WaitQueues queues = new WaitQueues();
        List<Exchange> model = new ArrayList<>();
        Random random = new Random(8);
        for (int step = 0; step < 5_000; step++) {
            if (model.isEmpty() || random.nextInt(5) > 1) {
                Exchange exchange = new TestExchange(routes, 0);
                if (queues.offer(exchange)) {
                    model.add(exchange);
                }
            } else {
                Exchange leaves = model.remove(random.nextInt(model.size()));
                queues.remove(leaves);
                queues.remove(leaves);
            }
            assertThat(routes.load().waiting()).isEqualTo(model.size());
            if (step % 50 == 0) {
                List<Exchange> waiting = new ArrayList<>();
                for (Exchange at = queues.first(routes.load()); at != null; at = at.waitsBefore) {
                    waiting.add(at);
                }
                assertThat(waiting).containsExactlyElementsOf(model);
            }
        }
    }

    @Test
    void serverThatWasSetUpAnewIsNoLongerTried() {
        long[] now = {0};
        SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
                () -> Instant.EPOCH, () -> now[0]);
        EndpointSpec spec = new EndpointSpec(Ident.of("PP_1"), Ident.of(1), InetAddress.getLoopbackAddress(), 9001, 2,
                true, 1, null, 1, false, null, null);
        Endpoint endpoint = table.register(spec, "lease-1");
        Exchange exchange = new TestExchange(TestExchange.policy("PP_1", 10), 0);
        exchange.setupNanos = endpoint.setupNanos();
        exchange.addTried(endpoint);
        assertThat(exchange.tried(endpoint)).isTrue();
        now[0] = 5;
        assertThat(table.register(spec, "lease-2")).isSameAs(endpoint);
        assertThat(exchange.tried(endpoint)).isFalse();
        assertThat(exchange.failedAttempts()).isEqualTo(1);
    }

    @Test
    void queueOfLengthZeroLetsNobodyWait() {
        PolicyRoutes routes = TestExchange.policy("PP_1", 0);
        WaitQueues queues = new WaitQueues();
        assertThat(queues.offer(new TestExchange(routes, 0))).isFalse();
        assertThat(routes.load().waiting()).isZero();
        assertThat(queues.isEmpty()).isTrue();
    }

    @Test
    void boundOfAPolicyIsOverAllLoops() {
        PolicyRoutes routes = TestExchange.policy("PP_1", 1);
        WaitQueues loop1 = new WaitQueues();
        WaitQueues loop2 = new WaitQueues();
        assertThat(loop1.offer(new TestExchange(routes, 0))).isTrue();
        assertThat(loop2.offer(new TestExchange(routes, 0))).isFalse();
    }

    @Test
    void retriesAreAShareOfTheMessages() {
        RetryBudget budget = new RetryBudget(20);
        for (int i = 0; i < 10; i++) {
            assertThat(budget.spend()).as("some are there from the start").isTrue();
        }
        assertThat(budget.spend()).isFalse();
        for (int i = 0; i < 4; i++) {
            budget.earn();
            assertThat(budget.spend()).isFalse();
        }
        budget.earn();
        assertThat(budget.spend()).as("the fifth message pays for a retry").isTrue();
        assertThat(budget.spend()).isFalse();
        for (int i = 0; i < 1_000_000; i++) {
            budget.earn();
        }
        int saved = 0;
        while (budget.spend()) {
            saved++;
        }
        assertThat(saved).as("saving is bounded").isEqualTo(100);
    }

    @Test
    void budgetOfNothingAllowsNothing() {
        RetryBudget budget = new RetryBudget(0);
        for (int i = 0; i < 1_000; i++) {
            budget.earn();
        }
        assertThat(budget.spend()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"A\", \"payloadsize\": 9, \"payload\": \"ab\"} | -",
            "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"A\", \"payload\": \"ab\"} | 2",
            "{\"payload\": \"é😀\", \"type\": 0, \"srcid\": 1, \"privPoliId\": \"A\"} | 2",
            "{\"payload\": \"\\u00e9\\ud83d\\ude00\\n\", \"type\": 0, \"srcid\": 1, \"privPoliId\": \"A\"} | 3",
            "{\"payload\": \"\", \"type\": 0, \"srcid\": 1, \"privPoliId\": \"A\"} | 0"})
    void missingPayloadSizeIsAddedAsThePeerCounts(String text, String added) {
        byte[] bytes = ("xx" + text).getBytes(StandardCharsets.UTF_8);
        MessageScanner scanner = new MessageScanner();
        assertThat(scanner.scan(bytes, 2, bytes.length)).isEqualTo(bytes.length);
        String sent = new String(Part1Message.of(bytes, 2, bytes.length, scanner.fields()), StandardCharsets.UTF_8);
        assertThat(sent).isEqualTo(added.equals("-")
                ? text
                : text.substring(0, text.length() - 1) + ", \"payloadsize\": " + added + "}");
    }

    @ParameterizedTest
    @CsvSource({"true, 80, 79, true", "true, 80, 80, false", "false, 80, 79, true", "false, 80, 80, true",
            "false, 80, 98, true", "false, 80, 99, false", "false, 80, 107, false", "false, 80, 200, false"})
    void sizeForAnOldServerCountsWhatIsAdded(boolean saysSize, int size, int max, boolean over) {
        String text = "{\"type\":0,\"srcid\":1,\"privPoliId\":\"A\"," + (saysSize ? "\"payloadsize\":3," : "")
                + "\"payload\":\"\"}";
        text = text.replace("\"\"}", "\"" + "a".repeat(size - text.length()) + "\"}");
        byte[] bytes = ("x" + text).getBytes(StandardCharsets.UTF_8);
        MessageScanner scanner = new MessageScanner();
        assertThat(scanner.scan(bytes, 1, bytes.length)).isEqualTo(bytes.length);
        assertThat(Part1Message.isOver(max, bytes, 1, bytes.length, scanner.fields())).isEqualTo(over);
    }
}
