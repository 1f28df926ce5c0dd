package io.revproc.server.answer;

import io.netty.buffer.ByteBuf;
import io.revproc.wire.Ident;
import io.revproc.wire.MessageScanner;

/** The buffers that the connections of one event loop share, since only one of them works at a time. Not thread-safe. */
final class LoopBuffers {
    final MessageScanner scanner = new MessageScanner();
    final AnswerBuffer answers;
    /** The most bytes that incomplete messages may hold. */
    final long maxHeldBytes;
    /** Kept by {@link PartialGuard}. */
    long heldBytes;
    private byte[] in = new byte[64 * 1024];

    /** @param maxHeldBytes the most bytes that this loop's incomplete messages may hold together */
    LoopBuffers(Ident id, long maxHeldBytes) {
        answers = new AnswerBuffer(id);
        this.maxHeldBytes = maxHeldBytes;
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
