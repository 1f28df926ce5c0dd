package io.revproc.transport;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The bound on memory by hand: time and loops are the test's. */
class HeldMemoryTest {
    private final List<String> said = new ArrayList<>();
    private final HeldMemory memory = new HeldMemory("partial", 1_000, 100,
            (full, holders, bytes) -> said.add(holders + " gave up " + bytes));

    /** A loop whose tasks run when the test says so. */
    private static final class Loop implements Executor {
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        void run() {
            Runnable task;
            while ((task = tasks.poll()) != null) {
                task.run();
            }
        }
    }

    private final class Connection implements HeldMemory.Holder {
        final HeldMemory.Account account;
        boolean gone;
        int resumed;

        Connection(Loop loop, @Nullable String address) {
            account = memory.open(loop, address, this);
        }

        Connection holds(long bytes, long sinceSecond, long nowSecond) {
            account.hold(bytes, TimeUnit.SECONDS.toNanos(sinceSecond), TimeUnit.SECONDS.toNanos(nowSecond));
            return this;
        }

        @Override
        public void giveUp() {
            gone = true;
            account.close();
        }

        @Override
        public void resume() {
            resumed++;
            if (account.hasRoom()) {
                account.waitNoLonger();
            }
        }
    }

    @ParameterizedTest(name = "{0} bytes since {1}: gone {2}")
    @CsvSource({
            "400 300 200 200, 0 0 0 0, 0",
            "200 300 400 200, 0 0 0 0, 2",
            "300 300 300 300, 2 0 1 3, 1 2",
            // small and very old costs more than large and new
            "350 330 310 101, 9 9 9 0, 0 3",
            "300 290 280 131, 9 9 9 0, 3",
            "990 11, 0 9, 0",
    })
    void pastTheBoundThoseThatCostMostGiveUp(String bytes, String since, String gone) {
        Loop loop = new Loop();
        List<Connection> connections = new ArrayList<>();
        String[] sizes = bytes.split(" ", -1);
        String[] begun = since.split(" ", -1);
        for (int i = 0; i < sizes.length; i++) {
            connections.add(new Connection(loop, null).holds(Long.parseLong(sizes[i]), Long.parseLong(begun[i]), 10));
        }
        StringBuilder left = new StringBuilder();
        for (int i = 0; i < connections.size(); i++) {
            if (connections.get(i).gone) {
                left.append(i).append(' ');
            }
        }
        assertThat(left.toString().trim()).isEqualTo(gone);
        assertThat(memory.bytes()).isLessThanOrEqualTo(875);
        assertThat(memory.gaveUp()).isEqualTo(gone.split(" ", -1).length);
        assertThat(said).hasSize(1);
    }

    @Test
    void oneAddressHasHalfOfItAndPaysAlone() {
        Loop loop = new Loop();
        Connection other = new Connection(loop, "b").holds(450, 0, 9);
        List<Connection> mine = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            mine.add(new Connection(loop, "a").holds(50, i, 20));
            assertThat(memory.bytes()).isLessThanOrEqualTo(950);
        }
        assertThat(other.gone).isFalse();
        assertThat(mine.stream().filter(one -> one.gone).count()).isBetween(10L, 12L);
        assertThat(mine.getFirst().gone).as("the oldest").isTrue();
        assertThat(mine.getLast().gone).as("the newest").isFalse();
        mine.forEach(one -> one.account.close());
        other.account.close();
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void whoGrowsIsHeldUntilAnotherLoopHasGivenUpWhatItHas() {
        Loop one = new Loop();
        Loop two = new Loop();
        Connection large = new Connection(one, "a").holds(500, 0, 10);
        Connection grows = new Connection(two, "b").holds(400, 9, 10);
        assertThat(grows.account.hasRoom()).isTrue();
        Connection next = new Connection(two, "c").holds(101, 9, 10);
        assertThat(large.gone).as("its loop has not run").isFalse();
        assertThat(next.account.hasRoom()).isFalse();
        next.account.awaitRoom();
        grows.account.awaitRoom();
        two.run();
        assertThat(next.resumed).isZero();
        next.holds(110, 9, 10);
        assertThat(said).as("what is on its way counts").containsExactly("1 gave up 500");
        one.run();
        assertThat(large.gone).isTrue();
        two.run();
        assertThat(next.resumed).isEqualTo(1);
        assertThat(grows.resumed).isEqualTo(1);
        assertThat(grows.gone || next.gone).isFalse();
        assertThat(memory.bytes()).isEqualTo(510);
    }

    @Test
    void oneConnectionMayAlwaysHoldTheSmallestThatItMust() {
        HeldMemory tiny = new HeldMemory("partial", 1, 100, (full, holders, bytes) -> {});
        assertThat(tiny.max()).isEqualTo(200);
    }

    @Test
    void whatIsClosedTwiceIsGivenBackOnce() {
        Loop loop = new Loop();
        Connection a = new Connection(loop, "a").holds(300, 0, 0);
        Connection b = new Connection(loop, "a").holds(100, 0, 0);
        a.account.close();
        a.account.close();
        a.holds(500, 0, 0);
        assertThat(memory.bytes()).isEqualTo(100);
        b.holds(0, 0, 0);
        assertThat(memory.bytes()).isZero();
    }
}
