package io.revproc.server.answer;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what the beginnings of messages may cost: how long one waits for its end, and how many bytes all those of one event
 * loop hold together. Runs on the connection's event loop.
 */
final class PartialGuard {
    private final Duration timeout;
    private final LoopBuffers loop;
    /** An upper bound of the bytes that this connection holds. */
    private int held;
    /** Counts messages, to tell whether the same one is still incomplete. */
    private long messages;
    /** Whether the end of a message is awaited, even if nothing of it is held. */
    private boolean unfinished;
    private @Nullable ScheduledFuture<?> timer;

    PartialGuard(Duration timeout, LoopBuffers loop) {
        this.timeout = timeout;
        this.loop = loop;
    }

    /**
     * Bytes were read and worked on.
     *
     * @param bytes   how many were read
     * @param whole   how many messages ended in them
     * @param held    whether something of them waits for more
     * @param skipping whether the end of a message is awaited of which nothing is held any more
     * @param expired is run if the message that waits does not end in time
     * @return false if the incomplete messages of all connections take too much memory
     */
    boolean read(ChannelHandlerContext ctx, int bytes, int whole, boolean held, boolean skipping, Runnable expired) {
        messages += whole;
        hold(!held ? 0 : whole > 0 ? bytes : this.held + bytes);
        unfinished = held || skipping;
        if (unfinished && timer == null) {
            watch(ctx, expired);
        }
        return loop.heldBytes <= loop.maxHeldBytes;
    }

    private void watch(ChannelHandlerContext ctx, Runnable expired) {
        long before = messages;
        timer = ctx.executor().schedule(() -> {
            timer = null;
            if (!unfinished) {
                return;
            }
            // a peer that we do not read from can't end its message
            if (messages != before || !ctx.channel().config().isAutoRead()) {
                watch(ctx, expired);
            } else {
                expired.run();
            }
        }, timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Notes that no bytes of the incomplete message are held any more. */
    void forget() {
        hold(0);
    }

    /** The connection takes no more messages. */
    void stop() {
        hold(0);
        unfinished = false;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void hold(int bytes) {
        loop.heldBytes += bytes - held;
        held = bytes;
    }
}
