package io.revproc.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.jspecify.annotations.Nullable;

/**
 * An io_uring with one timer for the event loop's scheduled tasks. Netty's own (4.2.18) gives the kernel a new timer each time the loop
 * waits, which ends with the first thing that happens, and costs a call of its own to be collected: three calls for each wake-up where two
 * do. Here a timer stays until it fires. If the next task has moved to a later time by then, the loop has woken once for nothing; if
 * to an earlier one, the timer is moved. Used on its event loop only, but for {@link #wakeup}.
 */
final class RingTimer implements IoHandler {
    private static final byte TIMEOUT = 11;
    private static final byte TIMEOUT_REMOVE = 12;
    private static final int UPDATE = 1 << 1;
    private static final int TIMESPEC_BYTES = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final IoHandler ring;
    private final View view = new View();
    private final Timer timer = new Timer();

    private RingTimer(IoHandler ring) {
        this.ring = ring;
    }

    /** Makes such rings of Netty's. */
    static IoHandlerFactory over(IoHandlerFactory rings) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor loop) {
                return new RingTimer(rings.newHandler(loop));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return rings.isChangingThreadSupported();
            }
        };
    }

    @Override
    public void initialize() {
        ring.initialize();
        try {
            timer.registration = ring.register(timer);
        } catch (Exception e) {
            throw new IllegalStateException("a ring that has just been made takes its first handle", e);
        }
    }

    @Override
    public int run(IoHandlerContext loop) {
        view.look(loop);
        if (view.canBlock) {
            long deadline = loop.deadlineNanos();
            view.deadlineNanos = deadline == -1 || timer.firesBy(deadline, loop) ? -1 : deadline;
        }
        return ring.run(view);
    }

    @Override
    public void prepareToDestroy() {
        ring.prepareToDestroy();
    }

    @Override
    public void destroy() {
        ring.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return ring.register(handle);
    }

    @Override
    public void wakeup() {
        ring.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return ring.isCompatible(handleType);
    }

    /** The loop as Netty's ring sees it: without scheduled tasks as long as the timer fires by the first of them. */
    private static final class View implements IoHandlerContext {
        private @Nullable IoHandlerContext loop;
        private boolean canBlock;
        private long deadlineNanos;

        /** Looks once a turn: whoever adds a task afterwards from another thread wakes the ring. */
        void look(IoHandlerContext now) {
            loop = now;
            canBlock = now.canBlock();
        }

        private IoHandlerContext loop() {
            if (loop == null) {
                throw new IllegalStateException("the ring runs in a turn of its loop");
            }
            return loop;
        }

        @Override
        public boolean canBlock() {
            return canBlock;
        }

        @Override
        public long delayNanos(long now) {
            return loop().delayNanos(now);
        }

        @Override
        public long deadlineNanos() {
            return deadlineNanos;
        }

        @Override
        public void reportActiveIoTime(long nanos) {
            loop().reportActiveIoTime(nanos);
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return loop().shouldReportActiveIoTime();
        }
    }

    /** The timer in the ring, at most one at a time. */
    private static final class Timer implements IoUringIoHandle {
        private final ByteBuffer timespec = ByteBuffer.allocateDirect(TIMESPEC_BYTES).order(ByteOrder.nativeOrder());
        private @Nullable IoRegistration registration;
        /** Names the timer to the kernel; 0: there is none. */
        private long id;
        private long firesAt;

        /** Returns whether the timer fires no later than that; false once the ring is being closed. */
        boolean firesBy(long deadline, IoHandlerContext loop) {
            IoRegistration own = registration;
            if (own == null || !own.isValid()) {
                return false;
            }
            if (id != 0 && firesAt - deadline <= 0) {
                return true;
            }
            long address = write(loop.delayNanos(System.nanoTime()));
            if (id == 0) {
                id = own.submit(ops(TIMEOUT, 0, address, 1, 0));
            } else {
                own.submit(ops(TIMEOUT_REMOVE, address, id, 0, UPDATE));
            }
            firesAt = deadline;
            return true;
        }

        /** Writes the delay to where the kernel reads it from when this turn's operations are submitted. */
        private long write(long delayNanos) {
            long delay = Math.max(0, delayNanos);
            timespec.putLong(0, delay / NANOS_PER_SECOND);
            timespec.putLong(Long.BYTES, delay % NANOS_PER_SECOND);
            return Buffer.memoryAddress(timespec);
        }

        private static IoUringIoOps ops(byte code, long offset, long address, int length, int flags) {
            return new IoUringIoOps(code, (byte) 0, (short) 0, -1, offset, address, length, flags, 0L, (short) 0,
                    (short) 0, 0, 0);
        }

        @Override
        public void handle(IoRegistration of, IoEvent event) {
            // That of a move says nothing new: where it came too late, the timer has fired.
            if (event instanceof IoUringIoEvent done && done.opcode() == TIMEOUT) {
                id = 0;
            }
        }

        @Override
        public void close() {
            IoRegistration own = registration;
            if (own != null && own.isValid()) {
                if (id != 0) {
                    own.submit(ops(TIMEOUT_REMOVE, 0, id, 0, 0));
                }
                own.cancel();
            }
        }
    }
}
