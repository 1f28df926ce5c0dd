package io.revproc.transport;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.uring.IoUringChannelOption;
import io.revproc.wire.FramingArrays;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageScanner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources that one event loop lends to its connections: a scratch array for what was just read, scanners, a clock that stands still
 * within a turn, and the end of the turn. Used on that loop only.
 */
public final class LoopContext implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(LoopContext.class);
    /** The most bytes that one read gives to a framer. */
    public static final int LARGEST_READ = 64 * 1024;
    private static final int SCRATCH = LARGEST_READ;
    private static final int GATHERED = 16 * 1024;
    private static final int MAX_ARRAYS = 128;
    private static final long KEPT_FOR_FRAMING = 8L << 20;

    private final int index;
    private final EventLoop loop;
    private final Transport transport;
    private final SharedReadBuffer readBuffer = new SharedReadBuffer(SCRATCH);
    private final byte[] scratch = new byte[SCRATCH];
    private final FramingArrays framingArrays = new FramingArrays(KEPT_FOR_FRAMING);
    private final MessageScanner clientScanner = new MessageScanner();
    private final MessageScanner upstreamScanner = new MessageScanner();
    private List<Runnable> atEnd = new ArrayList<>();
    private List<Runnable> spare = new ArrayList<>();
    /** Arrays lent to writers for a turn; as many as ever were out at once, up to a bound. */
    private final ArrayDeque<byte[]> arrays = new ArrayDeque<>();
    private boolean armed;
    private long now;

    /** @param index the loop's number, from 0 */
    public LoopContext(int index, EventLoop loop, Transport transport) {
        this.index = index;
        this.loop = loop;
        this.transport = transport;
        loop.terminationFuture().addListener(ended -> readBuffer.release());
    }

    /** Returns the loop's number, from 0: what is counted for each loop apart lies there. */
    public int index() {
        return index;
    }

    public EventLoop loop() {
        return loop;
    }

    public Transport transport() {
        return transport;
    }

    /** Returns the scanner for the framers of client connections. */
    public MessageScanner clientScanner() {
        return clientScanner;
    }

    /** Returns the scanner for the framers of upstream connections. */
    public MessageScanner upstreamScanner() {
        return upstreamScanner;
    }

    /** Makes a framer for a connection of this loop. */
    public MessageFramer framer(int maxMessageSize, MessageScanner scanner) {
        return new MessageFramer(maxMessageSize, scanner, framingArrays);
    }

    /**
     * Gives a framer the next part of what was read. The bytes are copied once: into the loop's scratch array, or behind the beginning
     * that waits in the framer. The caller goes on until nothing is left, and each time polls the framer and then
     * {@link MessageFramer#park parks} it. It is no callback that does so: the compiler would copy what every kind of connection does with
     * its messages into each of them, which made a fresh proxy slow for longer.
     *
     * @return false if nothing is left of the buffer, which stays the caller's
     */
    public boolean offer(ByteBuf buffer, MessageFramer framer) {
        int n = Math.min(buffer.readableBytes(), SCRATCH);
        if (n == 0) {
            return false;
        }
        if (framer.hasPartial()) {
            buffer.readBytes(framer.writableArray(n), framer.writableAt(), n);
            framer.advance(n);
        } else {
            buffer.readBytes(scratch, 0, n);
            framer.offer(scratch, 0, n);
        }
        return true;
    }

    /**
     * Prepares a channel that this loop has accepted. It does not read into io_uring's ring: a read that repeats itself brings as much as the
     * ring holds before the loop comes to anything else, again and again, so that one fast sender holds up all others.
     */
    public void adopt(Channel channel) {
        if (transport.readsAtOnce()) {
            channel.config().setRecvByteBufAllocator(readBuffer);
        }
    }

    /** Prepares the channels that this loop opens. */
    public void adopt(Bootstrap bootstrap) {
        Short ring = transport.readBufferGroup();
        if (transport.readsAtOnce()) {
            bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, readBuffer);
        } else if (ring != null) {
            bootstrap.option(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, ring);
        }
    }

    byte[] borrow() {
        byte[] array = arrays.pollLast();
        return array == null ? new byte[GATHERED] : array;
    }

    void giveBack(byte[] array) {
        if (arrays.size() < MAX_ARRAYS) {
            arrays.addLast(array);
        }
    }

    /** Returns {@link System#nanoTime()}, read once a turn. */
    public long now() {
        if (!armed) {
            arm();
        }
        return now;
    }

    /** Runs a task once all of what this wake-up of the loop brought has been handled. */
    public void atEndOfTurn(Runnable task) {
        if (!armed) {
            arm();
        }
        atEnd.add(task);
    }

    private void arm() {
        armed = true;
        now = System.nanoTime();
        loop.execute(this);
    }

    /** Ends the turn. For the event loop. */
    @Override
    public void run() {
        List<Runnable> tasks = atEnd;
        atEnd = spare;
        spare = tasks;
        armed = false;
        for (int i = 0; i < tasks.size(); i++) {
            try {
                tasks.get(i).run();
            } catch (RuntimeException e) {
                // One connection's trouble must not keep the bytes of the others from leaving.
                log.error("event=turn_failed", e);
            }
        }
        tasks.clear();
    }
}
