package io.revproc.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the TLS engine and hands it whole records. The beginning of one is kept here, in a buffer of its own, until its rest comes:
 * the engine would keep what it was read into, which is the loop's and serves all its connections. In the place of what can't be TLS it gets
 * bytes that it refuses: of some, such as the beginning of an SSL 2 record, it would wait for the rest. Belongs to the connection's
 * event loop, one for each.
 */
public final class TlsRecords extends ChannelInboundHandlerAdapter {
    /** Hears what the beginning of a record takes. */
    @FunctionalInterface
    public interface Memory {
        /** @param bytes of memory that it takes now; 0: there is none */
        void held(int bytes);
    }

    /** The bytes of a record's header: its type, two of the version, two of the length of what follows. */
    public static final int HEADER = 5;
    private static final int FIRST_TYPE = 20;
    private static final int ALERT = 21;
    private static final int APPLICATION_DATA = 23;
    private static final int LAST_TYPE = 24;
    private static final int MAJOR_VERSION = 3;
    /** TLS 1.2 allows 2 KiB beyond the 16 that a record may carry, TLS 1.3 less. */
    private static final int LONGEST = (16 + 2) * 1024;
    /** An alert's two bytes, its type and a tag of 16, as every cipher that is allowed has. */
    private static final int ENCRYPTED_ALERT = 19;
    /** The JDK puts 16 zeros behind whatever it sends. */
    private static final int PADDED_ALERT = 35;
    private static final int LEAST_KEPT = 256;
    private static final int SEEN_PART = 4;
    /**
     * The beginning of no version's record, twice: at the first one BoringSSL's engine (Netty 4.2.18) sends its alert, and only when it is
     * asked once more does it say that the connection is over.
     */
    private static final ByteBuf NO_RECORD = Unpooled
            .unreleasableBuffer(Unpooled.wrappedBuffer(new byte[2 * HEADER]).asReadOnly());

    private final Memory memory;
    private @Nullable ByteBuf begun;
    /** Whether what can't be TLS has come: whatever follows is dropped. */
    private boolean foreign;

    public TlsRecords(Memory memory) {
        this.memory = memory;
    }

    /**
     * Returns where the last record begins, if it may be an alert; else -1. Since TLS 1.3 hides what a record is, it goes by its length.
     *
     * @param records whole ones; what is none gives -1
     */
    public static int lastAlert(ByteBuf records) {
        int at = records.readerIndex();
        int end = records.writerIndex();
        while (end - at >= HEADER) {
            int length = records.getUnsignedShort(at + 3);
            int next = at + HEADER + length;
            if (next == end) {
                return mayBeAnAlert(records.getByte(at), length) ? at : -1;
            }
            at = next;
        }
        return -1;
    }

    private static boolean mayBeAnAlert(int type, int length) {
        return type == ALERT
                || type == APPLICATION_DATA && (length == ENCRYPTED_ALERT || length == PADDED_ALERT);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf read = (ByteBuf) msg;
        ByteBuf first = begun;
        if (foreign || first != null && !complete(ctx, first, read)) {
            read.release();
            return;
        }
        int end = endOfRecords(read);
        boolean refused = foreign;
        if (refused) {
            read.writerIndex(end);
        } else if (end < read.writerIndex()) {
            keep(ctx, read, end);
        }
        if (read.isReadable()) {
            ctx.fireChannelRead(read);
        } else {
            read.release();
        }
        if (refused) {
            ctx.fireChannelRead(NO_RECORD.duplicate());
        }
    }

    /** Moves what belongs to the record that has begun, and hands it on if it is whole. @return whether it is */
    private boolean complete(ChannelHandlerContext ctx, ByteBuf first, ByteBuf read) {
        int missing = missing(first);
        while (missing > 0 && read.isReadable()) {
            first.writeBytes(read, Math.min(missing, read.readableBytes()));
            missing = missing(first);
        }
        if (missing > 0) {
            memory.held(first.capacity());
            return false;
        }
        begun = null;
        memory.held(0);
        if (foreign) {
            first.release();
            ctx.fireChannelRead(NO_RECORD.duplicate());
            return false;
        }
        ctx.fireChannelRead(first);
        return true;
    }

    /** Returns how many bytes of the first record's header, or of the whole record, have not come. */
    private int missing(ByteBuf record) {
        int here = record.readableBytes();
        if (here < HEADER) {
            return HEADER - here;
        }
        int length = lengthAt(record, record.readerIndex());
        return length < 0 ? 0 : length - here;
    }

    /** Returns where the last whole record ends. */
    private int endOfRecords(ByteBuf read) {
        int at = read.readerIndex();
        int end = read.writerIndex();
        while (end - at >= HEADER) {
            int length = lengthAt(read, at);
            if (length < 0 || length > end - at) {
                break;
            }
            at += length;
        }
        return at;
    }

    /** Returns the bytes of the record that begins there, its header included; -1 if it is none. */
    private int lengthAt(ByteBuf bytes, int at) {
        int type = bytes.getUnsignedByte(at);
        int length = bytes.getUnsignedShort(at + 3);
        if (type < FIRST_TYPE || type > LAST_TYPE || bytes.getByte(at + 1) != MAJOR_VERSION || length > LONGEST) {
            foreign = true;
            return -1;
        }
        return HEADER + length;
    }

    private void keep(ChannelHandlerContext ctx, ByteBuf read, int from) {
        int here = read.writerIndex() - from;
        int whole = here < HEADER ? HEADER : lengthAt(read, from);
        // Room for all of it only once a part of it is there: who sends five bytes may say anything.
        int room = here < whole / SEEN_PART ? here : whole;
        ByteBuf first = ctx.alloc().directBuffer(Math.max(LEAST_KEPT, room), HEADER + LONGEST);
        first.writeBytes(read, from, here);
        read.writerIndex(from);
        begun = first;
        memory.held(first.capacity());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        drop();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        drop();
    }

    private void drop() {
        ByteBuf first = begun;
        if (first != null) {
            begun = null;
            memory.held(0);
            first.release();
        }
    }
}
