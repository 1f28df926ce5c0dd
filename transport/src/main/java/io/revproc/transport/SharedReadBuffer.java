package io.revproc.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Lets all connections of an event loop read into one buffer, since each read is used up before the next one happens. An idle
 * connection owns no buffer, and nothing is allocated for a read.
 */
final class SharedReadBuffer implements RecvByteBufAllocator {
    /** A connection that keeps sending leaves the loop to others after so many full reads. */
    private static final int MAX_READS_IN_A_ROW = 4;

    private final int size;
    /** Made on first use, so by the loop that uses it. */
    private @Nullable ByteBuf buffer;
    private final SharedHandle handle = new SharedHandle();

    SharedReadBuffer(int size) {
        this.size = size;
    }

    @Override
    @SuppressWarnings("deprecation") // the interface still asks for it
    public Handle newHandle() {
        // One handle for all: a read loop of one connection ends before another's begins, and reset() starts each.
        return handle;
    }

    /** Gives the buffer back: the loop has ended. */
    void release() {
        ByteBuf shared = buffer;
        buffer = null;
        if (shared != null) {
            shared.release();
        }
    }

    private ByteBuf buffer() {
        ByteBuf shared = buffer;
        if (shared != null && shared.refCnt() > 1) {
            // somebody kept the last read: leave it to them
            shared.release();
            shared = null;
        }
        if (shared == null) {
            shared = Unpooled.directBuffer(size, size);
            buffer = shared;
        }
        return shared.clear().retain();
    }

    private final class SharedHandle implements ExtendedHandle {
        private int reads;
        private int attempted;
        private int last;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return buffer();
        }

        @Override
        public int guess() {
            return size;
        }

        @Override
        public void reset(ChannelConfig config) {
            reads = 0;
            last = 0;
        }

        @Override
        public void incMessagesRead(int messages) {
            reads += messages;
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            return last > 0 && last == attempted && reads < MAX_READS_IN_A_ROW;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
            return last > 0 && maybeMoreDataSupplier.get() && reads < MAX_READS_IN_A_ROW;
        }

        @Override
        public void readComplete() {}
    }
}
