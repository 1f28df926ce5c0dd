package io.revproc.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;

/**
 * Collects what a turn of the event loop has for one channel; it leaves in one write when the turn ends. Bytes are copied once,
 * into the buffer that goes to the kernel. Failures show as the channel's end. Used on the channel's loop only.
 */
public final class TurnWriter implements Runnable {
    private static final int FIRST_CAPACITY = 1024;

    private final LoopContext loop;
    private final Channel channel;
    private @Nullable ByteBuf out;

    public TurnWriter(LoopContext loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    public void append(byte[] bytes, int from, int to) {
        buffer(to - from).writeBytes(bytes, from, to - from);
    }

    public void append(byte[] bytes) {
        append(bytes, 0, bytes.length);
    }

    private ByteBuf buffer(int more) {
        ByteBuf buffer = out;
        if (buffer == null) {
            buffer = channel.alloc().directBuffer(Math.max(more, FIRST_CAPACITY));
            out = buffer;
            loop.atEndOfTurn(this);
        }
        return buffer;
    }

    /** Bytes that wait for the end of the turn. */
    public int pending() {
        ByteBuf buffer = out;
        return buffer == null ? 0 : buffer.readableBytes();
    }

    /** Writes what there is. Called by the loop at the end of the turn. */
    @Override
    public void run() {
        ByteBuf buffer = out;
        if (buffer != null) {
            out = null;
            channel.writeAndFlush(buffer, channel.voidPromise());
        }
    }

    /** Drops what was not written; for a channel that is gone. */
    public void discard() {
        ByteBuf buffer = out;
        if (buffer != null) {
            out = null;
            buffer.release();
        }
    }
}
