package io.revproc.proxy.forward;

import io.revproc.proxy.route.PolicyLoad;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class KeptMessagesTest {
    private final KeptMessages kept = new KeptMessages(100_000, 10_000);
    private final PolicyLoad one = new PolicyLoad(100, 100);
    private final PolicyLoad other = new PolicyLoad(100, 100);

    @Test
    void onePolicyHasHalfOfIt() {
        for (int i = 0; i < 5; i++) {
            assertThat(kept.hasRoom(one, 10_000)).isTrue();
            kept.add(one, 10_000);
        }
        assertThat(kept.hasRoom(one, 10_000)).isFalse();
        assertThat(kept.hasRoom(other, 10_000)).isTrue();
        assertThat(kept.hasRoom(one, KeptMessages.SMALL)).as("small ones are bounded by their number").isTrue();
        kept.remove(one, 10_000);
        assertThat(kept.hasRoom(one, 10_000)).isTrue();
        for (int i = 0; i < 4; i++) {
            kept.remove(one, 10_000);
        }
        assertThat(kept.bytes()).isZero();
    }

    @Test
    void smallOnesAreNotCounted() {
        kept.add(one, KeptMessages.SMALL);
        assertThat(kept.bytes()).isZero();
        kept.remove(one, KeptMessages.SMALL);
        assertThat(kept.bytes()).isZero();
    }

    @Test
    void oneLargestMessageOfAPolicyAlwaysFits() {
        KeptMessages tiny = new KeptMessages(1, 10_000);
        assertThat(tiny.max()).isEqualTo(20_000);
        assertThat(tiny.hasRoom(one, 10_000)).isTrue();
    }

    @Test
    void allPoliciesTogetherHaveNoMoreThanTheBound() {
        kept.add(one, 50_000);
        kept.add(other, 45_000);
        assertThat(kept.bytes()).isEqualTo(95_000);
        PolicyLoad third = new PolicyLoad(100, 100);
        assertThat(kept.hasRoom(third, 5_000)).as("exactly the rest").isTrue();
        assertThat(kept.hasRoom(third, 5_001)).isFalse();
    }

    @Test
    void copyIsKeptOnceAndDroppedOnce() {
        TestExchange exchange = new TestExchange(TestExchange.policy("PP_1", 1), 0, 5_000, false);
        byte[] first = {1, 2, 3, 4};
        kept.keep(exchange, first, 1, 3);
        kept.keep(exchange, new byte[10], 0, 10);
        assertThat(exchange.kept()).containsExactly(2, 3);
        assertThat(kept.bytes()).isEqualTo(5_000);
        kept.drop(exchange);
        kept.drop(exchange);
        assertThat(exchange.message).isNull();
        assertThat(kept.bytes()).isZero();
        assertThatIllegalStateException().isThrownBy(exchange::kept);
    }

    @Test
    void refusalsAreCounted() {
        kept.countRefused();
        kept.countRefused();
        assertThat(kept.refused()).isEqualTo(2);
    }
}
