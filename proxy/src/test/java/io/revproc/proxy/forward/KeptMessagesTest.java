package io.revproc.proxy.forward;

import io.revproc.proxy.route.PolicyLoad;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

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
}
