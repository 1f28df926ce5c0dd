package io.revproc.proxy.forward;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.revproc.proxy.route.PolicyRoutes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SlotTableTest {
    private static final PolicyRoutes ROUTES = TestExchange.policy("PP_1", 10);

    private final SlotTable slots = new SlotTable();

    private static Exchange exchange() {
        return new TestExchange(ROUTES, 0);
    }

    @Test
    void idFindsItsMessageOnce() {
        Exchange exchange = exchange();
        long id = slots.put(exchange);
        int slot = slots.find(id);
        assertThat(slots.free(slot)).isSameAs(exchange);
        assertThat(slots.find(id)).as("an answer that comes twice").isEqualTo(SlotTable.UNKNOWN);
        assertThat(slots.inUse()).isZero();
    }

    @Test
    void freedSlotGetsAnotherId() {
        long first = slots.put(exchange());
        slots.free(slots.find(first));
        long second = slots.put(exchange());
        assertThat(second).isNotEqualTo(first);
        assertThat(slots.find(first)).isEqualTo(SlotTable.UNKNOWN);
        assertThat(slots.find(second)).isNotEqualTo(SlotTable.UNKNOWN);
    }

    @Test
    void foreignIdsFindNothing() {
        long id = slots.put(exchange());
        for (long foreign : new long[]{0, -1, -id, id + 1, id << 16, Long.MAX_VALUE, Long.MIN_VALUE, 1, 65_535}) {
            assertThat(slots.find(foreign)).as("%d", foreign).isEqualTo(SlotTable.UNKNOWN);
        }
    }

    @Test
    void messageThatWasGivenUpKeepsItsIdUntilTheAnswerComes() {
        Exchange exchange = exchange();
        long id = slots.put(exchange);
        slots.giveUp(exchange);
        assertThat(slots.inUse()).isEqualTo(1);
        int slot = slots.find(id);
        assertThat(slot).isNotEqualTo(SlotTable.UNKNOWN);
        assertThat(slots.free(slot)).isNull();
        assertThat(slots.inUse()).isZero();
    }

    @Test
    void clearReportsAllThatWereNotGivenUpOldestFirst() {
        List<Exchange> put = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            put.add(exchange());
            slots.put(put.get(i));
        }
        slots.giveUp(put.remove(2));
        List<Exchange> lost = new ArrayList<>();
        slots.clear(lost::add);
        assertThat(lost).containsExactlyElementsOf(put);
        assertThat(slots.inUse()).isZero();
    }

    @Test
    void tableIsBounded() {
        for (int i = 0; i < SlotTable.MAX_SLOTS; i++) {
            assertThat(slots.put(exchange())).isPositive();
        }
        assertThat(slots.put(exchange())).isEqualTo(-1);
        assertThat(slots.inUse()).isEqualTo(SlotTable.MAX_SLOTS);
    }

    @Test
    void idsAreSafeInEveryJsonParserHoweverOftenASlotIsUsed() {
        long last = 0;
        for (int i = 0; i < 200_000; i++) {
            long id = slots.put(exchange());
            assertThat(id).isPositive().isLessThan(1L << 53).isNotEqualTo(last);
            last = id;
            slots.free(slots.find(id));
        }
    }

    @Test
    void agreesWithAMap() {
        Random random = new Random(5);
        Map<Long, Exchange> model = new HashMap<>();
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            if (ids.isEmpty() || random.nextInt(5) > 1) {
                Exchange exchange = exchange();
                long id = slots.put(exchange);
                assertThat(model.put(id, exchange)).as("an id in use").isNull();
                ids.add(id);
            } else {
                long id = ids.remove(random.nextInt(ids.size()));
                assertThat(slots.free(slots.find(id))).isSameAs(model.remove(id));
            }
            assertThat(slots.inUse()).isEqualTo(model.size());
        }
    }
}
