package io.revproc.cli.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** TLS over a channel that does not block. The handshake goes on with each call; until it is done nothing is written. Not thread-safe. */
public final class TlsChannel implements ByteChannel {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer fromNet;
    private final ByteBuffer toNet;
    private final ByteBuffer plain;
    private boolean ended;
    private boolean filled;

    public TlsChannel(SocketChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        int packet = engine.getSession().getPacketBufferSize();
        this.fromNet = ByteBuffer.allocate(2 * packet);
        this.toNet = ByteBuffer.allocate(2 * packet).flip();
        this.plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).flip();
    }

    /** Goes on with the handshake as far as it gets without waiting. @return whether it is done */
    public boolean handshake() throws IOException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING && engine.getSession().isValid()
                && !engine.getSession().getProtocol().equals("NONE")) {
            return true;
        }
        engine.beginHandshake();
        return progress();
    }

    private boolean progress() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    if (!send() || !wrap(NOTHING)) {
                        return false;
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    send();
                    if (!unwrap() && !(fill() > 0 && unwrap())) {
                        return false;
                    }
                }
                case NOT_HANDSHAKING, FINISHED -> {
                    send();
                    return true;
                }
            }
        }
    }

    /** Returns whether bytes wait to be taken by the network. */
    public boolean unsent() {
        return toNet.hasRemaining();
    }

    /** Hands on what is encrypted. @return whether all of it went */
    public boolean send() throws IOException {
        if (toNet.hasRemaining()) {
            channel.write(toNet);
        }
        return !toNet.hasRemaining();
    }

    private boolean wrap(ByteBuffer source) throws SSLException {
        toNet.clear();
        SSLEngineResult result = engine.wrap(source, toNet);
        toNet.flip();
        return result.getStatus() == SSLEngineResult.Status.OK;
    }

    private int fill() throws IOException {
        int n = channel.read(fromNet);
        ended |= n < 0;
        if (n < 0 && engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            throw new IOException("the connection ended in the middle of the handshake");
        }
        return n;
    }

    /** Takes one record out of what came. @return whether there was a whole one */
    private boolean unwrap() throws SSLException {
        fromNet.flip();
        plain.compact();
        SSLEngineResult result = engine.unwrap(fromNet, plain);
        plain.flip();
        fromNet.compact();
        ended |= result.getStatus() == SSLEngineResult.Status.CLOSED;
        return result.getStatus() == SSLEngineResult.Status.OK;
    }

    /** @return how many bytes of the source were taken; 0 if the network takes none now */
    @Override
    public int write(ByteBuffer source) throws IOException {
        int before = source.remaining();
        while (source.hasRemaining() && send()) {
            if (!wrap(source)) {
                throw new IOException("the other end has closed");
            }
        }
        send();
        return before - source.remaining();
    }

    /** Returns whether the last read found no room for all that came: the network may have nothing more to tell of it. */
    public boolean hasMore() {
        return filled;
    }

    /** @return how many bytes came, 0 if none are there now; -1 at the end */
    @Override
    public int read(ByteBuffer target) throws IOException {
        int before = target.remaining();
        while (target.hasRemaining()) {
            if (plain.hasRemaining()) {
                int n = Math.min(plain.remaining(), target.remaining());
                target.put(plain.slice(plain.position(), n));
                plain.position(plain.position() + n);
            } else if (ended) {
                break;
            } else if (!unwrap() && (ended || fill() <= 0)) {
                break;
            } else if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                // an answer to a change of keys
                send();
                wrap(NOTHING);
                send();
            }
        }
        filled = !target.hasRemaining();
        int read = before - target.remaining();
        return read == 0 && ended ? -1 : read;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        engine.closeOutbound();
        if (send() && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING);
            send();
        }
        channel.close();
    }
}
