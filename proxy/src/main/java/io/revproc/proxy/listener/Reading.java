package io.revproc.proxy.listener;

import java.net.InetSocketAddress;

import io.netty.channel.Channel;
import io.revproc.proxy.access.AddressKey;
import io.revproc.transport.HeldMemory;
import io.revproc.wire.MessageFramer;

/**
 * Whether one connection is read, and what that costs: the clocks of what has come, and the memory of what is not complete. Belongs to the
 * connection's event loop.
 */
final class Reading {
    private final ListenerLoop loop;
    private final Channel channel;
    private final MessageFramer framer;
    private final ConnectionClocks clocks;
    private final HeldMemory.Account memory;

    /** @param holder is told when memory is short, and when there is room again */
    Reading(ListenerLoop loop, Channel channel, InetSocketAddress peer, MessageFramer framer,
            HeldMemory.Holder holder) {
        this.loop = loop;
        this.channel = channel;
        this.framer = framer;
        this.clocks = new ConnectionClocks(loop.context.now());
        this.memory = loop.partial.open(loop.context.loop(), AddressKey.of(peer.getAddress()), holder);
    }

    ConnectionClocks clocks() {
        return clocks;
    }

    /** Takes note of bytes that came. */
    void read() {
        clocks.read(loop.context.now());
    }

    /**
     * Takes note of what a look at them left. May have the holder give up.
     *
     * @param complete whether there was a whole message in them
     */
    void taken(boolean complete) {
        long now = loop.context.now();
        clocks.taken(complete, framer.hasPartial(), now);
        memory.hold(framer.held(), clocks.begun(), now);
    }

    /** Returns whether there is room for the rest of what has begun. */
    boolean hasRoom() {
        return memory.hasRoom();
    }

    /**
     * Reads no more for now.
     *
     * @param room whether there was room. Another loop may have made some since: it is not asked for again, or nobody would tell us
     */
    void pause(boolean room) {
        clocks.pause(loop.context.now());
        channel.config().setAutoRead(false);
        if (!room) {
            memory.awaitRoom();
        }
    }

    /** Ends the pause for what has been held back; {@link #goOn} reads again. */
    void resume() {
        memory.waitNoLonger();
        clocks.resume(loop.context.now());
    }

    void goOn() {
        channel.config().setAutoRead(true);
    }

    /**
     * Takes note of bytes that came behind the end and are thrown away: they are read so that the peer, which may still be sending, gets to
     * read why. The loop has its time for others: what goes beyond that is read after the next sweep.
     */
    void dropped(int bytes) {
        if (!loop.mayDropMore(bytes)) {
            channel.config().setAutoRead(false);
        }
    }

    /** Drops what has come and was not taken, for good. */
    void drop() {
        framer.close();
        memory.close();
    }
}
