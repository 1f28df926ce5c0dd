package io.revproc.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;

/**
 * Collects what a turn of the event loop has for one channel; it leaves in one write when the turn ends. Small pieces are
 * gathered in an array that the loop lends for the turn, since that is the cheapest place to put many of them; a large one goes
 * straight into the buffer that the kernel reads. Failures show as the channel's end. Used on the channel's loop only.
 */
public final class TurnWriter implements Runnable {
    private final LoopContext loop;
    private final Channel channel;
    private byte @Nullable [] gathered;
    private int size;
    private boolean written;

    public TurnWriter(LoopContext loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    public void append(byte[] bytes, int from, int to) {
        int more = to - from;
        byte[] array = gathered;
        if (array == null) {
            array = loop.borrow();
            gathered = array;
            loop.atEndOfTurn(this);
        }
        if (more > array.length - size) {
            spill(array);
            if (more > array.length) {
                write(bytes, from, more);
                return;
            }
        }
        System.arraycopy(bytes, from, array, size, more);
        size += more;
    }

    public void append(byte[] bytes) {
        append(bytes, 0, bytes.length);
    }

    /** Hands what was gathered to the channel, to be flushed with the rest. */
    private void spill(byte[] array) {
        if (size > 0) {
            write(array, 0, size);
            size = 0;
        }
    }

    private void write(byte[] bytes, int from, int length) {
        ByteBuf buffer = channel.alloc().directBuffer(length, length);
        buffer.writeBytes(bytes, from, length);
        channel.write(buffer, channel.voidPromise());
        written = true;
    }

    /** Returns whether bytes wait for the end of the turn. */
    public boolean isPending() {
        return gathered != null;
    }

    /** Writes what there is. Called by the loop at the end of the turn. */
    @Override
    public void run() {
        byte[] array = gathered;
        if (array != null) {
            spill(array);
            gathered = null;
            loop.giveBack(array);
        }
        if (written) {
            written = false;
            channel.flush();
        }
    }

    /** Drops what was not written; for a channel that is gone. */
    public void discard() {
        size = 0;
    }
}
