package io.revproc.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;

/**
 * Lets a channel that has stopped reading stop. A read into a ring of buffers repeats itself until it is cancelled, or ends of itself:
 * where the ring has no buffer left, or the queue of completions no room. Netty (4.2.18) then begins a new one, even if the channel was
 * told to read no more in the meantime. A client that sends faster than it is read would so be read for ever, and its event loop would have time
 * for nothing else. Used on the channel's event loop only.
 */
final class StoppedReads implements IoUringIoHandle {
    private static final byte RECEIVE = 27;
    private static final int MORE_TO_COME = 1 << 1;
    private static final int NO_BUFFERS = -105;
    private static final int CANCELLED = -125;

    private final IoUringIoHandle channel;
    private final ChannelConfig config;

    private StoppedReads(IoUringIoHandle channel, ChannelConfig config) {
        this.channel = channel;
        this.config = config;
    }

    /** Returns a handle that stands before a channel's; one that is no channel's is returned as it is. */
    static IoHandle before(IoHandle handle) {
        return handle instanceof IoUringIoHandle ring && handle instanceof Channel.Unsafe unsafe
                ? new StoppedReads(ring, unsafe.voidPromise().channel().config())
                : handle;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        if (config.isAutoRead() || !(event instanceof IoUringIoEvent done) || done.opcode() != RECEIVE
                || (done.flags() & MORE_TO_COME) != 0) {
            channel.handle(registration, event);
        } else if (done.res() == NO_BUFFERS) {
            // nothing was read, so nothing is lost: it ends as a read that was cancelled does
            channel.handle(registration, new IoUringIoEvent(CANCELLED, done.flags(), RECEIVE, done.userData()));
        } else {
            channel.handle(registration, event);
            if (done.res() > 0) {
                stopAgain();
            }
        }
    }

    /** Cancels the read that may have been begun: Netty does so only when reading is switched off. */
    private void stopAgain() {
        if (!config.isAutoRead()) {
            config.setAutoRead(true);
            config.setAutoRead(false);
        }
    }

    @Override
    public void registered() {
        channel.registered();
    }

    @Override
    public void unregistered() {
        channel.unregistered();
    }

    @Override
    public void close() throws Exception {
        channel.close();
    }
}
