package io.revproc.proxy.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.revproc.proxy.access.AddressKey;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.TlsRecords;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the TLS engine, which ends our side of the connection as soon as it reads that the client has ended its own: a
 * client that sends its messages, ends and then reads would get no replies. So the last record, if it may be a close_notify, is held
 * back while replies are owed. One that is something else and as long waits as well, which changes nothing for its sender but the
 * time. It gets whole records of {@link TlsRecords}, and counts the memory that one takes which is not complete. Belongs to the
 * connection's event loop.
 */
final class CloseNotifyHold extends ChannelInboundHandlerAdapter implements HeldMemory.Holder, TlsRecords.Memory {
    private final HeldMemory partial;
    private final AddressKey address;
    private HeldMemory.@Nullable Account record;
    private @Nullable ClientConnection client;
    private @Nullable ChannelHandlerContext context;
    private byte @Nullable [] held;
    private long recordSince;

    /**
     * @param partial counts the memory of records that are not complete
     * @param address whose they are
     */
    CloseNotifyHold(HeldMemory partial, AddressKey address) {
        this.partial = partial;
        this.address = address;
    }

    /** Holds ends back for this connection, whose handshake is done: from now on replies may be owed. */
    void guard(ClientConnection connection) {
        client = connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        record = partial.open(ctx.executor(), address, this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        closeAccount();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closeAccount();
        ctx.fireChannelInactive();
    }

    private void closeAccount() {
        if (record != null) {
            record.close();
        }
    }

    @Override
    public void held(int bytes) {
        if (record != null) {
            long now = System.nanoTime();
            if (recordSince == 0) {
                recordSince = now;
            }
            record.hold(bytes, recordSince, now);
        }
        if (bytes == 0) {
            recordSince = 0;
        }
    }

    @Override
    public void giveUp() {
        closeAccount();
        if (context != null) {
            context.channel().close();
        }
    }

    @Override
    public void resume() {
        // it never waits for room
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf buffer = (ByteBuf) msg;
        release();
        int last = TlsRecords.lastAlert(buffer);
        if (last < 0) {
            ctx.fireChannelRead(buffer);
            return;
        }
        byte[] tail = new byte[buffer.writerIndex() - last];
        buffer.getBytes(last, tail);
        buffer.writerIndex(last);
        if (buffer.isReadable()) {
            ctx.fireChannelRead(buffer);
        } else {
            buffer.release();
        }
        // Only now: what came before it may have been the end of the handshake, and a message.
        ClientConnection connection = client;
        held = tail;
        if (connection == null || !connection.waitsForReplies()) {
            release();
        }
    }

    /** Lets the engine have what is held back. */
    void release() {
        byte[] tail = held;
        ChannelHandlerContext ctx = context;
        if (tail != null && ctx != null) {
            held = null;
            ctx.fireChannelRead(Unpooled.wrappedBuffer(tail));
            ctx.fireChannelReadComplete();
        }
    }

    boolean holds() {
        return held != null;
    }
}
