package io.revproc.proxy.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.revproc.transport.HeldMemory;
import org.jspecify.annotations.Nullable;

/**
 * What one connection holds of replies that its client does not take, or that came before their turn. Counted only where it is much:
 * a client that takes its replies costs a look. Belongs to the connection's event loop.
 */
final class UnsentMemory implements HeldMemory.Holder {
    /** Less than this is not counted. */
    private static final long FREE = 16 * 1024;

    private final ListenerLoop loop;
    private final Channel channel;
    /** Opened when there is something to hold. */
    private HeldMemory.@Nullable Account account;
    private long since;

    UnsentMemory(ListenerLoop loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
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

    /** Looks at how much there is now, in all. @param early the bytes of replies that came before their turn */
    void look(long early) {
        long bytes = early + (channel.isWritable() ? 0 : bytes());
        if (bytes > FREE || since != 0) {
            hold(bytes > FREE ? bytes : 0);
        }
    }

    private void hold(long bytes) {
        HeldMemory.Account open = account;
        if (open == null) {
            open = loop.unsent.open(loop.context.loop(), null, this);
            account = open;
        }
        long now = loop.context.now();
        if (since == 0) {
            since = now;
        }
        open.hold(bytes, since, now);
        if (bytes == 0) {
            since = 0;
        }
    }

    void close() {
        if (account != null) {
            account.close();
        }
    }

    /** Closes without a word: the client would not take it. */
    @Override
    public void giveUp() {
        close();
        channel.close();
    }

    @Override
    public void resume() {
        // it never waits for room
    }
}
