package io.revproc.proxy.listener;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.revproc.wire.ErrorCode;

/** Turns connections away of which there are too many. Thread-safe. */
final class TurnAway {
    private final ListenerTally tally;
    /** Made before it is needed: without free descriptors not even a class can be loaded. */
    private final byte[] refusal;

    /** @param sentence what their peers hear */
    TurnAway(ListenerTally tally, String sentence) {
        this.tally = tally;
        this.refusal = Refusals.of(ErrorCode.OVERLOADED, sentence, new byte[0], new byte[0]);
    }

    void accept(Accepted connection) {
        tally.turnedAway();
        if (connection.secured()) {
            // a sentence would cost a handshake
            connection.channel().close();
        } else {
            connection.channel().writeAndFlush(Unpooled.wrappedBuffer(refusal))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}
