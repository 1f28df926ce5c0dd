package io.revproc.proxy.route;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.revproc.wire.ErrorCode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PerLoopTest {
    @Test
    void eachLoopCountsInItsOwnTallyAndNothingIsLost() throws InterruptedException {
        PerLoop<ServerTally> tallies = new PerLoop<>(ServerTally::new);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> loops = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int loop = i;
            loops.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int n = 0; n < 1000; n++) {
                    tallies.of(loop).answered(1_000, 10, 20);
                }
                tallies.of(loop).refused(ErrorCode.TIMEOUT);
            }));
        }

        start.countDown();
        for (Thread loop : loops) {
            loop.join(TimeUnit.MINUTES.toMillis(1));
        }

        assertThat(tallies.all()).hasSize(8).allSatisfy(tally -> {
            assertThat(tally.get(ServerTally.ANSWERED)).isEqualTo(1000);
            assertThat(tally.get(ServerTally.REQUEST_BYTES)).isEqualTo(10_000);
            assertThat(tally.get(ServerTally.REPLY_BYTES)).isEqualTo(20_000);
            assertThat(tally.get(ServerTally.REFUSED + ErrorCode.TIMEOUT.ordinal())).isEqualTo(1);
            assertThat(tally.get(ServerTally.REFUSED + ErrorCode.OVERLOADED.ordinal())).isZero();
        });
    }
}
