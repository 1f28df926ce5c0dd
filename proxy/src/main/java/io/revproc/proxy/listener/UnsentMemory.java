package io.revproc.proxy.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.revproc.transport.HeldBytes;

/**
 * The memory of a connection's replies that its client does not take, or that came before their turn. Counted only where it is much:
 * a client that takes its replies costs a look. Belongs to the connection's event loop.
 */
final class UnsentMemory {
    /** Less than this is not counted. */
    private static final long FREE = 16 * 1024;

    private final Channel channel;
    private final HeldBytes held;

    UnsentMemory(ListenerLoop loop, Channel channel) {
        this.channel = channel;
        // without a word: the client would not take it
        this.held = new HeldBytes(loop.context, loop.unsent, channel::close);
    }

    /** Returns whether everything that was written has been sent. */
    boolean isEmpty() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null || buffer.isEmpty();
    }

    /** Returns how many bytes were written and not sent. */
    long bytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    /**
     * Looks at how much there is now, in all.
     *
     * @param early the bytes of replies that came before their turn
     */
    void look(long early) {
        long bytes = early + (channel.isWritable() ? 0 : bytes());
        held.set(bytes > FREE ? bytes : 0);
    }

    void close() {
        held.close();
    }
}
