package io.revproc.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;

/** One timer in the ring for all of a loop's scheduled tasks. */
class RingTimerTest {
    private static final byte TIMEOUT = 11;
    private static final byte TIMEOUT_REMOVE = 12;

    private final Ring ring = new Ring();
    private final Turn turn = new Turn();
    private final IoHandler handler = RingTimer.over(loop -> ring).newHandler(new NoExecutor());

    @Test
    void timerStaysUntilItFiresAndWaitsHaveNoneOfTheirOwn() {
        handler.initialize();
        for (int i = 0; i < 5; i++) {
            run(1_000);
        }
        assertThat(ring.waits).containsOnly(-1L).hasSize(5);
        assertThat(ring.submitted).as("one timer for five waits").isEqualTo(1);
        run(2_000);
        assertThat(ring.submitted).as("a later task lets it fire for nothing").isEqualTo(1);
        ring.fire(TIMEOUT);
        run(2_000);
        assertThat(ring.submitted).as("and then it is set anew").isEqualTo(2);
        run(1_500);
        run(1_500);
        assertThat(ring.submitted).as("for an earlier task it is moved, once").isEqualTo(3);
        ring.fire(TIMEOUT_REMOVE);
        run(1_500);
        assertThat(ring.submitted).as("the move has ended, not the timer").isEqualTo(3);
        assertThat(ring.waits).containsOnly(-1L);
    }

    @Test
    void loopWithoutTasksHasNoTimer() {
        handler.initialize();
        run(-1);
        assertThat(ring.waits).containsExactly(-1L);
        assertThat(ring.submitted).isZero();
    }

    @Test
    void turnThatMayNotWaitSetsNoTimer() {
        handler.initialize();
        turn.canBlock = false;
        run(1_000);
        assertThat(ring.submitted).isZero();
    }

    @Test
    void closedRingWaitsByTheLoopsOwnDeadline() throws Exception {
        handler.initialize();
        run(1_000);
        ring.close();
        assertThat(ring.submitted).as("the timer is taken back").isEqualTo(2);
        run(1_000);
        assertThat(ring.waits).containsExactly(-1L, 1_000L);
        ring.close();
        assertThat(ring.submitted).isEqualTo(2);
    }

    private void run(long deadline) {
        turn.deadline = deadline;
        handler.run(turn);
    }

    @Test
    @EnabledIf("hasIoUring")
    void tasksRunAtTheirTimeAndNoTimerHoldsUpTheEnd() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, Transport.IO_URING.ioHandlers());
        try {
            group.schedule(() -> {}, 1, TimeUnit.HOURS);
            // Each is earlier than what the loop waits for already: the timer is moved, and set anew.
            for (int millis : new int[]{80, 20}) {
                long start = System.nanoTime();
                CountDownLatch ran = new CountDownLatch(1);
                group.schedule(ran::countDown, millis, TimeUnit.MILLISECONDS);
                assertThat(ran.await(10, TimeUnit.SECONDS)).as("%d ms, while an hour is waited for", millis).isTrue();
                assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(millis));
            }
        } finally {
            group.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
            assertThat(group.awaitTermination(10, TimeUnit.SECONDS)).as("ended, long before the hour").isTrue();
        }
    }

    static boolean hasIoUring() {
        return IoUring.isAvailable();
    }

    /** Remembers how it was asked to wait, and counts what was submitted. */
    private static final class Ring implements IoHandler, IoRegistration {
        final List<Long> waits = new ArrayList<>();
        int submitted;
        private @Nullable IoUringIoHandle handle;
        private boolean cancelled;

        void fire(byte operation) {
            handle().handle(this, new IoUringIoEvent(0, 0, operation, 0L));
        }

        void close() throws Exception {
            handle().close();
        }

        private IoUringIoHandle handle() {
            if (handle == null) {
                throw new IllegalStateException("nothing was registered");
            }
            return handle;
        }

        @Override
        public int run(IoHandlerContext context) {
            if (context.canBlock()) {
                waits.add(context.deadlineNanos());
            }
            return 0;
        }

        @Override
        public IoRegistration register(IoHandle registered) {
            handle = (IoUringIoHandle) registered;
            return this;
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return true;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // so the interface has it
        public <T> @Nullable T attachment() {
            return null;
        }

        @Override
        public long submit(IoOps ops) {
            submitted++;
            return submitted;
        }

        @Override
        public boolean isValid() {
            return !cancelled;
        }

        @Override
        public boolean cancel() {
            cancelled = true;
            return true;
        }
    }

    private static final class Turn implements IoHandlerContext {
        boolean canBlock = true;
        long deadline;

        @Override
        public boolean canBlock() {
            return canBlock;
        }

        @Override
        public long delayNanos(long now) {
            return deadline;
        }

        @Override
        public long deadlineNanos() {
            return deadline;
        }
    }

    private static final class NoExecutor implements ThreadAwareExecutor {
        @Override
        public boolean isExecutorThread(Thread thread) {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }
}
