package io.revproc.server.answer;

import io.netty.buffer.ByteBuf;
import io.revproc.wire.Ident;
import io.revproc.wire.MessageScanner;

/** What the connections of one event loop share, because only one of them is at work at a time. Not thread-safe. */
final class LoopBuffers {
    final MessageScanner scanner = new MessageScanner();
    final AckBuffer acks;
    private byte[] in = new byte[64 * 1024];

    LoopBuffers(Ident id) {
        acks = new AckBuffer(id);
    }

    /** The readable bytes as an array; the framer works on arrays. They stand there from 0, until the next call. */
    byte[] copyOf(ByteBuf bytes) {
        int length = bytes.readableBytes();
        if (in.length < length) {
            in = new byte[length];
        }
        bytes.getBytes(bytes.readerIndex(), in, 0, length);
        return in;
    }
}
