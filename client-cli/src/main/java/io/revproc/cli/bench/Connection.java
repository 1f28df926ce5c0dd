package io.revproc.cli.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

import io.revproc.cli.tls.TlsChannel;
import io.revproc.cli.tls.TlsSockets;
import org.jspecify.annotations.Nullable;

/**
 * One connection, or one after the other in the same slot. Remembers which messages are due on it in a ring: answered up to
 * {@code head}, written up to {@code written}, to be sent up to {@code tail}. Belongs to one thread.
 */
final class Connection {
    private static final int MAX_PART = 1 << 20;

    private final InetSocketAddress target;
    private final @Nullable TlsSockets tls;
    private final byte[][] messages;
    private final MessageCycle cycle;
    private final int depth;
    private final int mask;
    private final int[] message;
    private final long[] due;

    private int head;
    private int written;
    private int tail;
    /** Bytes that are out already of the message at {@code written}. */
    private int offset;

    private @Nullable SocketChannel channel;
    /** The channel, or TLS over it. */
    private @Nullable ByteChannel stream;
    private @Nullable TlsChannel secured;
    private @Nullable SelectionKey key;
    private boolean connected;
    /** The beginning of an answer whose end has not come. */
    private byte[] part = new byte[0];
    private int partLength;
    /** Not to be opened again before. */
    long notBefore;

    /** @param cycle which of the messages are sent; may be shared by connections of one thread */
    Connection(InetSocketAddress target, byte[][] messages, MessageCycle cycle, int depth, @Nullable TlsSockets tls) {
        this.tls = tls;
        this.target = target;
        this.messages = messages;
        this.cycle = cycle;
        this.depth = depth;
        int size = Integer.highestOneBit(Math.max(1, depth * 2 - 1));
        this.mask = size - 1;
        this.message = new int[size];
        this.due = new long[size];
    }

    boolean isOpen() {
        return channel != null;
    }

    boolean isConnected() {
        return connected;
    }

    int inFlight() {
        return tail - head;
    }

    boolean hasRoom() {
        return tail - head < depth;
    }

    /** Begins to open it. @return whether it is open at once */
    boolean open(Selector selector) throws IOException {
        SocketChannel fresh = SocketChannel.open();
        channel = fresh;
        fresh.configureBlocking(false);
        fresh.setOption(StandardSocketOptions.TCP_NODELAY, true);
        // On the same machine the handshake is over before the call comes back, although the call does not say so.
        boolean reached = fresh.connect(target) || fresh.finishConnect();
        key = fresh.register(selector, reached ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
        stream = fresh;
        if (tls != null) {
            secured = new TlsChannel(fresh, tls.engine(target));
            stream = secured;
        }
        connected = reached && secure(secured, key);
        return connected;
    }

    /** @return whether it is open now */
    boolean finishOpening() throws IOException {
        if (channel != null && key != null && channel.finishConnect()) {
            key.interestOps(SelectionKey.OP_READ);
            connected = secure(secured, key);
        }
        return connected;
    }

    /** Goes on with the handshake, if there is one. @return whether messages may be sent */
    private static boolean secure(@Nullable TlsChannel tls, SelectionKey key) throws IOException {
        if (tls == null) {
            return true;
        }
        boolean done = tls.handshake();
        key.interestOps(tls.unsent() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        return done;
    }

    /** Puts the next message into the ring; {@link #flush} sends it. */
    void enqueue(long dueAt) {
        message[tail & mask] = cycle.next();
        due[tail & mask] = dueAt;
        tail++;
    }

    /** Writes what is due, many messages in one call. */
    void flush(ByteBuffer out) throws IOException {
        if (!connected || stream == null || key == null) {
            return;
        }
        while (written != tail) {
            out.clear();
            int at = offset;
            for (int i = written; i != tail && out.hasRemaining(); i++) {
                byte[] bytes = messages[message[i & mask]];
                int n = Math.min(out.remaining(), bytes.length - at);
                out.put(bytes, at, n);
                at = 0;
            }
            out.flip();
            int all = out.remaining();
            int n = stream.write(out);
            advance(n);
            if (n < all) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
        }
        int wanted = secured != null && !secured.send()
                ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                : SelectionKey.OP_READ;
        if (key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }

    private void advance(int bytes) {
        offset += bytes;
        while (written != tail && offset >= messages[message[written & mask]].length) {
            offset -= messages[message[written & mask]].length;
            written++;
        }
    }

    /**
     * Reads once, after what was kept of an answer.
     *
     * @return the bytes now at the beginning of {@code to}; -1 at the end of the stream
     */
    int read(ByteBuffer in, byte[] to) throws IOException {
        if (stream == null) {
            return -1;
        }
        in.clear();
        in.limit(in.capacity() - partLength);
        int n = stream.read(in);
        if (n < 0) {
            return -1;
        }
        System.arraycopy(part, 0, to, 0, partLength);
        in.get(0, to, partLength, n);
        int all = partLength + n;
        partLength = 0;
        return all;
    }

    /** Returns whether there is more to read, of which the selector knows nothing. */
    boolean hasMore() {
        return secured != null && secured.hasMore();
    }

    /** Keeps the beginning of an answer. @return false if it is too long for one */
    boolean keep(byte[] bytes, int from, int to) {
        partLength = to - from;
        if (partLength >= Math.min(MAX_PART, bytes.length)) {
            return false;
        }
        if (partLength > 0) {
            if (part.length < partLength) {
                part = new byte[Math.max(512, partLength)];
            }
            System.arraycopy(bytes, from, part, 0, partLength);
        }
        return true;
    }

    int oldestMessage() {
        return message[head & mask];
    }

    long oldestDue() {
        return due[head & mask];
    }

    void answered() {
        head++;
    }

    /** Forgets what is due on it. */
    void close() {
        if (stream != null) {
            try {
                stream.close();
            } catch (IOException e) {
                // It is of no use any more either way.
            }
        }
        channel = null;
        stream = null;
        secured = null;
        key = null;
        connected = false;
        head = 0;
        written = 0;
        tail = 0;
        offset = 0;
        partLength = 0;
        if (part.length > 4096) {
            part = Arrays.copyOf(part, 0);
        }
    }
}
